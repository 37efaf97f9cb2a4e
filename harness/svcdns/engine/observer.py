"""Asks every DNS server of a vantage over every transport, and looks at what a promise makes of the answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from svcdns.client import Answer, Channel, Transport, Watched, ask, ask_all, read, send
from svcdns.client.retrying import answers_others, insist, is_silent
from svcdns.engine.patience import LastingMisses
from svcdns.errors import UndeterminedError
from svcdns.judge import Observation, Promise, Reading
from svcdns.message import Question
from svcdns.targets.target import Target, Vantage

#: What one look gave: the readings up to the first broken one, and why nothing can be said, if so.
Seen = tuple[Sequence[Reading], str]

#: The pause between two looks at a broken promise, as a part of the time since the first.
PAUSE_FACTOR = 0.2

#: A promise that is not kept by then is seldom kept at all.
SLOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Namespaces:
    """The Namespace that names are relative to, and the neighbouring one."""

    namespace: str
    neighbour: str


#: A way to a DNS server.
Way = tuple[Channel, Transport]


@dataclass
class _Series:
    """What was seen on one way so far.

    Attributes:
        in_a_row: how many good looks there were since the last miss.
    """

    seen: Seen = ((), "")
    looks: int = 0
    in_a_row: int = 0
    seconds: float = 0.0
    over: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the last look was good."""
        readings, undetermined = self.seen
        return undetermined == "" and all(reading.kept for reading in readings)


class Observer:
    """Looks at the answers of a target's DNS servers.

    Attributes:
        over: set once nobody waits for answers any more.
        patience: what was learnt of how long a broken promise is worth waiting for.
    """

    def __init__(self, target: Target, vantage: Vantage) -> None:
        self.over = threading.Event()
        self.patience = LastingMisses(target.deadlines)
        self._target = target
        self._vantage = vantage

    def looks(self, promise: Promise, names: Namespaces) -> Iterator[Seen]:
        """One look on each way to a server."""
        return (self._look(promise, names, *way) for way in self._ways(promise))

    def watches(
        self,
        promise: Promise,
        names: Namespaces,
        *,
        deadline_seconds: float,
        in_a_row: int,
        patience: Callable[[Seen, float], float] = lambda _, whole: whole,
        slow: Callable[[], object] = lambda: None,
    ) -> Sequence[Watched[Seen]]:
        """Look on each way to a server until the promise is kept so often in a row, or the deadline is over.

        Where it is broken, only the first way on which it is so is looked at again, and the pause grows with the time that has
        passed, since scenarios that wait do so at the same time.
        The first miss that began after the deadline is the last: what began before it says nothing of what is so by then,
        for this process may have been kept waiting in between.

        Args:
            promise: what is to be seen.
            names: where.
            deadline_seconds: how long a promise may be broken.
            in_a_row: how often it has to be kept.
            patience: how many of these seconds a miss is waited for.
            slow: is called where it is not kept soon, so that whoever waits for the environment waits no longer.

        Raises:
            UndeterminedError: if the run ends meanwhile.
        """
        series = {way: _Series() for way in self._ways(promise)}
        begun = time.monotonic()
        whole = deadline_seconds
        while waiting := [way for way, one in series.items() if not one.over]:
            late = time.monotonic() - begun >= deadline_seconds
            for way in waiting:
                one = series[way]
                one.seen = self._look(promise, names, *way)
                one.looks += 1
                one.in_a_row = one.in_a_row + 1 if one.is_good else 0
                one.seconds = time.monotonic() - begun
                one.over = one.in_a_row >= in_a_row or (late and not one.in_a_row)
                if not one.in_a_row:
                    deadline_seconds = patience(one.seen, whole)
                    # As long as it is broken on one way, the others make no difference.
                    break
            if any(one.over and not one.in_a_row for one in series.values()):
                break
            if any(one.in_a_row == 0 and not one.over for one in series.values()):
                seconds = time.monotonic() - begun
                if seconds >= SLOW_SECONDS:
                    slow()
                pause = max(self._target.deadlines.pause_seconds, seconds * PAUSE_FACTOR)
                if self.over.wait(min(pause, max(0.0, deadline_seconds - seconds))):
                    raise UndeterminedError("the run is over")
        return [Watched(one.seen, one.is_good, one.looks, one.seconds) for one in series.values() if one.looks]

    def _ways(self, promise: Promise) -> list[Way]:
        channels = self._vantage.channels[:1] if promise.of_resolver else self._vantage.channels
        return [(channel, transport) for channel in channels for transport in self._vantage.transports]

    def _look(self, promise: Promise, names: Namespaces, channel: Channel, transport: Transport) -> Seen:
        observation = self._looking(names, channel, transport)
        readings: list[Reading] = []
        try:
            for reading in promise.judge(observation):
                readings.append(reading)
                if not reading.kept:
                    if is_silent(reading.answer) and not self._answers_others(channel):
                        return readings, f"no DNS server answers at {channel.server}: {reading.answer.failure}"
                    break
        except UndeterminedError as error:
            return readings, str(error)
        return readings, ""

    def _looking(self, names: Namespaces, channel: Channel, transport: Transport) -> Observation:
        deadlines = self._target.deadlines
        seconds = deadlines.question_seconds

        def ask_once(question: Question, *, edns: int | None = None, forwarded: bool = False) -> Answer:
            last = deadlines.forwarded_seconds if forwarded else seconds
            return insist(channel, question, transport, edns, (*deadlines.again_after_seconds, last))

        def ask_outside(question: Question) -> Answer:
            return ask(channel, question, transport=transport, timeout_seconds=deadlines.outside_seconds)

        def send_once(wire: bytes, about: Question) -> Answer:
            received = send(channel, wire, transport=transport, timeout_seconds=seconds)
            return read(received, about, transport=transport, server=channel.server, edns=None, seconds=0.0)

        def ask_together(questions: list[Question]) -> list[Answer]:
            return ask_all(channel, questions, transport=transport, timeout_seconds=seconds)

        return Observation(
            state=self._target.state(),
            namespace=names.namespace,
            neighbour=names.neighbour,
            transport=transport,
            ask=ask_once,
            ask_outside=ask_outside,
            send=send_once,
            ask_together=ask_together,
            resolver=lambda: self._target.resolver(names.namespace),
        )

    def _answers_others(self, channel: Channel) -> bool:
        deadlines = self._target.deadlines
        waits = (*deadlines.again_after_seconds, deadlines.question_seconds)
        return answers_others(channel, self._vantage.transports, self._target.state().domain, waits)
