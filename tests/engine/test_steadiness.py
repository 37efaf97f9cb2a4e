"""A server that is wrong now and then where nothing changes is intermittent; one that is late is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest

from svcdns import faults, judge
from svcdns.client import Answer
from svcdns.engine import player, steadiness
from svcdns.engine.looking import Repetition
from svcdns.engine.pool import WorldPool, namespaces_of
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Rules
from svcdns.engine.world import World
from svcdns.faults import Fault, proxy
from svcdns.judge import Reading
from svcdns.message import Question, name
from svcdns.records import COREDNS
from svcdns.results import Verdict
from svcdns.selftest.playing import scenarios
from svcdns.targets.reference import Reference
from svcdns.targets.target import LIVE_DEADLINES, Target

WINDOW = 45.0

WRONG = Reading(Answer(Question(name("web."), 1), "udp", "s", None, None, b"", 0.0, (), "wrong"), problem="wrong")


class Server:
    """A server that answers one query at a time, on a clock of its own."""

    def __init__(self, is_wrong: Callable[[int, float], bool], *, answers: bool = True) -> None:
        self.seconds = 0.1
        self.asked = 0
        self._is_wrong = is_wrong
        self._answers = answers

    def repeat(self, times: int) -> Repetition:
        wrong = 0
        for _ in range(times):
            wrong += self._is_wrong(self.asked, self.seconds)
            self.asked += 1
        return Repetition(times if self._answers else 0, (WRONG,) * (wrong if self._answers else 0))

    def wait(self, seconds: float) -> None:
        self.seconds += max(seconds, 0.2)

    def watch(self, *late: Reading) -> steadiness.Unsteady:
        return steadiness.watch(
            self.repeat, late, queries=1, age=lambda: self.seconds, window=lambda _: WINDOW, wait=self.wait
        )


def test_a_steady_server_is_asked_no_more_than_a_few_times():
    server = Server(lambda *_: False)
    assert server.watch() == steadiness.Unsteady(responses=steadiness.TIMES)


@pytest.mark.parametrize("of", [2, 7, 40])
def test_wrong_responses_that_go_on_are_intermittent_however_rare_they_are(of: int):
    server = Server(lambda number, _: number % of == 1 % of)
    unsteady = server.watch()
    assert unsteady.is_intermittent
    assert unsteady.seconds >= WINDOW
    assert 0 < len(unsteady.wrong) < unsteady.responses


@pytest.mark.parametrize("until", [0.5, 5.0, 30.0, 44.0])
def test_a_server_behind_the_address_that_follows_later_is_not_intermittent(until: float):
    server = Server(lambda number, seconds: number % 2 == 1 and seconds < until)
    unsteady = server.watch()
    assert not unsteady.is_intermittent
    assert unsteady.seconds < until


def test_what_was_wrong_when_nothing_had_changed_for_long_is_intermittent_though_all_that_follows_is_right():
    server = Server(lambda *_: False)
    server.seconds = WINDOW + 1
    unsteady = server.watch(WRONG)
    assert unsteady.is_intermittent
    assert unsteady.wrong == (WRONG,)
    assert unsteady.responses >= steadiness.ENOUGH_RESPONSES


def test_no_response_says_nothing():
    server = Server(lambda *_: True, answers=False)
    assert not server.watch().wrong
    late = Server(lambda *_: True, answers=False)
    assert late.watch(WRONG).is_intermittent


def test_what_ends_is_watched_for_twice_as_long_and_no_longer_than_a_change_may_take():
    early, late = (Server(lambda number, seconds, at=at: number == 1 or seconds < at) for at in (1.0, 40.0))
    for server in (early, late):
        server.watch()
    assert early.seconds < 5.0
    assert WINDOW <= late.seconds < WINDOW * 1.3


#: Some that change nothing, some that do.
CHOSEN = [one for one in scenarios() if one.id.startswith(("combinations/statefulset_headless", "behaviour/changes"))]


@contextmanager
def behind(fault: Fault | None) -> Iterator[Target]:
    """The reference, which waits as a live target does, behind a fault."""
    with Reference(COREDNS) as target:
        target.deadlines = replace(
            LIVE_DEADLINES, question_seconds=2.0, becomes_seconds=0.3, insists_seconds=0.1, pause_seconds=0.01
        )
        if fault is None:
            yield target
            return
        with proxy.before(target, [fault]) as faulty:
            yield faulty


def played(target: Target) -> list[player.Outcome]:
    pool = WorldPool(target, Clock(), namespaces_of("steady"))
    outcomes = [player.play(pool.world(one.id, one.script.plan), one.script, Rules.of(target)) for one in CHOSEN]
    pool.close()
    return outcomes


@pytest.mark.parametrize("name", ["servfail-one-in-40", "record-missing-one-in-7", "refused-from-one-server"])
def test_a_server_that_is_wrong_now_and_then_is_not_conformant_and_every_wrong_response_is_evidence(name: str):
    with behind(faults.find(name)) as target:
        broken = [outcome for outcome in played(target) if outcome.judged.verdict is Verdict.NOT_CONFORMANT]
    counted = [outcome for outcome in broken if outcome.judged.reason.startswith("intermittent: ")]
    assert counted
    for outcome in counted:
        wrong = [reading for reading in outcome.readings if reading.intermittent]
        assert outcome.judged.reason.startswith(f"intermittent: {len(wrong)} of ")
        assert not any(reading.kept for reading in wrong)


def test_lost_responses_and_a_steady_server_change_nothing():
    numbers = count()
    lossy = Fault(
        "lossy", "", deliver=lambda _, sendings: () if next(numbers) % 40 == 1 else sendings, transports=("udp",)
    )
    for fault in (None, replace(lossy, transports=("udp", "tcp"))):
        with behind(fault) as target:
            target.deadlines = replace(target.deadlines, again_after_seconds=(0.05, 0.1))  # type: ignore[misc]
            bad = [
                one
                for one in played(target)
                if one.judged.verdict is Verdict.NOT_CONFORMANT and "intermittent" in one.judged.reason
            ]
        assert bad == []


def test_a_query_that_is_not_answered_is_no_wrong_response_however_long_nothing_has_changed():
    numbers = count()
    lost = Fault("lost", "", deliver=lambda _, sendings: () if next(numbers) < 3 else sendings)
    with behind(lost) as target:
        target.deadlines = replace(target.deadlines, again_after_seconds=(0.05, 0.1), question_seconds=0.2)  # type: ignore[misc]
        world = World.alone(target, "svcdns-tests-lost")
        world.declare("combinations/headless-service.yaml")
        world.prepare()
        time.sleep(target.deadlines.becomes_seconds)
        world.holds(judge.does_not_exist("nobody"))
        world.remove()
    assert next(numbers) > 3
