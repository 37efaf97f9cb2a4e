"""Labels and annotations of what a run makes."""

from __future__ import annotations

from svcdns.targets.target import PROBE_LABEL

RUN = "svcdns.dev/run"

#: An annotation that has an object's own uid: only who created the object could write it, and a copy has another uid.
UID = "svcdns.dev/uid"

#: An annotation with a word that only its creator knows, for as long as the uid is not known.
WORD = "svcdns.dev/created-with"

#: What an object is for; pods that have it are no part of any scenario's world.
ROLE = PROBE_LABEL


def labels(run: str, role: str) -> dict[str, str]:
    """The labels of an object that a run makes."""
    return {RUN: run, ROLE: role}
