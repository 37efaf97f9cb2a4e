"""What the names of ExternalName Services answer (section 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import dns.name
from dns.rdatatype import CNAME

from svcdns.client import Answer
from svcdns.judge import endpoints
from svcdns.judge.comparing import address_row, compare, row, unanswered, unexpected_records
from svcdns.judge.observation import TYPE_OF, Observation, record_type
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question
from svcdns.state import family_of


def alias(name: str, external: str, type_: str) -> Promise:
    """A name is an alias: the answer's first record is its CNAME; records of other names may follow (H01-H03)."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        question = Question(observation.full_name(name), wanted)
        answer = observation.ask(question, forwarded=True)
        own = [row(record.rdata) for record in answer.answer if record.owner == question.name]
        yield _alias_first(compare(answer, [_cname_row(observation.full_name(external))], own))

    return Promise(judge)


def leads_to(name: str, service_name: str, *, over: str = "", in_order: bool = False) -> Promise:
    """An alias is followed to the addresses of a Service of the cluster (H11, H17), and stands before them (H03).

    ``over`` is another alias in between, if there is one.
    """

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        addresses = endpoints.service_addresses(observation.state, service)
        answer = observation.ask(Question(observation.full_name(name), TYPE_OF[family_of(addresses[0])]))
        chain = [observation.full_name(each) for each in (name, over, service_name) if each]
        aliases = {owner: _cname_row(following) for owner, following in pairwise(chain)}
        reading = compare(
            answer,
            [*aliases.values(), *map(address_row, addresses)],
            _rows_along(answer, aliases, chain[-1]),
        )
        yield _alias_first(reading) if in_order else reading

    return Promise(judge)


def ends_in_time(name: str, type_: str) -> Promise:
    """Whatever an alias leads to, it is answered, and with nothing but aliases (H15)."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), wanted))
        wrong = tuple(row(record.rdata) for record in answer.answer if record.type != CNAME)
        problem = unanswered(answer) or unexpected_records(answer, wrong)
        yield Reading(answer, ("an answer",), unexpected=wrong, problem=problem)

    return Promise(judge)


def _cname_row(external: dns.name.Name) -> str:
    return f"CNAME {external.canonicalize()}"


def _rows_along(answer: Answer, aliases: dict[dns.name.Name, str], end: dns.name.Name) -> Iterator[str]:
    """Yield the answer's rows; a row is told with its owner where it is neither an alias's own nor at the end of the chain."""
    for record in answer.answer:
        text = row(record.rdata)
        expected = aliases.get(record.owner) == text if record.type == CNAME else record.owner == end
        yield text if expected else f"{text} owned by {record.owner}"


def _alias_first(reading: Reading) -> Reading:
    # A truncated answer may hold no record.
    records = reading.answer.answer
    if not reading.kept or not records or records[0].type == CNAME:
        return reading
    return replace(
        reading,
        expected=("the CNAME record first",),
        problem=f"the first record of the answer to {reading.answer.question} is not the CNAME",
        promised="property",
    )
