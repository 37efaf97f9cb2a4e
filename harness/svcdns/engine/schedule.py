"""Plays the scenarios of a live run at the same time: each as soon as its environment is prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from svcdns.engine import player
from svcdns.engine.player import Outcome
from svcdns.engine.pool import WorldPool, order
from svcdns.engine.sentences import Script
from svcdns.engine.verdicts import Rules, of_inability

#: Scenarios that are played at the same time. Most of them wait, for a change or for a deadline, and a thread that waits costs
#: next to nothing.
AT_A_TIME = 256


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
        self._outcomes: dict[str, Future[Outcome]] = {}
        self._players = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="scenario")

    def begin(self, scripts: Iterable[tuple[str, Script]]) -> None:
        """Begin to play scenarios, by id, in the order in which their environments are ready."""
        able = [(id_, one) for id_, one in scripts if of_inability(one.scenario.tags, self._rules) is None]
        ranks = order([(id_, one.plan) for id_, one in able])
        planned = [one for _, one in sorted(zip(ranks, able, strict=True), key=lambda pair: pair[0])]
        for id_, _ in planned:
            self._outcomes[id_] = Future()
        scripts_by_id = dict(planned)
        self._pool.plan(
            ((id_, one.plan) for id_, one in planned),
            ready=lambda id_: self._submit(id_, scripts_by_id[id_]),
        )

    def outcome(self, id_: str, script: Script) -> Outcome:
        """What becomes of a scenario; one that was not begun is played now."""
        future = self._outcomes.get(id_)
        return self._play(id_, script) if future is None else future.result()

    def close(self) -> None:
        """Wait until nothing is played any more; the pool is told before that the run is over."""
        self._players.shutdown(cancel_futures=True)

    def _submit(self, id_: str, script: Script) -> None:
        def play() -> None:
            try:
                self._outcomes[id_].set_result(self._play(id_, script))
            except BaseException as error:  # noqa: BLE001 - whoever asks for the outcome meets it
                self._outcomes[id_].set_exception(error)

        self._players.submit(play)

    def _play(self, id_: str, script: Script) -> Outcome:
        world = self._pool.world(id_, script.plan)
        try:
            return player.play(world, script, self._rules, evidence=self._evidence)
        finally:
            self._pool.leave(id_)
