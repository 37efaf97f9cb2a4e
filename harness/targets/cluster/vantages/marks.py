"""What marks the objects that a vantage makes as ours."""

from __future__ import annotations

from harness.target import PROBE_LABEL

RUN = "svcdns.dev/run"

#: What an object is for; pods that have it are no part of any scenario's world.
ROLE = PROBE_LABEL


def labels(run: str, role: str) -> dict[str, str]:
    """The labels of an object that a run makes."""
    return {RUN: run, ROLE: role}
