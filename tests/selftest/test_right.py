"""Scenarios that a fault does not meet end with it as they end without it, and are told from those that meet it."""

from __future__ import annotations

import pytest

from svcdns.faults import FAULTS, VARIATIONS
from svcdns.selftest import running
from svcdns.selftest.baseline import heard, meets
from svcdns.selftest.playing import Playable, scenarios

FEATURES = ("specification/clusterip.feature", "protocol/messages.feature")


def chosen() -> tuple[Playable, ...]:
    return tuple(one for one in scenarios() if one.id.startswith(FEATURES))


@pytest.mark.parametrize(
    ("name", "meets_all"),
    [
        ("wrong-virtual-ip", False),
        ("odd-messages-without-error", False),
        ("wrong-question", False),
        ("tcp-refused", True),
        ("ttl-0", False),
    ],
)
def test_a_scenario_that_does_not_meet_a_fault_ends_as_before_a_right_server(name: str, meets_all: bool):
    fault = {**FAULTS, **VARIATIONS}[name]
    right = heard(chosen())
    met = {one.id for one in chosen() if meets(fault, right[one.id])}
    verdicts = {one.id: one.judged.verdict for one in running.played(fault, chosen())}
    assert met
    assert (met == verdicts.keys()) == meets_all
    assert {one: verdicts[one] for one in verdicts.keys() - met} == {
        one: right[one].played.judged.verdict for one in right.keys() - met
    }
