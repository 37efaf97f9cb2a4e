"""How large answers are, and what a server does with those that a datagram cannot take."""

from __future__ import annotations

from collections.abc import Iterator

from dns.rdatatype import SRV

from svcdns.client import Answer
from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import TYPE_OF, Look, Promise, Reading
from svcdns.judge.ports import goals
from svcdns.message import Question

#: Octets of a datagram that everybody takes (RFC 1035, section 4.2.1).
_DATAGRAM_OCTETS = 512


def fits(service: str, port: str, edns: int | None) -> Promise:
    """A large answer fits into what the client takes, says so where it is cut, and is whole over TCP (L06, L07, L10).

    With a port, SRV is asked for; the endpoints then have to have hostnames.
    """
    octets = max(edns or 0, _DATAGRAM_OCTETS)

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = looking.families(look, found)[0]
        question = Question(look.name(service), TYPE_OF[family])
        rows = [looking.address_row(one) for one in looking.addresses(looking.backends(look, found), family)]
        if port:
            question = Question(look.below(f"_{port}._tcp", service), SRV)
            (number,) = [one.port for one in found.ports if one.name == port]
            rows = [f"SRV port {number} {goal.canonicalize()}" for goal in goals(look, service, found)]
        if not rows:
            raise UndeterminedError(f"the Service {found.key} has no ready endpoint")
        answer = look.ask(question, edns=edns)
        kept = looking.expect_rows(answer, rows)
        yield kept if not kept.kept else _within(answer, kept, octets)

    return Promise(judge)


def _within(answer: Answer, kept: Reading, octets: int) -> Reading:
    length = len(answer.wire or b"")
    problem = ""
    if answer.transport == "tcp" and answer.truncated:
        problem = f"{answer.question} is truncated over TCP"
    if answer.transport == "udp" and length > octets:
        problem = f"{answer.question} is answered in {length} octets, where the client takes {octets}"
    return looking.reading(answer, kept.expected, missing=kept.missing, problem=problem)


def whole(service: str, edns: int) -> Promise:
    """An answer that fits into what the client takes is not truncated (RFC 2181, section 9; L09, L11)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = looking.families(look, found)[0]
        rows = [looking.address_row(one) for one in looking.addresses(looking.backends(look, found), family)]
        answer = look.ask(Question(look.name(service), TYPE_OF[family]), edns=edns)
        kept = looking.expect_rows(answer, rows)
        problem = f"{answer.question} is truncated" if kept.kept and answer.truncated else kept.problem
        yield looking.reading(answer, kept.expected, missing=kept.missing, problem=problem)

    return Promise(judge)
