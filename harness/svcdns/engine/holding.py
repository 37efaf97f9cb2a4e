"""What a scenario promises: asked of every DNS server until it holds, or cannot hold any more."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import dns.rcode

from svcdns.client import Answer, Watched, eventually
from svcdns.engine.declaring import Declaring
from svcdns.engine.elsewhere import elsewhere
from svcdns.engine.observer import Seen
from svcdns.engine.patience import miss
from svcdns.errors import UndeterminedError
from svcdns.judge import NotConformantError, Promise, PromiseOfState


class Holding(Declaring):
    """A scenario that promises."""

    def holds(self, promise: Promise) -> None:
        """Ask every DNS server over every transport, and see that each keeps the promise.

        Raises:
            NotConformantError: if one still breaks it at the deadline.
            UndeterminedError: if the promise cannot be judged: there is no state to judge against, or no server answers.
        """
        self._ready_to_use()
        deadlines, environment = self._target.deadlines, self.environment
        left = max(deadlines.becomes_seconds - (time.monotonic() - environment.settled), deadlines.insists_seconds)
        whole = 0.0 if self.asks_once and not promise.choices else left
        with self._clock.spent("ask"):
            for watched in self._observer.watches(
                promise,
                environment.names,
                deadline_seconds=whole,
                in_a_row=deadlines.right_in_a_row if self._changed else 1,
                patience=partial(self._patience, promise),
                slow=environment.use_up,
            ):
                self._conclude(promise, watched, whole)
        environment.require_given()

    def holds_in_cluster(self, promise: PromiseOfState) -> None:
        """See that the cluster itself is as a sentence says.

        Raises:
            UndeterminedError: if it is not so at the deadline; that is no fault of DNS.
        """
        self._ready_to_use()
        deadlines = self._target.deadlines
        watched = eventually(
            lambda: promise.problem(self.state(), self.namespace),
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

    def _patience(self, promise: Promise, seen: Seen, whole: float) -> float:
        readings, undetermined = seen
        if undetermined or not readings:
            return whole
        return self._observer.patience.seconds(miss(promise, readings[-1], changed=self._changed), whole)

    def _conclude(self, promise: Promise, watched: Watched[Seen], whole: float) -> None:
        readings, undetermined = watched.last
        self._keep(readings)
        self.looks = (watched.attempts, watched.seconds)
        if watched.good:
            if watched.attempts > self._target.deadlines.right_in_a_row:
                self._observer.patience.converged(watched.seconds)
            return
        self.environment.use_up()
        if undetermined:
            raise UndeterminedError(undetermined)
        if whole and watched.seconds >= whole:
            self._observer.patience.lasted(miss(promise, readings[-1], changed=self._changed))
        self._target.settle(self.namespace)
        raise NotConformantError(self.readings[-len(readings) :], promise.choices)
