"""What happens to messages that are not one query of class IN."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.opcode
import dns.rdataclass
import dns.rdatatype
import pytest

from svcdns import judge
from svcdns.errors import FeatureError
from tests.judge.answers import (
    KEPT,
    SILENCE,
    Reply,
    Row,
    Server,
    Verdict,
    broken,
    observation,
    observed,
    readings,
    row,
    says,
)
from tests.judge.states import STATE

ABOUT = "dns-version.cluster.local. A"
STATUS = judge.malformed_message("a status request", "NOTIMP")
WAYS = judge.malformed_message_is_one_of("a zone transfer", {"REFUSED": "it is not allowed", "nothing": "dropped"})
ABOUT_TEXT = "dns-version.cluster.local. TXT"
VERSION = judge.malformed_message("a query with EDNS version 1", "BADVERS")

# fmt: off
ROWS = [
    row("the rcode", STATUS, {ABOUT: Reply(rcode="NOTIMP")}, KEPT),
    row("another rcode", STATUS, {ABOUT: Reply(rcode="REFUSED")}, broken("a status request: dns-version.cluster.local. A answers REFUSED, not NOTIMP")),
    row("the rcode, with a record", STATUS, {ABOUT: says("A 192.0.2.1", rcode="NOTIMP")}, Verdict("a status request: unexpected record A 192.0.2.1 at dns-version.cluster.local.", unexpected=("A 192.0.2.1",))),
    row("no answer", STATUS, {ABOUT: SILENCE}, broken("a status request: dns-version.cluster.local. A is not answered: no answer within 5 s")),
    row("an rcode of EDNS", VERSION, {ABOUT: Reply(rcode="BADVERS", edns_version=0)}, KEPT),
    row("half an rcode of EDNS", VERSION, {ABOUT: Reply(rcode="NOERROR")}, broken("a query with EDNS version 1: dns-version.cluster.local. A answers NOERROR, not BADVERS")),

    row("a way", WAYS, {ABOUT_TEXT: Reply(rcode="REFUSED")}, observed("REFUSED: it is not allowed")),
    row("no answer as a way", WAYS, {ABOUT_TEXT: SILENCE}, observed("nothing: dropped")),
    row("no way", WAYS, {ABOUT_TEXT: says("TXT x")}, broken("dns-version.cluster.local. TXT answers TXT, not one of REFUSED, nothing")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_malformed_message_is_answered_as_promised(row: Row):
    assert row.judged(STATE) == row.verdict


def sent(kind: str) -> bytes:
    server = Server({})
    readings(judge.malformed_message(kind, "REFUSED"), observation(STATE, server))
    (wire,) = server.sent
    return wire


@pytest.mark.parametrize(
    ("kind", "opcode"),
    [
        ("an inverse query", dns.opcode.IQUERY),
        ("a status request", dns.opcode.STATUS),
        ("an update", dns.opcode.UPDATE),
        ("a message with two questions", dns.opcode.QUERY),
        ("a message without a question", dns.opcode.QUERY),
    ],
)
def test_a_message_of_another_kind_is_what_it_says(kind: str, opcode: dns.opcode.Opcode):
    wire = sent(kind)
    count = {"a message with two questions": 2, "a message without a question": 0}.get(kind, 1)
    question = b"\x0bdns-version\x07cluster\x05local\x00\x00\x01\x00\x01"
    assert dns.opcode.from_flags(int.from_bytes(wire[2:4], "big")) == opcode
    assert wire[4:] == bytes([0, count, 0, 0, 0, 0, 0, 0]) + question * count


def test_a_question_of_the_class_chaos_is_one():
    (question,) = dns.message.from_wire(sent("a query of the class CHAOS")).question
    assert (question.rdclass, question.rdtype) == (dns.rdataclass.CH, dns.rdatatype.A)


def test_a_question_in_version_1_of_edns_is_one():
    message = dns.message.from_wire(sent("a query with EDNS version 1"))
    assert (message.edns, message.payload, message.ednsflags & dns.flags.DO) == (1, 1232, 0)


def test_a_query_with_a_compressed_name_is_a_query_with_a_record_of_the_name_that_it_asks_for():
    message = dns.message.from_wire(wire := sent("a query with a compressed name in its additional section"))
    (question,), (record,) = message.question, message.additional
    assert question.name == record.name
    assert (question.rdtype, record.rdtype) == (dns.rdatatype.A, dns.rdatatype.A)
    assert wire[-16:-14] == b"\xc0\x0c"


def test_a_zone_transfer_is_one():
    (question,) = dns.message.from_wire(sent("a zone transfer")).question
    assert (str(question.name), question.rdtype) == ("cluster.local.", dns.rdatatype.AXFR)


def test_an_unknown_rcode_is_refused():
    with pytest.raises(FeatureError, match=r'^"NONSENSE" is not an rcode: name one, such as NOTIMP or REFUSED$'):
        judge.malformed_message("a status request", "NONSENSE")


def test_every_kind_has_its_ways():
    promises = [judge.malformed_message_is_one_of(kind, {"REFUSED": "refused"}) for kind in judge.MALFORMED_MESSAGES]
    assert {promise.choices for promise in promises} == {("REFUSED: refused",)}
    assert not any(promise.reverse_names for promise in promises)
