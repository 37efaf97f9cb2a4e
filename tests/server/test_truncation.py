"""Sizes: what miekg/dns makes of the same records, and what CoreDNS was seen to send (behaviours L06 to L09)."""

from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import pytest
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from hypothesis import given
from hypothesis import strategies as st

from svcdns.message import Record, Reply, name, rdata
from svcdns.server import Handler, Style

STILL = Style(shuffled=frozenset(), edns_size=None)
BIG = "big.demo.svc.cluster.local."
COOKIE = dns.edns.CookieOption(b"12345678", b"")
BIG_ADDRESSES = tuple(Record(name(BIG), 30, rdata(RdataType.A, f"10.250.0.{number}")) for number in range(1, 101))
BIG_PORTS = tuple(
    Record(name(f"_http._tcp.{BIG}"), 30, rdata(RdataType.SRV, f"0 1 80 b-{number}.{BIG}")) for number in range(1, 101)
)
BIG_TARGETS = tuple(
    Record(name(f"b-{number}.{BIG}"), 30, rdata(RdataType.A, f"10.250.0.{number}")) for number in range(1, 101)
)


def asked(reply, owner=BIG, *, payload=None, options=(), transport="udp", ipv6=False) -> bytes:
    edns = {} if payload is None else {"use_edns": 0, "payload": payload, "options": list(options)}
    handler = Handler(lambda _: reply, STILL)
    wire = handler.handle(dns.message.make_query(owner, "A", **edns).to_wire(), transport=transport, ipv6=ipv6)
    assert handler.failure is None
    return wire


def seen(wire) -> tuple[int, int, int, bool]:
    """Records in the answer and additional sections, octets, and whether TC is set."""
    message = dns.message.from_wire(wire, one_rr_per_rrset=True)
    return len(message.answer), len(message.additional), len(wire), bool(message.flags & dns.flags.TC)


@pytest.mark.parametrize(
    ("payload", "options", "transport", "expected"),
    [
        (None, [], "udp", (29, 0, 508, True)),
        (0, [], "udp", (28, 0, 503, True)),
        (100, [], "udp", (28, 0, 503, True)),
        (512, [], "udp", (28, 0, 503, True)),
        (512, [COOKIE], "udp", (27, 0, 499, True)),
        (1232, [], "udp", (73, 0, 1223, True)),
        (1232, [COOKIE], "udp", (72, 0, 1219, True)),
        (4096, [COOKIE], "udp", (100, 0, 1667, False)),
        (512, [COOKIE], "tcp", (100, 0, 4267, False)),
        (None, [], "tcp", (100, 0, 4244, False)),
    ],
)
def test_a_hundred_addresses_fit_as_coredns_makes_them_fit(payload, options, transport, expected):
    wire = asked(Reply(Rcode.NOERROR, BIG_ADDRESSES), payload=payload, options=options, transport=transport)

    assert seen(wire) == expected


@pytest.mark.parametrize(
    ("payload", "transport", "expected"),
    [(None, "udp", (9, 0, True)), (1232, "udp", (23, 0, True)), (None, "tcp", (100, 100, False))],
)
def test_a_hundred_ports_fit_as_coredns_makes_them_fit(payload, transport, expected):
    reply = Reply(Rcode.NOERROR, BIG_PORTS, additional=BIG_TARGETS)
    answers, additionals, _, truncated = seen(asked(reply, f"_http._tcp.{BIG}", payload=payload, transport=transport))

    assert (answers, additionals, truncated) == expected


def test_an_additional_record_left_out_sets_tc_too():
    reply = Reply(Rcode.NOERROR, BIG_PORTS[:5], additional=BIG_TARGETS[:20])
    answers, additionals, octets, truncated = seen(asked(reply, f"_http._tcp.{BIG}"))

    assert (answers, truncated) == (5, True)
    assert 0 < additionals < 20
    assert octets <= 512


def test_an_answer_too_long_for_tcp_is_truncated_there_too():
    wire = asked(Reply(Rcode.NOERROR, 50 * BIG_ADDRESSES), transport="tcp")
    answers, _, octets, truncated = seen(wire)

    assert truncated
    assert (answers, octets) == ((65535 - 44) // 16, 44 + (65535 - 44) // 16 * 16)


@pytest.mark.parametrize(
    ("records", "ipv6", "compressed"),
    [
        (27, True, False),  # 44 + 11 + 27 * 42 = 1189 octets
        (28, True, True),  # 1231
        (28, False, False),
        (33, False, False),  # 1441
        (34, False, True),  # 1483
    ],
)
def test_a_datagram_that_might_be_fragmented_is_compressed(records, ipv6, compressed):
    wire = asked(Reply(Rcode.NOERROR, BIG_ADDRESSES[:records]), payload=4096, ipv6=ipv6)

    assert len(wire) == 55 + records * (16 if compressed else 42)


def text(octets, owner=".") -> Record:
    """A TXT record whose rdata has so many octets, in as few strings as will do."""
    strings = [255] * (octets // 256) + ([octets % 256 - 1] if octets % 256 else [])
    return Record(name(owner), 0, rdata(RdataType.TXT, " ".join('"' + length * "x" + '"' for length in strings)))


def address(owner) -> Record:
    return Record(name(owner), 0, rdata(RdataType.A, "10.0.0.1"))


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((text(484),), (1, 0, 512, False)),
        ((text(485),), (0, 0, 17, True)),
        ((text(484), address(".")), (1, 0, 512, True)),
        ((text(485), address(".")), (0, 0, 17, True)),
    ],
)
def test_an_answer_of_exactly_the_limit_fits_and_nothing_behind_what_does_not(records, expected):
    assert seen(asked(Reply(Rcode.NOERROR, records), ".")) == expected


def octets_compressed(owner, *records) -> int:
    """Octets of the records in a compressed answer; compression is switched on by a record that never fits."""
    wire = asked(Reply(Rcode.NOERROR, records, additional=(text(65535),)), owner, transport="tcp")
    assert seen(wire)[:2] == (len(records), 0)
    return len(wire) - 12 - len(name(owner).to_wire()) - 4


A_OCTETS = 14  # type, class, TTL, length and address


@pytest.mark.parametrize(
    ("owner", "octets"),
    [("web.t.", 2), ("t.", 2), ("WEB.t.", 4 + 2), ("db.web.t.", 3 + 2), ("web.T.", 7), ("WEB.T.", 7), (".", 1)],
)
def test_names_share_what_they_have_in_common_case_included(owner, octets):
    assert octets_compressed("web.t.", address(owner)) == octets + A_OCTETS


@pytest.mark.parametrize(
    ("rdtype", "content", "octets"),
    [
        (RdataType.CNAME, "db.t.", 3 + 2),
        (RdataType.NS, "db.t.", 3 + 2),
        (RdataType.PTR, "db.t.", 3 + 2),
        (RdataType.MX, "10 db.t.", 2 + 3 + 2),
        (RdataType.SOA, "db.t. db.t. 1 2 3 4 5", 3 + 2 + 2 + 20),
        (RdataType.SRV, "0 0 80 db.t.", 6 + 6),
    ],
)
def test_names_in_rdata_are_compressed_but_for_srv_and_can_be_pointed_into(rdtype, content, octets):
    record = Record(name("web.t."), 0, rdata(rdtype, content))

    assert octets_compressed("web.t.", record) == 2 + 10 + octets
    assert octets_compressed("web.t.", record, address("db.t.")) == 2 + 10 + octets + 2 + A_OCTETS


def test_what_lies_beyond_the_reach_of_a_pointer_is_written_again():
    late = address("late.t.")

    assert octets_compressed("t.", late, late) == 7 + 2 + 2 * A_OCTETS
    assert octets_compressed("t.", text(0x4000), late, late) == 11 + 0x4000 + 7 + 7 + 2 * A_OCTETS


LABELS = st.sampled_from(["web", "WEB", "Web", "svc", "db-0", "t"])
NAMES = st.lists(LABELS, max_size=4).map(lambda labels: ".".join([*labels, "cluster.Local."]))
RECORDS = st.lists(
    st.builds(
        lambda owner, kind, target: Record(name(owner), 30, rdata(RdataType[kind[0]], kind[1].format(target))),
        NAMES,
        st.sampled_from(
            [("A", "10.0.0.1"), ("SRV", "0 1 80 {}"), ("PTR", "{}"), ("MX", "5 {}"), ("SOA", "{0} {0} 1 2 3 4 5")]
        ),
        NAMES,
    ),
    max_size=30,
)


@given(
    sections=st.tuples(RECORDS, RECORDS, RECORDS),
    owner=NAMES,
    payload=st.sampled_from([None, 512, 700, 1232, 4096]),
    transport=st.sampled_from(["udp", "tcp"]),
)
def test_what_is_kept_is_the_beginning_in_its_own_case_and_tc_tells_of_the_rest(sections, owner, payload, transport):
    wire = asked(Reply(Rcode.NOERROR, *map(tuple, sections)), owner, payload=payload, transport=transport)
    message = dns.message.from_wire(wire, one_rr_per_rrset=True)
    kept = [
        Record(rrset.name, rrset.ttl, rrset[0]) for rrset in message.answer + message.authority + message.additional
    ]
    given_records = [record for section in sections for record in section]

    assert list(map(str, kept)) == list(map(str, given_records[: len(kept)]))
    assert bool(message.flags & dns.flags.TC) == (len(kept) < len(given_records))
    assert len(wire) <= (65535 if transport == "tcp" else payload or 512)
    assert (message.edns == 0) == (payload is not None)
