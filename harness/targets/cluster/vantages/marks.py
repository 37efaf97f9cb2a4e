"""What marks the objects that a vantage makes as ours."""

from __future__ import annotations

RUN = "svcdns.dev/run"

#: What an object is for; pods with the value ``probe`` are no part of any scenario's world.
ROLE = "svcdns.dev/role"


def labels(run: str, role: str) -> dict[str, str]:
    """The labels of an object that a run makes."""
    return {RUN: run, ROLE: role}
