"""Plays the scenarios of a live run at the same time: each as soon as its environment is prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from svcdns.catalogue.gherkin import Step
from svcdns.engine import player
from svcdns.engine.player import Outcome
from svcdns.engine.pool import WorldPool, order
from svcdns.engine.sentences import Script
from svcdns.engine.verdicts import Judged, Rules, of_inability
from svcdns.results import Verdict
from svcdns.targets.waits import Wait, Waits

#: Scenarios that are played at the same time. Most of them wait, for a change or for a deadline, and a thread that waits costs
#: next to nothing.
AT_A_TIME = 256


class Played(NamedTuple):
    """How far a schedule has come: its scenarios, those that are judged, and those of them that are not conformant."""

    scenarios: int
    judged: int
    broken: int


class Schedule:
    """The scenarios of a run on a live target, played ahead of whoever asks what became of them."""

    def __init__(self, pool: WorldPool, rules: Rules, evidence: Callable[[str], Mapping[str, str]]) -> None:
        """Make a schedule of nothing.

        Args:
            pool: gives the worlds.
            rules: what verdicts depend on.
            evidence: collects what a failure in a Namespace should be looked at with.
        """
        self._pool = pool
        self._rules = rules
        self._evidence = evidence
        #: What became of each scenario that nobody has asked about yet: all that was read and seen takes memory.
        self._outcomes: dict[str, Future[Outcome]] = {}
        self._taken = Played(0, 0, 0)
        self._players = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="scenario")
        self._waits = Waits()
        #: Why what is not judged stays so, once it has ended.
        self._ended = ""

    def begin(self, scripts: Iterable[tuple[str, Script]]) -> None:
        """Begin to play scenarios, by id, in the order in which their environments are ready."""
        able = [(id_, one) for id_, one in scripts if of_inability(one.scenario.tags, self._rules) is None]
        ranks = order([(id_, one.plan) for id_, one in able])
        planned = [one for _, one in sorted(zip(ranks, able, strict=True), key=lambda pair: pair[0])]
        for id_, _ in planned:
            self._outcomes[id_] = Future()
        if self._ended:
            self.end(self._ended)
            return
        scripts_by_id = dict(planned)
        self._pool.plan(
            ((id_, one.plan) for id_, one in planned),
            ready=lambda id_: self._submit(id_, scripts_by_id[id_]),
        )

    def played(self) -> Played:
        """Return how far it has come."""
        left = list(self._outcomes.values())
        done = [future for future in left if future.done() and future.exception() is None]
        taken = self._taken
        return Played(taken.scenarios + len(left), taken.judged + len(done), taken.broken + sum(map(_is_broken, done)))

    def oldest(self) -> Wait | None:
        """Return the scenario that has been played longest of those that are played now, with its current step."""
        return self._waits.oldest()

    def end(self, reason: str) -> None:
        """Let every scenario that is not judged yet be not determined, at once; the pool is stopped before."""
        self._ended = reason
        for future in list(self._outcomes.values()):
            with suppress(InvalidStateError):
                future.set_result(_undetermined(reason))

    def outcome(self, id_: str, script: Script) -> Outcome:
        """What becomes of a scenario; one that was not begun, or was asked about before, is played now."""
        future = self._outcomes.get(id_)
        if future is None:
            return _undetermined(self._ended) if self._ended else self._play(id_, script)
        try:
            return future.result()
        finally:
            del self._outcomes[id_]
            taken, judged = self._taken, future.done() and future.exception() is None
            self._taken = Played(
                taken.scenarios + 1, taken.judged + judged, taken.broken + (judged and _is_broken(future))
            )

    def close(self) -> None:
        """Wait until nothing is played any more; the pool is told before that the run is over."""
        self._players.shutdown(cancel_futures=True)

    def _submit(self, id_: str, script: Script) -> None:
        outcome = self._outcomes.get(id_)
        if outcome is None or outcome.done():
            # The schedule has ended meanwhile.
            return

        def play() -> None:
            with suppress(InvalidStateError):
                # Where the schedule has ended meanwhile, the outcome is known.
                try:
                    outcome.set_result(self._play(id_, script))
                except Exception as error:  # noqa: BLE001 - whoever asks for the outcome meets it
                    outcome.set_exception(error)

        self._players.submit(play)

    def _play(self, id_: str, script: Script) -> Outcome:
        world = self._pool.world(id_, script.plan)
        over: list[Step] = []

        def words() -> str:
            steps = [step.text for step, _ in script.sentences]
            return f"{script.scenario.name}: {steps[min(len(over), len(steps) - 1)]}"

        try:
            with self._waits.on(words):
                return player.play(world, script, self._rules, after=over.append, evidence=self._evidence)
        finally:
            self._pool.leave(id_)


def _undetermined(reason: str) -> Outcome:
    return Outcome(Judged(Verdict.NOT_DETERMINED, reason))


def _is_broken(outcome: Future[Outcome]) -> bool:
    return outcome.result().judged.verdict is Verdict.NOT_CONFORMANT
