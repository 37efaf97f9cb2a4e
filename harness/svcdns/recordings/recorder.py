"""A target asked all that is worth asking, until what it says can be kept."""

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
from svcdns.recordings.asking import Said
from svcdns.recordings.files import Meta, Recorded, Recording
from svcdns.recordings.questions import Asked, worth_asking
from svcdns.recordings.replay import Difference
from svcdns.records import positional
from svcdns.state import ClusterState, reduction
from svcdns.targets.target import Target

#: How often everything is asked before a cluster counts as one that does not keep still.
MOST_ROUNDS = 20

#: How often everything is asked before what differs from the rules counts.
MOST_LOOKS = 4

#: What is supposed of a server that does not show its configuration.
_UNKNOWN = Options(falls_through=("in-addr.arpa", "ip6.arpa"), forwards=True)

_Texts = tuple[str, ...]
_Expected = dict[Asked, "_Right"]


class _Right(NamedTuple):
    """The rcode, the flags and the sections that are right, of an answer that is whole."""

    rcode: str
    flags: _Texts
    answer: _Texts
    authority: _Texts
    additional: _Texts


def meta_of(target: Target) -> Meta:
    """What the target says of its DNS server."""
    if target.name == "reference":
        return Meta(profile=target.dns_profile, domain=target.state().domain)
    facts = target.facts
    return Meta(
        profile=target.dns_profile,
        server=facts.dns_server,
        version=facts.dns_version,
        corefile=facts.corefile,
        kubernetes=facts.kubernetes,
        domain=facts.domain,
    )


def record(target: Target, namespaces: Collection[str] | None = None) -> Recording:
    """Ask one DNS server of a target everything, until it says the same as often in a row as the deadlines want.

    What would be asked outside the cluster is left out. Of what a cache keeps, an answer that is older than the state
    is asked for again when it has run out, and TTLs are those from which the cache counts down.

    Args:
        target: the target, open.
        namespaces: the Namespaces whose names are asked; None for all.

    Raises:
        UndeterminedError: if a question is not answered, or the cluster does not keep still.
    """
    meta = meta_of(target)
    state = target.state()
    expected = _expected(state, meta, namespaces)
    said: Said = {}
    since, alike, changed = time.monotonic(), 0, ""
    for _ in range(MOST_ROUNDS):
        before, said = said, asking.said(target, expected, _options(meta), since)
        if alike and _lasting(said) != _lasting(before):
            alike, changed = 0, f"the answer to {_unlike(_lasting(said), _lasting(before))}"
        alike += 1
        later = target.state()
        now = expected if replace(later, serial=state.serial) == state else _expected(later, meta, namespaces)
        if now != expected:
            since, alike, changed = time.monotonic(), 0, f"the state that {_unlike(now, expected)} depends on"
        elif alike >= target.deadlines.right_in_a_row:
            meta = replace(meta, addresses=_own_addresses(state, said, meta))
            return Recording(_needed(state, said, meta, namespaces), tuple(said.values()), meta)
        state, expected = later, now
        time.sleep(target.deadlines.pause_seconds)
    raise UndeterminedError(
        f"nothing is recorded: in {MOST_ROUNDS} rounds the cluster did not keep still, the last to change was {changed}; "
        "try again later, or ask about one namespace"
    )


def _needed(state: ClusterState, said: Said, meta: Meta, namespaces: Collection[str] | None) -> ClusterState:
    """What is kept of a state: all that DNS looks at, or what the answers about some Namespaces need of it."""
    if namespaces is None:
        return reduction.without_details(state)

    def says(part: ClusterState, questions: Iterable[Question]) -> dict[Question, Reply]:
        respond = replay.server_of(part, meta)
        return {question: respond(question) for question in questions}

    return reduction.reduced(state, namespaces, tuple(dict.fromkeys(asked.question for asked in said)), says)


def differences(target: Target, namespaces: Collection[str] | None = None) -> tuple[int, list[Difference]]:
    """Ask one DNS server of a target everything, and hold it against the rules; what differs is looked at again.

    Returns:
        how many questions were asked, and those that were not answered as a right server of the target's version and
        configuration does, however often they were asked.

    Raises:
        UndeterminedError: if a question is not answered.
    """
    meta, since = meta_of(target), time.monotonic()
    for _ in range(MOST_LOOKS):
        state = target.state()
        meta = meta if meta.addresses else replace(meta, addresses=next(iter(positional.dns_servers(state)), ()))
        expected = _expected(state, meta, namespaces)
        said = asking.said(target, expected, _options(meta), since)
        wrong = [asked for asked, one in said.items() if not _is(one, expected[asked])]
        if not wrong:
            break
        meta = replace(meta, addresses=_own_addresses(state, said, meta))
        time.sleep(target.deadlines.pause_seconds)
    return len(said), [Difference(_recorded(said[asked], expected[asked]), said[asked]) for asked in wrong]


def _is(one: Recorded, right: _Right) -> bool:
    """Whether an answer is right; a truncated one, as far as its records go."""
    if "TC" not in one.flags:
        return _Right(one.rcode, one.flags, one.answer, one.authority, one.additional) == right
    flags = tuple(flag for flag in one.flags if flag != "TC")
    shown, whole = {*one.answer, *one.authority, *one.additional}, {*right.answer, *right.authority, *right.additional}
    return (one.rcode, flags) == (right.rcode, right.flags) and shown <= whole


def _recorded(one: Recorded, right: _Right) -> Recorded:
    return replace(one, **right._asdict())


def _unlike(one: Mapping[Asked, object], other: Mapping[Asked, object]) -> str:
    """The first question of which two mappings do not say the same."""
    differing = (asked for asked in (*one, *other) if one.get(asked) != other.get(asked))
    return str(next(differing).question)


def _expected(state: ClusterState, meta: Meta, namespaces: Collection[str] | None) -> _Expected:
    """What is to be asked of the cluster itself, with what a right server answers; it changes when the state does."""
    respond, options = replay.server_of(state, meta), _options(meta)
    found: _Expected = {}
    for asked in worth_asking(state, namespaces):
        reply = respond(asked.question)
        # A cache answers in the spelling of who asked first.
        spelled = asked.name.islower() or not (options.cache and options.cache.remembers(asked.question.name))
        if spelled and not _leaves(asked.question, reply, state, options):
            sections = (reply.answer, reply.authority, reply.additional)
            answer, authority, additional = map(files.text, sections)
            found[asked] = _Right(dns.rcode.to_text(reply.rcode), _flags(reply), answer, authority, additional)
    return found


def _flags(reply: Reply) -> _Texts:
    """The flags of a whole answer from a server that does not recurse: RD comes back as the client sent it."""
    return ("QR", "AA", "RD") if reply.authoritative else ("QR", "RD")


def _options(meta: Meta) -> Options:
    if meta.corefile:
        return coredns.read(meta.corefile)
    return _UNKNOWN if meta.kubernetes or meta.server else Options()


def _leaves(question: Question, reply: Reply, state: ClusterState, options: Options) -> bool:
    """Whether another server is asked: for a missing name, or for where an alias leads."""
    if reply.rcode == dns.rcode.NXDOMAIN:
        return options.asks_elsewhere(question.name)
    last = reply.answer[-1] if reply.answer else None
    if last is None or last.type != CNAME or question.type == CNAME:
        return False
    return options.forwards and not message.target(last.rdata).is_subdomain(message.name(state.domain))


def _own_addresses(state: ClusterState, said: Said, meta: Meta) -> tuple[str, ...]:
    """Which of several DNS pods answered, as the name servers that it named tell (A06).

    One that sees itself behind no Service names itself, with its addresses beside (A07).
    """
    asked = Asked(f"{state.domain}.", NS)
    one = said.get(asked)
    if one is None:
        return ()
    for addresses in (*positional.dns_servers(state), _beside(one)):
        reply = replay.server_of(state, replace(meta, addresses=addresses))(asked.question)
        if (files.text(reply.answer), files.text(reply.additional)) == (one.answer, one.additional):
            return addresses
    return ()


def _beside(one: Recorded) -> tuple[str, ...]:
    """The addresses in the additional section of a recorded answer."""
    return tuple(record.rpartition(" ")[2] for record in one.additional)


def _lasting(said: Said) -> Said:
    """What is said again: of a truncated answer, only that it is one."""
    return {
        asked: replace(one, answer=(), authority=(), additional=()) if "TC" in one.flags else one
        for asked, one in said.items()
    }
