"""How large answers are, and what a server does with those that do not fit into a datagram."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dns.rdatatype import SRV

from svcdns.errors import UndeterminedError
from svcdns.judge import endpoints
from svcdns.judge.comparing import address_row, expect_rows, srv_row
from svcdns.judge.observation import TYPE_OF, Observation
from svcdns.judge.ports import declared_port, places
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question

#: Octets of a datagram that every client accepts (RFC 1035, section 4.2.1).
_DATAGRAM_OCTETS = 512


def fits(service_name: str, port: str, edns: int | None) -> Promise:
    """A large answer fits into what the client accepts or is marked as truncated, and is whole over TCP (L06, L07, L10).

    With a port, SRV is asked for; the endpoints then have to have hostnames.
    """
    octets = max(edns or 0, _DATAGRAM_OCTETS)

    def judge(observation: Observation) -> Iterator[Reading]:
        question, rows = _srv(observation, service_name, port) if port else _addresses(observation, service_name)
        reading = expect_rows(observation.ask(question, edns=edns), rows)
        yield _within(reading, octets) if reading.kept else reading

    return Promise(judge)


def whole(service_name: str, edns: int) -> Promise:
    """An answer that fits into what the client accepts is not truncated (RFC 2181, section 9; L09, L11)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        question, rows = _addresses(observation, service_name)
        reading = expect_rows(observation.ask(question, edns=edns), rows)
        truncated = reading.kept and reading.answer.truncated
        yield (
            _with_problem(reading, "an answer that is not truncated", f"the answer to {question} is truncated")
            if truncated
            else reading
        )

    return Promise(judge)


def _addresses(observation: Observation, service_name: str) -> tuple[Question, list[str]]:
    service = observation.service(service_name)
    family = endpoints.families(observation.state, service)[0]
    ready = endpoints.require_ready_endpoints(observation.state, service)
    question = Question(observation.full_name(service_name), TYPE_OF[family])
    return question, [address_row(address) for address in endpoints.addresses(ready, family)]


def _srv(observation: Observation, service_name: str, port: str) -> tuple[Question, list[str]]:
    service = observation.service(service_name)
    number = declared_port(service, port).port
    rows = [srv_row(number, place) for place in places(observation, service_name, service)]
    if not rows:
        raise UndeterminedError(f"the Service {service.key} has no ready endpoint with a hostname")
    return Question(observation.below(f"_{port}._tcp", service_name), SRV), rows


def _within(reading: Reading, octets: int) -> Reading:
    answer = reading.answer
    length = len(answer.wire or b"")
    if answer.transport == "tcp" and answer.truncated:
        return _with_problem(
            reading,
            "an answer over TCP that is not truncated",
            f"the answer to {answer.question} over TCP is truncated",
        )
    if answer.transport == "udp" and length > octets:
        problem = f"the answer to {answer.question} has {length} octets, more than the {octets} that the client accepts"
        return _with_problem(reading, f"an answer of at most {octets} octets", problem)
    return reading


def _with_problem(reading: Reading, expected: str, problem: str) -> Reading:
    """Return a reading whose records are right, and whose message is not."""
    return replace(reading, expected=(expected,), problem=problem, promised="property")
