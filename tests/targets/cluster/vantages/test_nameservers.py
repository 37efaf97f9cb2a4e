"""Nameservers as users name them."""

from __future__ import annotations

import pytest

from svcdns.client import Direct
from svcdns.errors import UsageError
from svcdns.targets.cluster.vantages import nameservers


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("10.0.0.1", "10.0.0.1", 53),
        ("10.0.0.1:5353", "10.0.0.1", 5353),
        ("fd00::1", "fd00::1", 53),
        ("[fd00::1]", "fd00::1", 53),
        ("[fd00::1]:5353", "fd00::1", 5353),
    ],
)
def test_a_nameserver_is_an_address_and_perhaps_a_port(text, address, port):
    assert nameservers.server(text) == Direct(address, port)


def test_a_nameserver_may_be_named():
    assert nameservers.server("localhost:5353") in {Direct("127.0.0.1", 5353), Direct("::1", 5353)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10.0.0.1:domain", "--nameserver 10.0.0.1:domain: 'domain' is not a port number"),
        ("10.0.0.1:70000", "port 70000 is out of range"),
        ("no.such.host.invalid", "is neither an address nor a name that this host can resolve"),
        ("", "is neither an address nor a name that this host can resolve"),
    ],
)
def test_any_other_text_is_refused(text, words):
    with pytest.raises(UsageError) as caught:
        nameservers.server(text)
    assert words in str(caught.value)
