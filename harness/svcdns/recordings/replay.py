"""Questions, what is expected, and a way to ask: the differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from svcdns import coredns, records
from svcdns.client import Answer, Channel, ask
from svcdns.message import Question, Reply
from svcdns.recordings import files
from svcdns.recordings.files import Meta, Recorded
from svcdns.records import PROFILES
from svcdns.state import ClusterState

SECONDS_TO_ANSWER = 2.0

Respond = Callable[[Question], Reply]


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that was answered otherwise than expected."""

    expected: Recorded
    got: Recorded

    def lines(self) -> Iterator[str]:
        """The question, what was expected and what came."""
        yield self.expected.asked
        yield from (f"  - {line}" for line in self.expected.lines())
        yield from (f"  + {line}" for line in self.got.lines())


def server_of(state: ClusterState, meta: Meta) -> Respond:
    """What a server like the recorded one says to any question, in a state that does not change."""
    if meta.profile != "coredns":
        return lambda question: records.answer(state, question, PROFILES[meta.profile])
    profile = replace(coredns.profile(meta.version, meta.corefile), own_addresses=meta.addresses)
    cache = coredns.read(meta.corefile).cache

    def respond(question: Question) -> Reply:
        reply = records.answer(state, question, profile)
        return cache.passed(reply, question.name) if cache else reply

    return respond


def replay(answers: tuple[Recorded, ...], respond: Respond, channel: Channel) -> Iterator[Difference]:
    """Ask every recorded question again, in its transport and with its EDNS, and compare every part of the answer.

    Args:
        answers: what was recorded.
        respond: the whole answer to a question, against which truncated ones are held.
        channel: the way to the server that is asked.
    """

    def everything(expected: Recorded) -> frozenset[str]:
        reply = respond(expected.question)
        return frozenset(files.text((*reply.answer, *reply.authority, *reply.additional)))

    for expected in answers:
        answer = ask(
            channel,
            expected.question,
            transport=expected.transport,
            edns=expected.edns,
            timeout_seconds=SECONDS_TO_ANSWER,
        )
        got = files.of(answer)
        if got != expected and not _both_cut_short(expected, got, answer, everything):
            yield Difference(expected, got)


def _both_cut_short(
    expected: Recorded, got: Recorded, answer: Answer, everything: Callable[[Recorded], frozenset[str]]
) -> bool:
    """Whether both are truncated alike: any part of the whole answer is right, as long as it fits."""
    if "TC" not in expected.flags or (expected.rcode, expected.flags) != (got.rcode, got.flags):
        return False
    fits = len(answer.wire or b"") <= max(512, expected.edns or 0)
    shown = {*expected.answer, *expected.authority, *expected.additional, *got.answer, *got.authority, *got.additional}
    return fits and shown <= everything(expected)
