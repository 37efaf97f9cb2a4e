"""What an answer holds, compared with what is promised of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
from dns.rdata import Rdata

from svcdns.addresses import canonical
from svcdns.client import Answer
from svcdns.judge.observation import TYPE_OF
from svcdns.judge.reading import Reading
from svcdns.message import port, target
from svcdns.results import Promised
from svcdns.state import family_of


def row(rdata: Rdata) -> str:
    """Return what is compared of a record: its type and data, without the case of names, priority and weight."""
    if rdata.rdclass != dns.rdataclass.IN:
        return f"{dns.rdataclass.to_text(rdata.rdclass)} {dns.rdatatype.to_text(rdata.rdtype)} {rdata}"
    match rdata.rdtype:
        case dns.rdatatype.SRV:
            return srv_row(port(rdata), target(rdata))
        case dns.rdatatype.CNAME | dns.rdatatype.PTR | dns.rdatatype.NS:
            return f"{dns.rdatatype.to_text(rdata.rdtype)} {target(rdata).canonicalize()}"
        case _:
            return f"{dns.rdatatype.to_text(rdata.rdtype)} {rdata}"


def address_row(address: str) -> str:
    """Return the `row` of the address record of an address."""
    return f"{TYPE_OF[family_of(address)].name} {canonical(address)}"


def srv_row(number: int, name: dns.name.Name) -> str:
    """Return the `row` of an SRV record with a port number and a target."""
    return f"SRV port {number} {name.canonicalize()}"


def rows(answer: Answer) -> list[str]:
    """Return the rows of the answer's records of the type asked for; any others are then unexpected."""
    return [row(record.rdata) for record in answer.answer if record.type == answer.question.type]


def expect_rows(answer: Answer, expected: Iterable[str]) -> Reading:
    """Read an answer whose records are exactly the rows promised, each once, all owned by the name asked for.

    A truncated answer over UDP may lack some of them; the same question over TCP may not.
    """
    return compare(
        answer,
        expected,
        [
            row(record.rdata)
            if record.owner == answer.question.name
            else f"{row(record.rdata)} owned by {record.owner}"
            for record in answer.answer
        ],
    )


def compare(answer: Answer, expected: Iterable[str], answered: Iterable[str]) -> Reading:
    """Read an answer as `expect_rows` does, with its rows as the caller reads them: others own what follows an alias."""
    wanted = frozenset(expected)
    expected = tuple(sorted(wanted))
    if problem := wrong_rcode(answer, dns.rcode.NOERROR):
        return Reading(answer, expected, problem=problem, promised="records")
    times = Counter(answered)
    missing = tuple(each for each in expected if each not in times)
    unexpected = (
        *(each for each in times if each not in wanted),
        *(f"{each}, {number} times" for each, number in times.items() if number > 1 and each in wanted),
    )
    problem = unexpected_records(answer, unexpected)
    if missing and not (answer.truncated and answer.transport == "udp"):
        problem = problem or f"{_counted('missing', missing)} at {answer.question.name}"
    return Reading(answer, expected, missing, unexpected, problem, promised="records")


def expect_no_data(answer: Answer) -> Reading:
    """Read an answer that says that the name exists without such records: NOERROR, no records (RFC 2308)."""
    return _expect_no_records(answer, dns.rcode.NOERROR, "NODATA (NOERROR, no records)", "NODATA")


def expect_no_name(answer: Answer) -> Reading:
    """Read an answer that says that the name does not exist: NXDOMAIN, no records."""
    return _expect_no_records(answer, dns.rcode.NXDOMAIN, "NXDOMAIN", "NXDOMAIN")


def _expect_no_records(answer: Answer, rcode: dns.rcode.Rcode, expected: str, promised: Promised) -> Reading:
    unexpected = tuple(row(record.rdata) for record in answer.answer)
    problem = wrong_rcode(answer, rcode) or unexpected_records(answer, unexpected)
    return Reading(answer, (expected,), unexpected=unexpected, problem=problem, promised=promised)


def expect_choice(answer: Answer, choices: Mapping[str, str]) -> Reading:
    """Read an answer that is one of several legal choices, each with its meaning; which one is observed.

    A choice is an rcode, ``NODATA``, the types of the records that are answered, or ``nothing``: a query that is forwarded
    out of the cluster may have no answer at all.
    """
    types = " and ".join(dict.fromkeys(record.type.name for record in answer.answer))
    choice = types or "NODATA"
    if answer.rcode is None:
        choice = "nothing"
    elif answer.rcode != dns.rcode.NOERROR:
        choice = dns.rcode.to_text(answer.rcode)
    if choice not in choices:
        problem = f"{answer.question} answers {choice}, not one of {', '.join(choices)}"
        return Reading(answer, tuple(choices), problem=problem, promised="choice")
    return Reading(answer, tuple(choices), observed=f"{choice}: {choices[choice]}", promised="choice")


def choice_lines(choices: Mapping[str, str]) -> tuple[str, ...]:
    """Return the legal choices, each with its meaning."""
    return tuple(f"{choice}: {meaning}" for choice, meaning in choices.items())


def unanswered(answer: Answer) -> str:
    """Return why there is no answer to be judged, with what came instead; or nothing."""
    if not answer.failure:
        return ""
    instead = "; ".join(dict.fromkeys(discarded.reason for discarded in answer.discarded))
    received = f"; received instead: {instead}" if instead else ""
    return f"{answer.question} is not answered: {answer.failure}{received}"


def wrong_rcode(answer: Answer, expected: dns.rcode.Rcode) -> str:
    """Return why there is no answer with an rcode: none came, or it has another one; or nothing."""
    rcode = answer.rcode
    if rcode is None:
        return unanswered(answer)
    return (
        ""
        if rcode == expected
        else f"{answer.question} answers {dns.rcode.to_text(rcode)}, not {dns.rcode.to_text(expected)}"
    )


def unexpected_records(answer: Answer, unexpected: Sequence[str]) -> str:
    """Return that an answer has records that it must not have, or nothing where there are none."""
    return f"{_counted('unexpected', unexpected)} at {answer.question.name}" if unexpected else ""


def _counted(word: str, records: Sequence[str]) -> str:
    return f"{word} record{'s' * (len(records) != 1)} {', '.join(records)}"
