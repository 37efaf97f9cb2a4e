"""Scenarios that a fault does not affect end with it as they end without it."""

from __future__ import annotations

import pytest

from svcdns.faults import FAULTS, VARIATIONS
from svcdns.selftest import running
from svcdns.selftest.baseline import baselines, meets
from svcdns.selftest.playing import Playable, scenarios

FEATURES = ("specification/clusterip.feature", "protocol/messages.feature")


def chosen() -> tuple[Playable, ...]:
    return tuple(one for one in scenarios() if one.id.startswith(FEATURES))


@pytest.mark.parametrize(
    ("name", "affects_all"),
    [
        ("wrong-virtual-ip", False),
        ("malformed-messages-accepted", False),
        ("wrong-question", False),
        ("tcp-refused", True),
        ("ttl-0", False),
    ],
)
def test_a_scenario_that_a_fault_does_not_affect_ends_as_against_a_right_server(name: str, affects_all: bool):
    fault = {**FAULTS, **VARIATIONS}[name]
    known = baselines(chosen())
    affected = {one.id for one in chosen() if meets(fault, known[one.id])}
    verdicts = {one.id: one.judged.verdict for one in running.play_all(fault, chosen())}
    assert affected
    assert (affected == verdicts.keys()) == affects_all
    assert {one: verdicts[one] for one in verdicts.keys() - affected} == {
        one: known[one].played.judged.verdict for one in known.keys() - affected
    }
