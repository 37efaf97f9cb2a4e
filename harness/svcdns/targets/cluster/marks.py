"""The marks on what a run makes: labels, annotations and field managers."""

from __future__ import annotations

from svcdns.targets.target import PROBE_LABEL

#: The label with the id of the run that made an object.
RUN = "svcdns.dev/run"

#: The annotation with an object's own uid. Only its creator can know the uid, and a copy has another.
UID = "svcdns.dev/uid"

#: The annotation with a word that only the creator of an object knows, as long as the uid is not known.
WORD = "svcdns.dev/created-with"

#: The label that says what an object is for; no scenario means the pods that have it.
ROLE = PROBE_LABEL

#: The field manager of fields that a run creates or applies.
FIELD_MANAGER = "svcdns"

#: The field manager of single fields that a run changes afterwards; a later apply does not take them back.
CHANGING_MANAGER = "svcdns-changes"


def labels(run: str, role: str) -> dict[str, str]:
    """Return the labels of an object that a run makes."""
    return {RUN: run, ROLE: role}
