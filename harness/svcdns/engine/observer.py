"""Asks every DNS server of a vantage over every transport, and looks at what a promise makes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from svcdns.client import Answer, Channel, Transport, Watched, ask, ask_all, eventually, read, send
from svcdns.client.retrying import answers_others, insist, is_silent
from svcdns.errors import UndeterminedError
from svcdns.judge import Observation, Promise, Reading
from svcdns.message import Question
from svcdns.targets.target import Target, Vantage

_T = TypeVar("_T")

#: What one look gave: the readings up to the first broken one, and why nothing can be said, if so.
Seen = tuple[list[Reading], str]


@dataclass(frozen=True, slots=True)
class Place:
    """The Namespace that names are relative to, and the one beside it."""

    namespace: str
    neighbour: str


class Observer:
    """Looks at the answers of a target's DNS servers, at the same time from everywhere if there is a crew for it."""

    def __init__(self, target: Target, vantage: Vantage, crew: ThreadPoolExecutor | None = None) -> None:
        self._target = target
        self._vantage = vantage
        self._crew = crew

    def looks(self, promise: Promise, place: Place) -> Iterable[Seen]:
        """One look at each way to a server."""
        return self._everywhere(promise, partial(self._look, promise, place))

    def watches(
        self, promise: Promise, place: Place, *, deadline_seconds: float, in_a_row: int
    ) -> Iterable[Watched[Seen]]:
        """Look at each way to a server until the promise is kept so often in a row, or the deadline is over."""

        def watch(channel: Channel, transport: Transport) -> Watched[Seen]:
            return eventually(
                lambda: self._look(promise, place, channel, transport),
                lambda seen: seen[1] == "" and all(reading.kept for reading in seen[0]),
                deadline_seconds=deadline_seconds,
                interval_seconds=self._target.deadlines.pause_seconds,
                in_a_row=in_a_row,
            )

        return self._everywhere(promise, watch)

    def _everywhere(self, promise: Promise, do: Callable[[Channel, Transport], _T]) -> Iterable[_T]:
        channels = self._vantage.channels[:1] if promise.of_resolver else self._vantage.channels
        ways = [(channel, transport) for channel in channels for transport in self._vantage.transports]
        if self._crew is None:
            return (do(*way) for way in ways)
        return self._crew.map(lambda way: do(*way), ways)

    def _look(self, promise: Promise, place: Place, channel: Channel, transport: Transport) -> Seen:
        observation = self._looking(place, channel, transport)
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

    def _looking(self, place: Place, channel: Channel, transport: Transport) -> Observation:
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
            namespace=place.namespace,
            neighbour=place.neighbour,
            transport=transport,
            ask=ask_once,
            ask_outside=ask_outside,
            send=send_once,
            ask_together=ask_together,
            resolver=lambda: self._target.resolver(place.namespace),
        )

    def _answers_others(self, channel: Channel) -> bool:
        deadlines = self._target.deadlines
        waits = (*deadlines.again_after_seconds, deadlines.question_seconds)
        return answers_others(channel, self._vantage.transports, self._target.state().domain, waits)
