"""All queries of a recording sent to a target, until its answers no longer change."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import dns.rcode
from dns.rdatatype import CNAME, NS

from svcdns import coredns, message
from svcdns.coredns import Options
from svcdns.errors import UndeterminedError
from svcdns.message import Question, Reply
from svcdns.recordings import asking, files, replay
from svcdns.recordings.asking import AnswersByQuery
from svcdns.recordings.files import Meta, RecordedAnswer, Recording
from svcdns.recordings.questions import PlannedQuery, planned_queries
from svcdns.recordings.replay import Difference
from svcdns.records import positional
from svcdns.state import ClusterState, reduction
from svcdns.targets.target import Target

#: After this many rounds of all queries, a cluster counts as one that keeps changing.
MOST_ROUNDS = 20

#: After this many rounds of all queries, a difference from the rules counts.
MOST_LOOKS = 4

#: The configuration that is assumed of a server that does not show its own.
_UNKNOWN = Options(falls_through=("in-addr.arpa", "ip6.arpa"), forwards=True)

_Texts = tuple[str, ...]
_Expected = dict[PlannedQuery, "_Right"]


class _Right(NamedTuple):
    """The right answer to a query, if it is not truncated: rcode, flags and sections."""

    rcode: str
    flags: _Texts
    answer: _Texts
    authority: _Texts
    additional: _Texts


def meta_of(target: Target, profile: str = "") -> Meta:
    """Return what the target knows of its DNS server, and the profile that is expected of it; empty for the target's own."""
    expected = profile or target.dns_profile
    if target.name == "reference":
        return Meta(profile=expected, domain=target.state().domain)
    facts = target.facts
    return Meta(
        profile=expected,
        server=facts.dns_server,
        version=facts.dns_version,
        corefile=facts.corefile,
        kubernetes=facts.kubernetes,
        domain=facts.domain,
    )


def record(target: Target, namespaces: Collection[str] | None = None, profile: str = "") -> Recording:
    """Send all queries to one DNS server of a target, until it answers the same as often in a row as the deadlines require.

    Queries that the server would forward out of the cluster are left out. A cached answer that is older than the state is
    asked for again after it has expired. TTLs are those from which the cache counts down.

    Args:
        target: the target, open.
        namespaces: the Namespaces whose names are asked; None for all.
        profile: the profile that is expected of the server; empty for the target's own.

    Raises:
        UndeterminedError: if a query is not answered, or the cluster keeps changing.
    """
    meta = meta_of(target, profile)
    state = target.state()
    expected = _expected(state, meta, namespaces)
    answers: AnswersByQuery = {}
    since, unchanged, changed = time.monotonic(), 0, ""
    for _ in range(MOST_ROUNDS):
        before, answers = answers, asking.answers(target, expected, _options(meta), since)
        if unchanged and _stable(answers) != _stable(before):
            unchanged, changed = 0, f"the answer to {_unlike(_stable(answers), _stable(before))}"
        unchanged += 1
        later = target.state()
        now = expected if replace(later, serial=state.serial) == state else _expected(later, meta, namespaces)
        if now != expected:
            since, unchanged, changed = time.monotonic(), 0, f"the state that {_unlike(now, expected)} depends on"
        elif unchanged >= target.deadlines.right_in_a_row:
            meta = replace(meta, addresses=_own_addresses(state, answers, meta))
            return Recording(_needed(state, answers, meta, namespaces), tuple(answers.values()), meta)
        state, expected = later, now
        time.sleep(target.deadlines.pause_seconds)
    raise UndeterminedError(
        f"nothing is recorded: the cluster kept changing for {MOST_ROUNDS} rounds, last {changed}; "
        "run it again later, or set --namespace"
    )


def _needed(
    state: ClusterState, answers: AnswersByQuery, meta: Meta, namespaces: Collection[str] | None
) -> ClusterState:
    """Reduce a state to what DNS depends on, or to what the answers about some Namespaces depend on."""
    if namespaces is None:
        return reduction.without_details(state)

    def replies(part: ClusterState, questions: Iterable[Question]) -> dict[Question, Reply]:
        respond = replay.server_of(part, meta)
        return {question: respond(question) for question in questions}

    return reduction.reduced(state, namespaces, tuple(dict.fromkeys(query.question for query in answers)), replies)


def differences(target: Target, namespaces: Collection[str] | None = None) -> tuple[int, list[Difference]]:
    """Send all queries to one DNS server of a target, and compare the answers with the rules; differences are asked again.

    Returns:
        the number of queries, and the differences from a right server of the target's version and configuration that
        remained in every round.

    Raises:
        UndeterminedError: if a query is not answered.
    """
    meta, since = meta_of(target), time.monotonic()
    for _ in range(MOST_LOOKS):
        state = target.state()
        meta = meta if meta.addresses else replace(meta, addresses=next(iter(positional.dns_servers(state)), ()))
        expected = _expected(state, meta, namespaces)
        answers = asking.answers(target, expected, _options(meta), since)
        wrong = [query for query, answer in answers.items() if not _is(answer, expected[query])]
        if not wrong:
            break
        meta = replace(meta, addresses=_own_addresses(state, answers, meta))
        time.sleep(target.deadlines.pause_seconds)
    return len(answers), [Difference(_recorded(answers[query], expected[query]), answers[query]) for query in wrong]


def _is(recorded: RecordedAnswer, right: _Right) -> bool:
    """Whether an answer is right; a truncated answer may lack records."""
    if "TC" not in recorded.flags:
        return _Right(recorded.rcode, recorded.flags, recorded.answer, recorded.authority, recorded.additional) == right
    flags = tuple(flag for flag in recorded.flags if flag != "TC")
    shown, whole = (
        {*recorded.answer, *recorded.authority, *recorded.additional},
        {*right.answer, *right.authority, *right.additional},
    )
    return (recorded.rcode, flags) == (right.rcode, right.flags) and shown <= whole


def _recorded(recorded: RecordedAnswer, right: _Right) -> RecordedAnswer:
    return replace(recorded, **right._asdict())


def _unlike(one: Mapping[PlannedQuery, object], other: Mapping[PlannedQuery, object]) -> str:
    """Return the first question for which two mappings differ."""
    differing = (query for query in (*one, *other) if one.get(query) != other.get(query))
    return str(next(differing).question)


def _expected(state: ClusterState, meta: Meta, namespaces: Collection[str] | None) -> _Expected:
    """Return the queries that the cluster itself answers, with what a right server answers; it changes when the state does."""
    respond, options = replay.server_of(state, meta), _options(meta)
    found: _Expected = {}
    for query in planned_queries(state, namespaces):
        reply = respond(query.question)
        # A cache answers in the spelling of the first query.
        spelled = query.name.islower() or not (options.cache and options.cache.remembers(query.question.name))
        if spelled and not _leaves(query.question, reply, state, options):
            sections = (reply.answer, reply.authority, reply.additional)
            answer, authority, additional = map(files.text, sections)
            found[query] = _Right(dns.rcode.to_text(reply.rcode), _flags(reply), answer, authority, additional)
    return found


def _flags(reply: Reply) -> _Texts:
    """Return the flags of a complete answer from a server without recursion: RD comes back as the client sent it."""
    return ("QR", "AA", "RD") if reply.authoritative else ("QR", "RD")


def _options(meta: Meta) -> Options:
    if meta.corefile:
        return coredns.read(meta.corefile)
    return _UNKNOWN if meta.kubernetes or meta.server else Options()


def _leaves(question: Question, reply: Reply, state: ClusterState, options: Options) -> bool:
    """Whether another server is asked: for a missing name, or for the target of an alias."""
    if reply.rcode == dns.rcode.NXDOMAIN:
        return options.asks_elsewhere(question.name)
    last = reply.answer[-1] if reply.answer else None
    if last is None or last.type != CNAME or question.type == CNAME:
        return False
    return options.forwards and not message.target(last.rdata).is_subdomain(message.name(state.domain))


def _own_addresses(state: ClusterState, answers: AnswersByQuery, meta: Meta) -> tuple[str, ...]:
    """Return the addresses of the DNS pod that answered, as far as its NS records show them (A06).

    A DNS pod that no Service selects names itself, with its addresses in the additional section (A07).
    """
    query = PlannedQuery(f"{state.domain}.", NS)
    recorded = answers.get(query)
    if recorded is None:
        return ()
    for addresses in (*positional.dns_servers(state), _beside(recorded)):
        reply = replay.server_of(state, replace(meta, addresses=addresses))(query.question)
        if (files.text(reply.answer), files.text(reply.additional)) == (recorded.answer, recorded.additional):
            return addresses
    return ()


def _beside(recorded: RecordedAnswer) -> tuple[str, ...]:
    """The addresses in the additional section of a recorded answer."""
    return tuple(record.rpartition(" ")[2] for record in recorded.additional)


def _stable(answers: AnswersByQuery) -> AnswersByQuery:
    """Return the part of the answers that stays the same from round to round: of a truncated answer, only that it is one."""
    return {
        query: replace(answer, answer=(), authority=(), additional=()) if "TC" in answer.flags else answer
        for query, answer in answers.items()
    }
