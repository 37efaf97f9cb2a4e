"""What answers are like, whatever they say: sections, flags, TTLs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import dns.rcode
from dns.rdatatype import PTR, SOA, SRV

from svcdns.client import Answer
from svcdns.judge.comparing import address_row, expect_rows, row, unanswered, wrong_rcode
from svcdns.judge.domain_names import in_other_cases
from svcdns.judge.observation import TYPE_OF, Observation, record_type
from svcdns.judge.reading import Promise, Reading
from svcdns.judge.wires import compressed_srv_targets
from svcdns.message import Question, Record, target

#: A negative answer is not to be kept for longer, in seconds (G03).
_LONGEST_DENIAL_SECONDS = 300


def _soas(answer: Answer) -> list[Record]:
    return [record for record in answer.authority if record.type == SOA]


def _minimum(soa: Record) -> int:
    return int(str(soa.rdata).split()[-1])


def _ttls(records: Iterable[Record]) -> list[int]:
    return sorted({record.ttl for record in records})


def _seconds(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _soa_problem(answer: Answer) -> str:
    if answer.answer:
        return "is no negative answer"
    soas = _soas(answer)
    if len(soas) != 1:
        return f"has {len(soas)} SOA records"
    zone = soas[0].owner
    return "" if answer.question.name.is_subdomain(zone) else f"has the SOA record of {zone}, which is not its zone"


def _kept_too_long(answer: Answer) -> str:
    seconds = [max(record.ttl, _minimum(record)) for record in _soas(answer)]
    if not seconds:
        return "has no SOA record that limits its caching"
    return f"may be cached for {max(seconds)} seconds" if max(seconds) > _LONGEST_DENIAL_SECONDS else ""


def _several_ttls(answer: Answer) -> str:
    ttls = _ttls(answer.answer)
    if not ttls:
        return "has no record"
    return f"has the TTLs {_seconds(ttls)}" if len(ttls) > 1 else ""


def _targets_in_other_case(answer: Answer) -> str:
    targets = [str(target(record.rdata)) for record in answer.answer if record.type == SRV]
    if not targets:
        return "has no SRV record"
    return "" if all(map(str.islower, targets)) else "spells its targets in another case"


def _compressed_targets(answer: Answer) -> str:
    if not any(record.type == SRV for record in answer.answer):
        return "" if answer.truncated else "has no SRV record"
    number = compressed_srv_targets(answer.wire or b"")
    return f"has {number} SRV records with a compressed target" if number else ""


def _several_ttls_in_sections(answer: Answer) -> str:
    ttls = _ttls((*answer.answer, *answer.additional))
    if not ttls:
        return "has no record"
    return "has several TTLs" if len(ttls) > 1 else ""


def opt_problem(answer: Answer) -> str:
    """Return what is wrong with the OPT record of an answer, or nothing (RFC 6891, section 6.1)."""
    if answer.opt is None:
        return "has no OPT record"
    return "" if answer.opt.version == 0 else f"has an OPT record of version {answer.opt.version}"


#: What a sentence may say of an answer → what is wrong with it, or nothing.
PROPERTIES: Mapping[str, Callable[[Answer], str]] = {
    "is authoritative": lambda answer: "" if "AA" in answer.flags else "is not authoritative",
    "has the SOA record of its zone": _soa_problem,
    "may be cached for at most five minutes": _kept_too_long,
    "repeats the question unchanged": lambda answer: "" if answer.question_echoed else "has another question",
    "has no OPT record": lambda answer: "has an OPT record" if answer.opt else "",
    "has the same TTL on every record": _several_ttls,
    # A response from elsewhere or with another ID is discarded, so whatever is an answer has this property.
    "comes from the queried server, with the query's ID": lambda _: "",
    "copies the RD flag and does not set the AD flag": lambda answer: (
        "" if "RD" in answer.flags and "AD" not in answer.flags else f"has the flags {' '.join(answer.flags)}"
    ),
    "spells its targets in lower case": _targets_in_other_case,
    "spells its targets in full": _compressed_targets,
    "has one TTL in all its sections": _several_ttls_in_sections,
}


def property_of(name: str, type_: str, stated: str) -> Promise:
    """An answer has one of the `PROPERTIES`."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), wanted))
        wrong = PROPERTIES[stated](answer)
        problem = unanswered(answer) or (f"the answer to {answer.question} {wrong}" if wrong else "")
        yield Reading(answer, (f"an answer that {stated}",), problem=problem)

    return Promise(judge, reverse_names=wanted == PTR)


def property_is_observed(name: str, type_: str, stated: str) -> Promise:
    """Whether an answer has one of the `PROPERTIES` is the server's choice."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask_outside(Question(observation.full_name(name), wanted))
        observed = f"the answer {PROPERTIES[stated](answer) or stated}" if answer.message else "there is no answer"
        yield Reading(answer, observed=observed)

    return Promise(judge, choices=(f"the answer {stated}", "it does not"), reverse_names=wanted == PTR)


def with_edns(name: str, type_: str) -> Promise:
    """A question with an OPT record is answered with one of version 0 (RFC 6891, section 6.1.1; L04)."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), wanted), edns=1232)
        wrong = opt_problem(answer)
        problem = unanswered(answer) or (f"the answer to {answer.question} {wrong}" if wrong else "")
        yield Reading(answer, ("an OPT record of version 0",), problem=problem)

    return Promise(judge, reverse_names=wanted == PTR)


def same_ttl_as_denials(name: str) -> Promise:
    """Answers and denials may be kept equally long: the configured TTL (K16)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        type_ = TYPE_OF[observation.service(name).families[0]]
        answer = observation.ask(Question(observation.full_name(name), type_))
        denial = observation.ask(Question(observation.below("no-such-name", name), type_))
        wrong = _soa_problem(denial)
        problem = unanswered(denial) or (f"the answer to {denial.question} {wrong}" if wrong else "")
        yield Reading(denial, ("a SOA",), problem=problem)
        ttls, minimums = _ttls(answer.answer), [_minimum(record) for record in _soas(denial)]
        problem = unanswered(answer)
        if not problem and ttls != minimums:
            problem = f"the answer has the TTL {_seconds(ttls)}, its denials {_seconds(minimums)}"
        yield Reading(answer, (f"the TTL {_seconds(minimums)}",), problem=problem)

    return Promise(judge)


def together(names: list[str]) -> Promise:
    """Questions asked at the same time, over TCP on one connection, are all answered (RFC 7766, section 6.2.1; L02)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        questions = [Question(observation.full_name(name), type_) for name in names for type_ in TYPE_OF.values()]
        for answer in observation.ask_together(questions):
            alone = observation.ask(answer.question)
            if alone.rcode is None:
                yield Reading(alone, ("an answer",), problem=unanswered(alone))
            elif alone.rcode == dns.rcode.NOERROR:
                yield expect_rows(answer, [row(record.rdata) for record in alone.answer])
            else:
                expected = dns.rcode.to_text(alone.rcode)
                yield Reading(answer, (expected,), problem=wrong_rcode(answer, alone.rcode))

    return Promise(judge)


def any_case(service_name: str) -> Promise:
    """A name is found however its letters are cased, in the zone's part as well (section 2.1; L14)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service_with_virtual_ip(service_name)
        for name in in_other_cases(observation.full_name(service_name)):
            answer = observation.ask(Question(name, TYPE_OF[service.families[0]]))
            yield expect_rows(answer, [address_row(service.cluster_ips[0])])

    return Promise(judge)
