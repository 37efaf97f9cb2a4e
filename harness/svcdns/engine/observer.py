"""Asks every DNS server of a vantage over every transport, and looks at what a promise makes of the answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from svcdns.client.retrying import answers_others, is_silent
from svcdns.engine import steadiness
from svcdns.engine.looking import Look, Namespaces, Way, look, repeated, ways
from svcdns.engine.patience import LastingMisses, miss
from svcdns.engine.steadiness import Unsteady
from svcdns.errors import UndeterminedError
from svcdns.judge import Promise, Reading
from svcdns.targets.target import Target, Vantage

#: The pause between two looks at a broken promise, as a part of the time since the first.
PAUSE_FACTOR = 0.2

#: A promise that is not kept by then is seldom kept at all.
SLOW_SECONDS = 2.0


@dataclass
class Series:
    """What was seen on one way.

    Attributes:
        look: the last look.
        looks: how many there were.
        in_a_row: how many good ones there were since the last miss.
        seconds: how long all of them took.
        missed_seconds: when the last miss ended, in seconds since the first look began; 0 if there was none.
        missed: the rcode of the last miss; None if no response came, or there was no miss.
        late: the responses that broke the promise after the last moment by which it had to be kept.
        is_over: whether nothing more is to be seen.
    """

    look: Look
    looks: int = 0
    in_a_row: int = 0
    seconds: float = 0.0
    missed_seconds: float = 0.0
    missed: int | None = None
    late: list[Reading] = field(default_factory=list)
    is_over: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the last look was good."""
        return self.in_a_row > 0


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
        self._replacing = 0
        self._replaced = float("-inf")

    @contextmanager
    def replacing_servers(self) -> Iterator[None]:
        """Know that the DNS servers are replaced inside the context, so that their answers may be late."""
        self._replacing += 1
        try:
            yield
        finally:
            self._replacing -= 1
            self._replaced = time.monotonic()

    def unchanged_seconds(self, settled: float) -> float:
        """For how long nothing has changed, neither the DNS servers nor what settled at a time of the monotonic clock."""
        return 0.0 if self._replacing else time.monotonic() - max(settled, self._replaced)

    def looks(self, promise: Promise, names: Namespaces) -> Iterator[Look]:
        """One look on each way to a server."""
        return (self._look(promise, names, way) for way in self._ways(promise))

    def watches(
        self,
        promise: Promise,
        names: Namespaces,
        *,
        deadline_seconds: float,
        in_a_row: int,
        changed: bool = False,
        slow: Callable[[], object] = lambda: None,
        is_late: Callable[[], bool] = lambda: False,
    ) -> Sequence[Series]:
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
            changed: whether the scenario has changed anything.
            slow: is called where it is not kept soon, so that whoever waits for the environment waits no longer.
            is_late: whether a miss that begins now cannot come from a change any more.

        Raises:
            UndeterminedError: if the run ends meanwhile.
        """
        series: dict[Way, Series] = {}
        every = self._ways(promise)
        begun = time.monotonic()
        whole = deadline_seconds
        while waiting := [way for way in every if way not in series or not series[way].is_over]:
            last = time.monotonic() - begun >= deadline_seconds
            for way in waiting:
                late = is_late()
                seen = self._look(promise, names, way)
                one = series.setdefault(way, Series(seen))
                one.look = seen
                one.looks += 1
                one.in_a_row = one.in_a_row + 1 if seen.is_good else 0
                one.seconds = time.monotonic() - begun
                one.is_over = one.in_a_row >= in_a_row or (last and not one.in_a_row)
                if not one.in_a_row:
                    one.missed_seconds = one.seconds
                    one.missed = seen.readings[-1].answer.rcode if seen.readings else None
                    # What was not answered may have been lost on its way, and says nothing of the server.
                    one.late += [
                        reading
                        for reading in seen.readings
                        if late and not reading.kept and not is_silent(reading.answer)
                    ]
                    deadline_seconds = self._patience(promise, seen, whole, changed=changed)
                    # As long as it is broken on one way, the others make no difference.
                    break
            if any(one.is_over and not one.in_a_row for one in series.values()):
                break
            if any(one.in_a_row == 0 and not one.is_over for one in series.values()):
                seconds = time.monotonic() - begun
                if seconds >= SLOW_SECONDS:
                    slow()
                pause = max(self._target.deadlines.pause_seconds, seconds * PAUSE_FACTOR)
                self._wait(min(pause, max(0.0, deadline_seconds - seconds)))
        for one in series.values():
            if not one.is_good and one.look.readings and whole and one.seconds >= whole:
                self.patience.lasted(miss(promise, one.look.readings[-1], changed=changed))
        return list(series.values())

    def unsteady(
        self,
        promise: Promise,
        good: Look,
        late: Sequence[Reading],
        *,
        settled: float,
        window: Callable[[Reading], float],
        slow: Callable[[], object] = lambda: None,
    ) -> Unsteady:
        """Repeat the queries of a good look, and watch on where a response is wrong.

        Args:
            promise: what the look was at.
            good: the look.
            late: what was wrong before it, when nothing had changed for long.
            settled: since when nothing has changed, by the monotonic clock.
            window: for how many seconds since then a wrong response may come from the change.
            slow: is called where it takes long.

        Raises:
            UndeterminedError: if the run ends meanwhile.
        """

        def wait(seconds: float) -> None:
            slow()
            self._wait(max(seconds, self._target.deadlines.pause_seconds))

        return steadiness.watch(
            lambda times: repeated(good, promise, times, self._target),
            late,
            queries=len(good.answers),
            age=lambda: self.unchanged_seconds(settled),
            window=window,
            wait=wait,
        )

    def _patience(self, promise: Promise, look: Look, whole: float, *, changed: bool) -> float:
        """How many seconds of the whole time a miss is waited for."""
        if not look.readings:
            return whole
        return self.patience.seconds(miss(promise, look.readings[-1], changed=changed), whole)

    def _wait(self, seconds: float) -> None:
        if self.over.wait(seconds):
            raise UndeterminedError("the run is over")

    def _ways(self, promise: Promise) -> list[Way]:
        channels = self._vantage.channels[:1] if promise.of_resolver else self._vantage.channels
        return ways(channels, self._vantage.transports)

    def _look(self, promise: Promise, names: Namespaces, way: Way) -> Look:
        seen = look(promise, names, way, self._target)
        if seen.undetermined or seen.is_good or not is_silent(seen.readings[-1].answer) or self._answers_others(way):
            return seen
        failure = seen.readings[-1].answer.failure
        return replace(seen, undetermined=f"no DNS server answers at {way.channel.server}: {failure}")

    def _answers_others(self, way: Way) -> bool:
        deadlines = self._target.deadlines
        waits = (*deadlines.again_after_seconds, deadlines.question_seconds)
        return answers_others(way.channel, self._vantage.transports, self._target.state().domain, waits)
