"""The spellings of addresses that the API server reads, and those that it does not (each was given to one)."""

from __future__ import annotations

import pytest

from svcdns import addresses


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("010.009.008.007", "10.9.8.7"),
        ("192.0.2.0001", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:0db8::00001", "2001:db8::1"),
        ("2001:db8::192.0.2.1", "2001:db8::c000:201"),
        ("2001:db8::192.0.2.01", "2001:db8::c000:201"),
        ("::", "::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("::ffff:192.0.2.01", "192.0.2.1"),
    ],
)
def test_an_address_is_read_in_any_spelling(text, canonical):
    assert addresses.canonical(text) == canonical
    assert str(addresses.parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.0256",
        "0xc0.0.2.1",
        " 192.0.2.1",
        "192.0.2.1/32",
        "fe80::1%eth0",
        "web",
        "2001:db8::10000",
        "1:2:3:4:5:6:7:8::",
        "1::2::3",
        ":1",
        "192.0.2.1::",
        "٣.0.0.1",
        "0" * 1000 + ".0.0.1",
    ],
)
def test_other_texts_are_no_addresses(text):
    assert addresses.parse(text) is None
    assert addresses.canonical(text) == text


def test_a_range_has_its_address_and_its_network():
    address, network = addresses.parse_network("::ffff:192.0.2.1/120") or (None, None)
    assert (str(address), str(network)) == ("192.0.2.1", "192.0.2.0/24")
    assert [addresses.parse_network(text) for text in ("10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "/8")] == [None] * 4
