"""A bad network before a right server, and before a wrong one: the verdicts are those without it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from svcdns import faults, records
from svcdns.client import ask
from svcdns.faults import Fault
from svcdns.faults.proxy import FaultSetup, fronted
from svcdns.message import question
from svcdns.results import Verdict
from svcdns.selftest import playing
from svcdns.targets.reference import Reference
from svcdns.targets.target import LIVE_DEADLINES

FASTER = 0.02

CHOSEN = [
    one
    for one in playing.scenarios()
    if one.id.startswith(("protocol/messages", "combinations/statefulset_headless"))
    and "core" in one.script.scenario.tags
]


@contextmanager
def behind(*conditions: Fault):
    """The reference behind a network, with the patience of a live target on a faster clock."""
    with Reference(records.COREDNS) as target:
        target.deadlines = replace(
            LIVE_DEADLINES.scaled(FASTER, question_seconds=1.0), again_after_seconds=(0.05, 0.1), becomes_seconds=10.0
        )
        setup = FaultSetup(conditions, target.state, target.profile, timeout_seconds=1.0, time_factor=FASTER)
        with fronted(target.vantages, setup) as target.vantages:
            yield target


@pytest.mark.parametrize("condition", faults.NETWORK.values(), ids=lambda condition: condition.name)
def test_a_bad_network_leaves_every_verdict_as_it_is(condition: Fault):
    with behind(condition) as target:
        verdicts = {played.id: played.judged for played in playing.play(target, CHOSEN, target.dns_profile)}
    assert {judged.verdict for judged in verdicts.values()} == {Verdict.CONFORMANT}, verdicts


def test_a_wrong_server_behind_a_bad_network_is_found():
    titled = "The pod name of web-0 resolves to that pod's address only"
    (chosen,) = (one for one in CHOSEN if one.script.scenario.name == titled)
    every = (faults.find("pod-names-mixed-up"), *faults.NETWORK.values())
    with behind(*every) as target:
        target.deadlines = replace(target.deadlines, becomes_seconds=0.0)
        (played,) = playing.play(target, [chosen], target.dns_profile)
    assert played.judged.verdict is Verdict.NOT_CONFORMANT
    assert "unexpected record" in played.judged.reason


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("spoofed-answers", "another id"),
        ("late-answers", "another id"),
        ("copies-from-another-port", "from 127.0.0.1"),
    ],
)
def test_what_a_bad_network_brings_is_kept_as_evidence(condition: str, reason: str):
    with behind(faults.find(condition)) as target:
        (channel,) = target.vantages[0].channels
        asked = question("kubernetes.default.svc.cluster.local", "A")
        answers = [ask(channel, asked, timeout_seconds=1.0) for _ in range(2)]
    assert answers[-1].answer
    assert [reason in one.reason for one in answers[-1].discarded] == [True]
