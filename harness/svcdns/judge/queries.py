"""Queries as resolvers send them: with flags and EDNS options, and answered as plain ones are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import dns.flags
import dns.rcode
from dns.edns import OptionType
from dns.rdatatype import NSEC, NSEC3, PTR, RRSIG

from svcdns.client import Answer, QueryForm
from svcdns.judge.comparing import compare, expect_no_name, row, wrong_rcode
from svcdns.judge.messages import opt_problem
from svcdns.judge.observation import Observation, record_type
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question

#: The payload size that is offered, as resolvers do since 2020.
_PAYLOAD_OCTETS = 1232

#: The cookie of a client, 8 octets. A server adds 8 to 32 of its own (RFC 7873, section 4), and CoreDNS adds none.
_CLIENT_COOKIE = bytes.fromhex("0123456789abcdef")

#: The subnet 192.0.2.0/24 of a client: family, length of the prefix, scope, and the octets of the prefix (RFC 7871).
_SUBNET = bytes.fromhex("00011800c00002")
_SCOPE = slice(3, 4)

#: An option for local use (RFC 6891, section 9), and a flag that is not assigned.
_UNKNOWN, _RESERVED = 65_001, 0x0040

_RD, _CD, _AD, _DO = (int(flag) for flag in (dns.flags.RD, dns.flags.CD, dns.flags.AD, dns.flags.DO))
_COOKIE, _NSID, _ECS = (int(code) for code in (OptionType.COOKIE, OptionType.NSID, OptionType.ECS))

#: What a response may have only if the query has it.
_SOLICITED = {_COOKIE: "a cookie", _NSID: "an NSID", _ECS: "a client subnet", _UNKNOWN: "an unknown option"}


@dataclass(frozen=True, slots=True)
class _Sent:
    """A query: its form, and the payload size that it offers; None for no EDNS."""

    form: QueryForm
    edns: int | None = _PAYLOAD_OCTETS


def _options(*options: tuple[int, bytes], edns_flags: int = 0, flags: int = _RD) -> _Sent:
    return _Sent(QueryForm(flags, edns_flags, options))


#: What a sentence says of a query → how it is sent.
QUERIES: Mapping[str, _Sent] = {
    "with EDNS and no option": _options(),
    "with a cookie": _options((_COOKIE, _CLIENT_COOKIE)),
    "with an NSID request": _options((_NSID, b"")),
    "with a client subnet": _options((_ECS, _SUBNET)),
    "with an unknown option": _options((_UNKNOWN, b"svcdns")),
    "with a reserved EDNS flag": _options(edns_flags=_RESERVED),
    "with the DO flag": _options(edns_flags=_DO),
    "with the CD flag": _Sent(QueryForm(_RD | _CD), None),
    "with the AD flag": _Sent(QueryForm(_RD | _AD), None),
    "with several options and flags": _options(
        (_ECS, _SUBNET), (_COOKIE, _CLIENT_COOKIE), (_NSID, b""), edns_flags=_DO, flags=_RD | _CD
    ),
    "without the RD flag": _Sent(QueryForm(0), None),
}


def answered_alike(name: str, type_: str, how: str) -> Promise:
    """One of the `QUERIES` gets the records and the rcode of a plain query; its options are ignored or answered (L25-L31)."""
    wanted = record_type(type_)
    sent = QUERIES[how]

    def judge(observation: Observation) -> Iterator[Reading]:
        question = Question(observation.full_name(name), wanted)
        plain = observation.ask(question)
        if plain.rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            yield Reading(plain, ("an answer",), problem=wrong_rcode(plain, dns.rcode.NOERROR), promised="records")
            return
        answer = observation.ask(question, edns=sent.edns, form=sent.form)
        if answer.rcode == dns.rcode.BADCOOKIE and not _problem(answer):
            answer = observation.ask(question, edns=sent.edns, form=_with_cookie_of(answer))
        reading = _same_records(answer, plain)
        if reading.kept and (wrong := _problem(answer)):
            expected = (f"the response to a query {how}",)
            problem = f"the answer to {question}, asked {how}, {wrong}"
            reading = Reading(answer, expected, problem=problem)
        elif not reading.kept:
            reading = replace(reading, problem=f"{how}: {reading.problem}")
        yield reading

    return Promise(judge, reverse_names=wanted == PTR)


def _with_cookie_of(answer: Answer) -> QueryForm:
    """Return the form of a query that repeats the cookie which a server demands (RFC 7873, section 5.2.3)."""
    assert answer.opt, "BADCOOKIE is an rcode of EDNS"
    cookies = {int(option.otype): option.to_wire() or b"" for option in answer.opt.options}
    options = ((code, cookies.get(code, data) if code == _COOKIE else data) for code, data in answer.form.options)
    return answer.form._replace(options=tuple(options))


def _same_records(answer: Answer, plain: Answer) -> Reading:
    """Read an answer that has the records of another; to DO, a server that signs its zone adds what proves them."""
    if plain.rcode == dns.rcode.NXDOMAIN and not _is_signed_denial(answer):
        return expect_no_name(answer)
    signed = bool(answer.form.edns_flags & _DO)
    records = [record for record in answer.answer if not (signed and record.type == RRSIG)]
    return compare(answer, [row(record.rdata) for record in plain.answer], [row(record.rdata) for record in records])


def _is_signed_denial(answer: Answer) -> bool:
    """Return whether a name is denied by NODATA and a signed proof, as servers do that sign at once (RFC 9824)."""
    proofs = any(record.type in (NSEC, NSEC3) for record in answer.authority)
    return bool(answer.form.edns_flags & _DO) and proofs


def _problem(answer: Answer) -> str:
    """Return what is wrong with the flags and options of a response, or nothing."""
    if bool(answer.form.flags & _RD) is not ("RD" in answer.flags):
        return "does not copy the RD flag"
    if answer.edns is None:
        return ""
    if answer.opt is None or opt_problem(answer):
        return opt_problem(answer)
    if answer.opt.dnssec_ok is not bool(answer.form.edns_flags & _DO):
        return "does not copy the DO flag"
    asked = dict(answer.form.options)
    for option in answer.opt.options:
        code = int(option.otype)
        if code in _SOLICITED and (code not in asked or code == _UNKNOWN):
            return f"has {_SOLICITED[code]}, which {'is to be ignored' if code in asked else 'the query has not'}"
        problem_of = _OPTIONS.get(code)
        if problem_of and (wrong := problem_of(option.to_wire() or b"")):
            return wrong
    return ""


def _cookie_problem(data: bytes) -> str:
    return "" if data.startswith(_CLIENT_COOKIE) else "has the cookie of another client"


def _subnet_problem(data: bytes) -> str:
    scoped = data[: _SCOPE.start] + _SUBNET[_SCOPE] + data[_SCOPE.stop :]
    return "" if scoped == _SUBNET else "has the client subnet of another client"


#: The code of an option → what is wrong with its data in a response, or nothing.
_OPTIONS: Mapping[int, Callable[[bytes], str]] = {_COOKIE: _cookie_problem, _ECS: _subnet_problem}
