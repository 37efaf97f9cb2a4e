"""Recorded queries, sent again: what is answered otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from svcdns import coredns, records
from svcdns.client import Answer, Channel, ask
from svcdns.message import Question, Reply
from svcdns.recordings import files
from svcdns.recordings.files import Meta, RecordedAnswer
from svcdns.records import PROFILES
from svcdns.state import ClusterState

SECONDS_TO_ANSWER = 2.0

Respond = Callable[[Question], Reply]


@dataclass(frozen=True, slots=True)
class Difference:
    """A query that was answered otherwise than expected."""

    expected: RecordedAnswer
    got: RecordedAnswer

    def lines(self) -> Iterator[str]:
        """The query, the expected answer and the one that came."""
        yield self.expected.query
        yield from (f"  - {line}" for line in self.expected.lines())
        yield from (f"  + {line}" for line in self.got.lines())


def server_of(state: ClusterState, meta: Meta) -> Respond:
    """Return what a server like the recorded one answers to any question, in a state that does not change."""
    if meta.profile != "coredns":
        return lambda question: records.answer(state, question, PROFILES[meta.profile])
    profile = replace(coredns.profile(meta.version, meta.corefile), own_addresses=meta.addresses)
    cache = coredns.read(meta.corefile).cache

    def respond(question: Question) -> Reply:
        reply = records.answer(state, question, profile)
        return cache.passed(reply, question.name) if cache else reply

    return respond


def replay(answers: tuple[RecordedAnswer, ...], respond: Respond, channel: Channel) -> Iterator[Difference]:
    """Send every recorded query again, over its transport and with its EDNS, and compare every part of the answer.

    Args:
        answers: the recorded answers.
        respond: returns the complete answer to a question; truncated answers are compared with it.
        channel: the channel to the server.
    """

    def complete(expected: RecordedAnswer) -> frozenset[str]:
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
        if got != expected and not _both_truncated(expected, got, answer, complete):
            yield Difference(expected, got)


def _both_truncated(
    expected: RecordedAnswer, got: RecordedAnswer, answer: Answer, complete: Callable[[RecordedAnswer], frozenset[str]]
) -> bool:
    """Whether both are truncated in the same way: any part of the complete answer is right, as long as it fits."""
    if "TC" not in expected.flags or (expected.rcode, expected.flags) != (got.rcode, got.flags):
        return False
    fits = len(answer.wire or b"") <= max(512, expected.edns or 0)
    shown = {*expected.answer, *expected.authority, *expected.additional, *got.answer, *got.authority, *got.additional}
    return fits and shown <= complete(expected)
