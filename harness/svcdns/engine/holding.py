"""What a scenario promises: asked of every DNS server until it holds, or cannot hold any more."""

from __future__ import annotations

from dataclasses import replace

import dns.rcode

from svcdns.client import Answer, eventually
from svcdns.engine.declaring import Declaring
from svcdns.engine.elsewhere import elsewhere
from svcdns.engine.observer import Series
from svcdns.engine.patience import intermittent
from svcdns.engine.uninterrupted import uninterrupted
from svcdns.errors import UndeterminedError
from svcdns.judge import NotConformantError, Promise, PromiseOfState


class Holding(Declaring):
    """A scenario that promises."""

    @uninterrupted
    def holds(self, promise: Promise) -> None:
        """Ask every DNS server over every transport, and see that each keeps the promise.

        Raises:
            NotConformantError: if one still breaks it at the deadline, or now and then where nothing changes.
            UndeterminedError: if the promise cannot be judged: there is no state to judge against, no server answers, or pods
                came or went by themselves.
        """
        self._ready_to_use()
        deadlines, environment = self._target.deadlines, self.environment
        begun = self._observer.unchanged_seconds(environment.settled)
        left = max(deadlines.becomes_seconds - begun, deadlines.insists_seconds)
        observed = self.asks_once and not promise.choices
        with self._clock.spent("ask"):
            watched = self._observer.watches(
                promise,
                environment.names,
                deadline_seconds=0.0 if observed else left,
                in_a_row=deadlines.right_in_a_row if self._changed else 1,
                changed=self._changed,
                slow=environment.use_up,
                is_late=self._is_unchanged,
            )
            for series in watched:
                self._conclude(promise, series, begun)
            for series in [] if observed else watched:
                self._see_steady(promise, series)
        environment.require_given()

    def holds_in_cluster(self, promise: PromiseOfState) -> None:
        """See that the cluster itself is as a sentence says.

        Raises:
            UndeterminedError: if it is not so at the deadline; that is no fault of DNS.
        """
        self._ready_to_use()
        deadlines = self._target.deadlines
        watched = eventually(
            lambda: promise.problem(self.state(), self.namespace, self.neighbour),
            lambda problem: not problem,
            deadline_seconds=deadlines.becomes_seconds,
            interval_seconds=deadlines.pause_seconds,
            in_a_row=1,
        )
        if not watched.good:
            self.environment.use_up()
            raise UndeterminedError(watched.last)
        self.environment.require_given()

    def never_denied(self, written: str) -> None:
        """See that no response to the client that queried a name has denied it; no response at all is no denial.

        Raises:
            NotConformantError: with the response that did.
            UndeterminedError: if no client queried it while something changed.
        """
        if all(reading.asked != written for reading in self.readings):
            raise UndeterminedError(f'no client has asked for "{written}" while something changed')
        for index, reading in enumerate(self.readings):
            if reading.asked == written and reading.answer.rcode == dns.rcode.NXDOMAIN:
                self.environment.use_up()
                problem = f"{reading.answer.question} is denied, though {written} exists"
                denial = replace(reading, promise=self.sentence, problem=problem, promised="records")
                self.readings = [*self.readings[:index], denial]
                raise NotConformantError(self.readings)
        self.environment.require_given()

    def elsewhere(self) -> tuple[Answer, ...]:
        """Return what the other servers and transports answer to the last query."""
        return elsewhere(self._target.vantages[0], self.readings[-1]) if self.readings else ()

    def _is_unchanged(self) -> bool:
        """Whether nothing has changed for longer than a change may take to show."""
        return self._observer.unchanged_seconds(self.environment.settled) >= self._target.deadlines.becomes_seconds

    def _conclude(self, promise: Promise, series: Series, begun: float) -> None:
        """Keep what was seen on one way in the end.

        Args:
            promise: what was to be seen.
            series: what was seen.
            begun: how long nothing had changed when the first look began, in seconds.
        """
        readings, undetermined = series.look.readings, series.look.undetermined
        self._keep(readings)
        self.looks = (series.looks, series.seconds)
        if series.is_good:
            if series.missed_seconds:
                self._observer.patience.converged(series.missed_seconds, series.missed)
                self._converged(begun + series.missed_seconds)
            return
        self.environment.use_up()
        if undetermined:
            raise UndeterminedError(undetermined)
        self._require_settled()
        raise NotConformantError(self.readings[-len(readings) :], promise.choices)

    def _require_settled(self) -> None:
        """See that answers were judged by a state that still is: the controllers are done, and no pod came or went by itself."""
        self._target.settle(self.namespace)
        self.environment.require_settled()

    def _see_steady(self, promise: Promise, series: Series) -> None:
        """See that a promise that is kept is kept by every response.

        Raises:
            NotConformantError: if it is not, and nothing has changed.
        """
        deadlines, environment = self._target.deadlines, self.environment
        patience = self._observer.patience
        unsteady = self._observer.unsteady(
            promise,
            series.look,
            series.late,
            settled=environment.settled,
            window=lambda wrong: patience.seconds(intermittent(wrong), deadlines.becomes_seconds),
            slow=environment.use_up,
        )
        if not unsteady.is_intermittent:
            if unsteady.wrong:
                patience.converged(unsteady.seconds, unsteady.wrong[-1].answer.rcode)
                self._converged(unsteady.seconds)
            return
        environment.use_up()
        self._require_settled()
        patience.lasted(intermittent(unsteady.wrong[0]))
        counted = f"{len(unsteady.wrong)} of {unsteady.responses} responses"
        first = len(self.readings)
        self._keep([replace(reading, intermittent=counted) for reading in unsteady.wrong])
        *others, last = self.readings[first:]
        last = replace(last, problem=f"intermittent: {counted}: {last.problem}")
        self.readings[first:] = [*others, last]
        raise NotConformantError(self.readings[first:], promise.choices)

    def _converged(self, seconds: float) -> None:
        change = self.convergence[-1]
        self.convergence[-1] = replace(change, seconds=max(change.seconds, seconds))
