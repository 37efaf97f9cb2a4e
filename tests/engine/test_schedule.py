"""Scenarios that are played at the same time end as they do one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from svcdns import faults
from svcdns.engine import player
from svcdns.engine.pool import WorldPool, namespaces_of
from svcdns.engine.schedule import Schedule
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Rules
from svcdns.faults import proxy
from svcdns.records import COREDNS
from svcdns.results import Verdict
from svcdns.selftest.playing import Playable, scenarios
from svcdns.targets.reference import Reference
from svcdns.targets.target import LIVE_DEADLINES, Target
from tests.waiting import within

#: Those of one combination: some share an environment, some change what they find, and most have the same pods.
CHOSEN = [one for one in scenarios() if one.id.startswith("combinations/statefulset_headless")]

#: Ten servers that are wrong in different ways.
WRONG = (
    "addresses-without-data",
    "pod-names-denied",
    "unready-endpoints-included",
    "last-ready-endpoint-dropped",
    "empty-headless-is-no-data",
    "srv-wrong-port",
    "addresses-twice",
    "pod-names-mixed-up",
    "virtual-ip-for-headless",
    "one-address-at-a-time",
)


@contextmanager
def behind(*names: str) -> Iterator[Target]:
    """The reference, which waits as a live target does, behind faults."""
    with Reference(COREDNS) as target:
        target.deadlines = replace(
            LIVE_DEADLINES, question_seconds=2.0, becomes_seconds=0.4, insists_seconds=0.2, pause_seconds=0.02
        )
        if not names:
            yield target
            return
        with proxy.before(target, [faults.find(name) for name in names]) as faulty:
            yield faulty


def one_by_one(target: Target, chosen: Sequence[Playable]) -> Mapping[str, Verdict]:
    """The verdicts of scenarios each of which waits its deadlines out by itself."""
    ended = {}
    for one in chosen:
        pool = WorldPool(target, Clock(), namespaces_of("alone"))
        ended[one.id] = player.play(pool.world(one.id, one.script.plan), one.script, Rules.of(target)).judged.verdict
        pool.close()
    return ended


def together(target: Target, chosen: Sequence[Playable], budget: int = 12) -> Mapping[str, Verdict]:
    """The verdicts of scenarios that are played at the same time."""
    pool = WorldPool(target, Clock(), namespaces_of("all"), budget=budget, ahead=True)
    schedule = Schedule(pool, Rules.of(target), lambda _: {})
    try:
        schedule.begin([(one.id, one.script) for one in chosen])
        return {one.id: schedule.outcome(one.id, one.script).judged.verdict for one in chosen}
    finally:
        pool.close()
        schedule.close()


@pytest.mark.parametrize("name", WRONG)
def test_the_verdicts_on_a_wrong_server_are_those_of_a_run_that_waits_every_deadline_out_in_turn(name: str):
    with behind(name) as target:
        apart = one_by_one(target, CHOSEN)
    with behind(name) as target:
        assert together(target, CHOSEN) == apart
    assert Verdict.NOT_CONFORMANT in apart.values()


def test_a_right_server_is_right_and_nothing_is_left_behind():
    chosen = [one for one in scenarios() if one.id.startswith(("combinations/", "behaviour/changes"))]
    with behind() as target:
        ended = together(target, chosen)
        left = [name for name in target.state().namespaces if name.startswith("svcdns-")]
    wrong = {id_: verdict for id_, verdict in ended.items() if verdict in (Verdict.NOT_CONFORMANT, Verdict.NOT_RUN)}
    assert (wrong, left) == ({}, [])


def test_evidence_is_collected_while_the_namespace_is_there():
    collected = {}
    with behind("pod-names-denied") as target:
        pool = WorldPool(target, Clock(), namespaces_of("evidence"), budget=12, ahead=True)

        def evidence(namespace: str) -> dict[str, str]:
            collected[namespace] = namespace in target.state().namespaces
            return {"namespace.txt": namespace}

        schedule = Schedule(pool, Rules.of(target), evidence)
        schedule.begin([(one.id, one.script) for one in CHOSEN])
        ended = [schedule.outcome(one.id, one.script) for one in CHOSEN]
        pool.close()
        schedule.close()
    broken = [outcome for outcome in ended if outcome.judged.verdict is Verdict.NOT_CONFORMANT]
    assert broken
    assert all(outcome.evidence == {"namespace.txt": outcome.namespace} for outcome in broken)
    assert all(collected.values())


def test_a_schedule_that_ends_early_leaves_nothing():
    with behind("addresses-without-data") as target:
        pool = WorldPool(target, Clock(), namespaces_of("early"), budget=6, ahead=True)
        schedule = Schedule(pool, Rules.of(target), lambda _: {})
        schedule.begin([(one.id, one.script) for one in CHOSEN])
        pool.close()
        schedule.close()
        assert not [name for name in target.state().namespaces if name.startswith("svcdns-")]


def test_at_its_end_what_is_judged_stays_and_the_rest_is_not_determined():
    with behind() as target:
        pool = WorldPool(target, Clock(), namespaces_of("ended"), ahead=True)
        schedule = Schedule(pool, Rules.of(target), lambda _: {})
        first, *others = CHOSEN
        schedule.begin([(first.id, first.script)])
        assert within(30, lambda: schedule.played().judged == 1)
        pool.stop()
        schedule.end("the time was over")
        # Nobody waits for what comes too late, planned or not.
        schedule.begin([(one.id, one.script) for one in others[1:]])
        assert schedule.outcome(first.id, first.script).judged.verdict is Verdict.CONFORMANT
        for one in others:
            assert schedule.outcome(one.id, one.script).judged == (Verdict.NOT_DETERMINED, "the time was over", "")
        assert schedule.played() == (len(CHOSEN) - 1, len(CHOSEN) - 1, 0)
        pool.close()
        schedule.close()
