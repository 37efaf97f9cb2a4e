"""What happens to messages that are not one query for records of class IN."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

import dns.opcode
import dns.rdataclass
import dns.rdatatype
from dns.rdatatype import TXT, A

from svcdns.client import encode
from svcdns.judge import parameters
from svcdns.judge.comparing import choice_lines, expect_choice, row, unexpected_records, wrong_rcode
from svcdns.judge.observation import Observation
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question

_HEADER_OCTETS = 12


def _bare(opcode: int, questions: int = 1) -> Callable[[Question], bytes]:
    """Return what makes a message of an opcode that asks its question so many times."""

    def build(question: Question) -> bytes:
        wire = encode(question)
        body = wire[_HEADER_OCTETS:] * questions
        return wire[:2] + struct.pack("!5H", dns.opcode.to_flags(dns.opcode.Opcode(opcode)), questions, 0, 0, 0) + body

    return build


def _of_class(rdclass: dns.rdataclass.RdataClass) -> Callable[[Question], bytes]:
    return lambda question: encode(question)[:-2] + struct.pack("!H", rdclass)


def _of_version(version: int) -> Callable[[Question], bytes]:
    # An OPT record ends in its TTL, whose second octet is the version, and in the length of its data.
    return lambda question: (wire := encode(question, edns=1232))[:-5] + bytes([version]) + wire[-4:]


def _with_pointer(question: Question) -> bytes:
    """Return a query with an additional record whose owner is a pointer to the name that is asked for."""
    wire = encode(question)
    record = struct.pack("!HHHIH", 0xC000 | _HEADER_OCTETS, dns.rdatatype.A, dns.rdataclass.IN, 0, 4) + bytes(4)
    return wire[: _HEADER_OCTETS - 2] + struct.pack("!H", 1) + wire[_HEADER_OCTETS:] + record


#: Messages that are not one query of class IN → how they are made of one.
MALFORMED_MESSAGES: Mapping[str, Callable[[Question], bytes]] = {
    "a query of the class CHAOS": _of_class(dns.rdataclass.CH),
    "an inverse query": _bare(dns.opcode.IQUERY),
    "a status request": _bare(dns.opcode.STATUS),
    "an update": _bare(dns.opcode.UPDATE),
    "a message without a question": _bare(dns.opcode.QUERY, 0),
    "a message with two questions": _bare(dns.opcode.QUERY, 2),
    "a query with EDNS version 1": _of_version(1),
    "a query with a compressed name in its additional section": _with_pointer,
    "a zone transfer": lambda question: encode(Question(question.name.parent(), dns.rdatatype.AXFR)),
}


def malformed_message_is_one_of(kind: str, choices: Mapping[str, str]) -> Promise:
    """One of the `MALFORMED_MESSAGES` is answered in one of several ways, which is observed (G11)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        about = Question(observation.full_name("dns-version.cluster.local"), TXT)
        yield expect_choice(observation.send(MALFORMED_MESSAGES[kind](about), about), choices)

    return Promise(judge, choices=choice_lines(choices))


def malformed_message(kind: str, rcode: str) -> Promise:
    """One of the `MALFORMED_MESSAGES` is answered with an rcode and nothing else (G12, G13, L05)."""
    expected = parameters.rcode(rcode)

    def judge(observation: Observation) -> Iterator[Reading]:
        about = Question(observation.full_name("dns-version.cluster.local"), A)
        answer = observation.send(MALFORMED_MESSAGES[kind](about), about)
        unexpected = tuple(row(record.rdata) for record in answer.answer)
        problem = wrong_rcode(answer, expected) or unexpected_records(answer, unexpected)
        yield Reading(
            answer, (rcode,), unexpected=unexpected, problem=problem and f"{kind}: {problem}", promised="rcode"
        )

    return Promise(judge)
