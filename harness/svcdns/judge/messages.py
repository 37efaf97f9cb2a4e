"""What answers are like, whatever they say: sections, flags, TTLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import dns.rdatatype
from dns.rdatatype import PTR, SOA, SRV

from svcdns.client import Answer
from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import TYPE_OF, Look, Promise, Reading
from svcdns.message import Question, target

#: A negative answer is not to be kept for longer, in seconds (G03).
_LONGEST_DENIAL_SECONDS = 300


def _soa_problem(answer: Answer) -> str:
    found = [record for record in answer.authority if record.type == SOA]
    if answer.answer:
        return "is no negative answer"
    if len(found) != 1 or not answer.question.name.is_subdomain(found[0].owner):
        return f"carries {len(found)} SOA records of a zone above the name"
    return ""


def _kept_for(answer: Answer) -> str:
    seconds = [max(record.ttl, _minimum(record.rdata)) for record in answer.authority if record.type == SOA]
    return (
        "" if seconds and max(seconds) <= _LONGEST_DENIAL_SECONDS else f"may be kept for {seconds or 'unknown'} seconds"
    )


def _minimum(rdata: object) -> int:
    return int(str(rdata).split()[-1])


def _ttls(answer: Answer) -> str:
    ttls = {record.ttl for record in answer.answer}
    return "" if len(ttls) == 1 else f"has the TTLs {sorted(ttls)}"


def _opt(answer: Answer) -> str:
    if answer.opt is None:
        return "has no OPT record"
    return "" if answer.opt.version == 0 else f"has an OPT record of version {answer.opt.version}"


#: What a sentence may say of an answer → what is wrong with it, or nothing.
PROPERTIES: Mapping[str, Callable[[Answer], str]] = {
    "is authoritative": lambda answer: "" if "AA" in answer.flags else "is not authoritative",
    "has the SOA record of its zone": _soa_problem,
    "may be cached for at most five minutes": _kept_for,
    "repeats the question unchanged": lambda answer: "" if answer.question_echoed else "has another question",
    "has no OPT record": lambda answer: "has an OPT record" if answer.opt else "",
    "has the same TTL on every record": _ttls,
    # Whatever comes from elsewhere or with another id is no answer; what was discarded may be anybody's.
    "comes from the queried server, with the query's ID": lambda answer: answer.failure or "",
    "copies the RD flag and does not set the AD flag": lambda answer: (
        "" if "RD" in answer.flags and "AD" not in answer.flags else f"has the flags {' '.join(answer.flags)}"
    ),
    "spells its targets in lower case": lambda answer: (
        ""
        if all(str(target(one.rdata)).islower() for one in answer.answer if one.type == SRV)
        else "spells its targets in another case"
    ),
    "has one TTL in all its sections": lambda answer: (
        "" if len({one.ttl for one in (*answer.answer, *answer.additional)}) == 1 else "has several TTLs"
    ),
}


def property_of(written: str, type_: str, said: str) -> Promise:
    """An answer has one of the `PROPERTIES`."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(written), wanted))
        problem = looking.unanswered(answer) or PROPERTIES[said](answer)
        yield looking.reading(answer, (f"an answer that {said}",), problem=problem and f"the answer {problem}")

    return Promise(judge, reverse_names=wanted == PTR)


def property_is_observed(written: str, type_: str, said: str) -> Promise:
    """Whether an answer has one of the `PROPERTIES` is the server's choice."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask_outside(Question(look.name(written), wanted))
        seen = f"the answer {PROPERTIES[said](answer) or said}" if answer.message else "there is no answer"
        yield looking.reading(answer, (), observed=seen)

    return Promise(judge, choices=(f"the answer {said}", "it does not"), reverse_names=wanted == PTR)


def with_edns(written: str, type_: str) -> Promise:
    """A question with an OPT record is answered with one of version 0 (RFC 6891, section 6.1.1; L04)."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(written), wanted), edns=1232)
        problem = looking.unanswered(answer) or _opt(answer)
        yield looking.reading(answer, ("an OPT record of version 0",), problem=problem and f"the answer {problem}")

    return Promise(judge, reverse_names=wanted == PTR)


def same_ttl_as_denials(written: str) -> Promise:
    """Answers and denials may be kept equally long: the configured TTL (K16)."""

    def judge(look: Look) -> Iterator[Reading]:
        family = look.service(written).families[0]
        answer = look.ask(Question(look.name(written), TYPE_OF[family]))
        denial = look.ask(Question(look.below("no-such-name", written), TYPE_OF[family]))
        yield looking.reading(denial, ("a SOA",), problem=looking.unanswered(denial) or _soa_problem(denial))
        ttls = {record.ttl for record in answer.answer}
        least = {_minimum(record.rdata) for record in denial.authority}
        problem = "" if ttls == least else f"the answer has the TTL {sorted(ttls)}, its denials {sorted(least)}"
        yield looking.reading(answer, (f"the TTL {sorted(least)}",), problem=looking.unanswered(answer) or problem)

    return Promise(judge)


def together(written: list[str]) -> Promise:
    """Questions asked at the same time, over TCP on one connection, are all answered (RFC 7766, section 6.2.1; L02)."""

    def judge(look: Look) -> Iterator[Reading]:
        asked = [(one, TYPE_OF[family]) for one in written for family in TYPE_OF]
        for answer in look.ask_together([Question(look.name(one), type_) for one, type_ in asked]):
            alone = look.ask(answer.question)
            rows = [looking.row(record.rdata) for record in alone.answer]
            problem = looking.unanswered(answer) or (
                "" if answer.rcode == alone.rcode else f"{answer.question} answers differently"
            )
            kept = looking.expect_rows(answer, rows) if rows else looking.reading(answer, (), problem=problem)
            yield kept

    return Promise(judge)


def any_case(service: str) -> Promise:
    """A name is found however its letters are cased, in the zone's part as well (section 2.1; L14)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if not found.cluster_ips:
            raise UndeterminedError(f"the Service {found.key} has no virtual IP")
        for spelled in looking.in_other_cases(look.name(service)):
            answer = look.ask(Question(spelled, TYPE_OF[found.families[0]]))
            yield looking.expect_rows(answer, [looking.address_row(found.cluster_ips[0])])

    return Promise(judge)
