"""What happens to messages that are no question for records of class IN."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
from dns.rdatatype import TXT, A

from svcdns.client import encode
from svcdns.judge import observation as looking
from svcdns.judge.names import in_words, way
from svcdns.judge.observation import Look, Promise, Reading
from svcdns.message import Question


def _bare(opcode: int, questions: int = 1) -> Callable[[Question], bytes]:
    """A message of an opcode that asks its question so many times."""

    def build(question: Question) -> bytes:
        wire = encode(question)
        body = wire[12:] * questions
        return wire[:2] + struct.pack("!5H", dns.opcode.to_flags(dns.opcode.Opcode(opcode)), questions, 0, 0, 0) + body

    return build


def _of_class(rdclass: dns.rdataclass.RdataClass) -> Callable[[Question], bytes]:
    return lambda question: encode(question)[:-2] + struct.pack("!H", rdclass)


def _of_version(version: int) -> Callable[[Question], bytes]:
    # An OPT record ends in its TTL, whose second octet is the version, and in the length of its data.
    return lambda question: (wire := encode(question, edns=1232))[:-5] + bytes([version]) + wire[-4:]


#: Messages that are no question for addresses of class IN → how they are made of one.
ODD_MESSAGES: Mapping[str, Callable[[Question], bytes]] = {
    "a query of the class CHAOS": _of_class(dns.rdataclass.CH),
    "an inverse query": _bare(dns.opcode.IQUERY),
    "a status request": _bare(dns.opcode.STATUS),
    "an update": _bare(dns.opcode.UPDATE),
    "a message without a question": _bare(dns.opcode.QUERY, 0),
    "a message with two questions": _bare(dns.opcode.QUERY, 2),
    "a query with EDNS version 1": _of_version(1),
    "a zone transfer": lambda question: encode(Question(question.name.parent(), dns.rdatatype.AXFR)),
}


def odd_message_is_one_of(kind: str, choices: Mapping[str, str]) -> Promise:
    """One of the `ODD_MESSAGES` is answered in one of several ways, which is observed (G11)."""

    def judge(look: Look) -> Iterator[Reading]:
        about = Question(look.name("dns-version.cluster.local"), TXT)
        yield way(look.send(ODD_MESSAGES[kind](about), about), choices)

    return Promise(judge, choices=in_words(choices))


def odd_message(kind: str, rcode: str) -> Promise:
    """One of the `ODD_MESSAGES` is answered with an rcode and nothing else (G12, G13, L05)."""

    def judge(look: Look) -> Iterator[Reading]:
        about = Question(look.name("dns-version.cluster.local"), A)
        answer = look.send(ODD_MESSAGES[kind](about), about)
        said = "" if answer.rcode is None else dns.rcode.to_text(answer.rcode)
        problem = looking.unanswered(answer)
        if not problem and (said != rcode or answer.answer):
            problem = f"it is answered with {said}{' with records' if answer.answer else ''}, not {rcode}"
        yield looking.reading(answer, (rcode,), problem=problem)

    return Promise(judge)
