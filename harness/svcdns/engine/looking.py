"""One look at what a promise makes of one server's answers over one transport, and the same look repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from svcdns.client import PLAIN, Answer, Channel, QueryForm, Received, Transport, ask, ask_all, encode, read, send
from svcdns.client.resolver import Resolver
from svcdns.client.retrying import insist
from svcdns.errors import UndeterminedError
from svcdns.judge import Observation, Promise, Reading
from svcdns.message import Question
from svcdns.state import ClusterState
from svcdns.targets.target import Deadlines, Target

#: A promise that takes more queries is not repeated.
MOST_QUERIES = 32

_ID_OCTETS = 2


@dataclass(frozen=True, slots=True)
class Namespaces:
    """The Namespace that names are relative to, and the neighbouring one."""

    namespace: str
    neighbour: str


class Way(NamedTuple):
    """A way to a DNS server."""

    channel: Channel
    transport: Transport


def ways(channels: Iterable[Channel], transports: Sequence[Transport]) -> list[Way]:
    """Return every channel over every transport."""
    return [Way(channel, transport) for channel in channels for transport in transports]


class Query(NamedTuple):
    """A query, as far as it makes a difference when it is repeated."""

    question: Question
    edns: int | None
    form: QueryForm = PLAIN


@dataclass(frozen=True, slots=True)
class Look:
    """What a promise makes of a server's answers.

    Attributes:
        way: whom was asked, over what.
        observation: with what the answers were compared.
        readings: each answer, up to the first that breaks the promise.
        undetermined: why nothing can be said, if so.
        answers: what each query was answered; empty where the queries cannot be repeated one for one.
    """

    way: Way
    observation: Observation
    readings: tuple[Reading, ...] = ()
    undetermined: str = ""
    answers: Mapping[Query, Answer] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether the promise is kept."""
        return not self.undetermined and all(reading.kept for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Repetition:
    """The responses to queries that were sent again.

    Attributes:
        responses: how many came; what did not come says nothing.
        wrong: those that break the promise by what the cluster held before them and by what it holds after them.
    """

    responses: int
    wrong: tuple[Reading, ...] = ()


def look(promise: Promise, names: Namespaces, way: Way, target: Target) -> Look:
    """Ask what a promise needs to be asked, and read each answer, up to the first that breaks the promise."""
    asking = _Asking(way, target.deadlines)
    observation = asking.observation(target.state(), names, lambda: target.resolver(names.namespace))
    readings: list[Reading] = []
    undetermined = ""
    try:
        for reading in promise.judge(observation):
            readings.append(reading)
            if not reading.kept:
                break
    except UndeterminedError as error:
        undetermined = str(error)
    return Look(way, observation, tuple(readings), undetermined, asking.repeatable())


def repeated(before: Look, promise: Promise, times: int, target: Target) -> Repetition:
    """Send the queries of a look that was good again, several times, and read what is answered otherwise.

    Each query has a source port of its own over UDP, and each time a connection of its own over TCP, so that whatever
    spreads queries over several servers may choose another.
    """
    if not before.answers:
        return Repetition(0)
    received = _sent_again(before, times, target.deadlines)
    wrong: list[Reading] = []
    for start in range(0, len(received), len(before.answers)):
        together = received[start : start + len(before.answers)]
        other = {
            query: _read(response, answer)
            for (query, answer), response in zip(before.answers.items(), together, strict=True)
            if response.wire is not None and _content(response) != _content(answer)
        }
        if other:
            wrong += _broken(before.observation, promise, {**before.answers, **other}, other)
    responses = sum(response.wire is not None for response in received)
    if wrong:
        after = replace(before.observation, state=target.state())
        wrong = [reading for reading in wrong if _is_broken(after, promise, before.answers, reading)]
    return Repetition(responses, tuple(wrong))


def _is_broken(observation: Observation, promise: Promise, answers: Mapping[Query, Answer], reading: Reading) -> bool:
    answer = reading.answer
    other = {Query(answer.question, answer.edns, answer.form): answer}
    return bool(_broken(observation, promise, {**answers, **other}, other))


def _broken(
    observation: Observation, promise: Promise, answers: Mapping[Query, Answer], other: Mapping[Query, Answer]
) -> list[Reading]:
    """Judge known answers; return what is broken by those that are other than before."""

    def answered(
        question: Question, *, edns: int | None = None, forwarded: bool = False, form: QueryForm = PLAIN
    ) -> Answer:
        known = answers.get(Query(question, edns, form))
        return known or observation.ask(question, edns=edns, forwarded=forwarded, form=form)

    try:
        readings = list(promise.judge(replace(observation, ask=answered)))
    except UndeterminedError:
        return []
    return [
        reading
        for reading in readings
        if not reading.kept and any(reading.answer is answer for answer in other.values())
    ]


def _sent_again(before: Look, times: int, deadlines: Deadlines) -> list[Received]:
    """Send the queries of a look again, several times, and return what came for each query of each time.

    Responses are not parsed: most are equal to those before.
    """
    channel, transport = before.way
    seconds = (*deadlines.again_after_seconds, deadlines.question_seconds)[0]
    received: list[Received] = []
    for _ in range(1 if transport == "udp" else times):
        queries = list(before.answers) * (times if transport == "udp" else 1)
        wires = [encode(query.question, edns=query.edns, form=query.form) for query in queries]
        received += channel.exchange(wires, transport, seconds)
    return received


def _content(response: Answer | Received) -> bytes:
    """What is equal in equal responses: all but the id."""
    return b"" if response.wire is None else response.wire[_ID_OCTETS:]


def _read(response: Received, before: Answer) -> Answer:
    return read(
        response,
        before.question,
        transport=before.transport,
        server=before.server,
        edns=before.edns,
        seconds=0.0,
        form=before.form,
    )


class _Asking:
    """What an observation asks on one way, and what it was answered."""

    def __init__(self, way: Way, deadlines: Deadlines) -> None:
        self._way = way
        self._deadlines = deadlines
        self._answers: dict[Query, Answer] = {}
        self._is_repeatable = True

    def observation(self, state: ClusterState, names: Namespaces, resolver: Callable[[], Resolver]) -> Observation:
        """An observation that asks on this way."""

        def resolving() -> Resolver:
            self._is_repeatable = False
            return resolver()

        return Observation(
            state=state,
            namespace=names.namespace,
            neighbour=names.neighbour,
            transport=self._way.transport,
            ask=self._ask,
            ask_outside=self._ask_outside,
            send=self._send,
            ask_together=self._ask_together,
            resolver=resolving,
        )

    def repeatable(self) -> Mapping[Query, Answer]:
        """What each query was answered, if all of them can be repeated one for one."""
        return dict(self._answers) if self._is_repeatable and len(self._answers) <= MOST_QUERIES else {}

    def _ask(
        self, question: Question, *, edns: int | None = None, forwarded: bool = False, form: QueryForm = PLAIN
    ) -> Answer:
        last = self._deadlines.forwarded_seconds if forwarded else self._deadlines.question_seconds
        waits = (*self._deadlines.again_after_seconds, last)
        answer = insist(self._way.channel, question, self._way.transport, edns, waits, form)
        query = Query(question, edns, form)
        if forwarded or query in self._answers:
            # Another server may answer the first, and the second is asked to be compared with what came before.
            self._is_repeatable = False
        self._answers[query] = answer
        return answer

    def _ask_outside(self, question: Question) -> Answer:
        self._is_repeatable = False
        channel, transport = self._way
        return ask(channel, question, transport=transport, timeout_seconds=self._deadlines.outside_seconds)

    def _send(self, wire: bytes, about: Question) -> Answer:
        self._is_repeatable = False
        channel, transport = self._way
        received = send(channel, wire, transport=transport, timeout_seconds=self._deadlines.question_seconds)
        return read(received, about, transport=transport, server=channel.server, edns=None, seconds=0.0)

    def _ask_together(self, questions: list[Question]) -> list[Answer]:
        self._is_repeatable = False
        channel, transport = self._way
        return ask_all(channel, questions, transport=transport, timeout_seconds=self._deadlines.question_seconds)
