"""The rules by which what a scenario met becomes its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from svcdns import coredns
from svcdns.errors import HarnessError
from svcdns.judge import NotConformantError, Reading
from svcdns.results import Verdict
from svcdns.targets.target import FAMILIES, Capability

#: Begins the reason of what broke a sentence that is only observed.
OBSERVED = "observed: "

NOTHING_JUDGED = "the scenario judged no answer, so it shows nothing"


class Judged(NamedTuple):
    """A verdict and its reason; a conformant scenario has one only where it was observed."""

    verdict: Verdict
    reason: str = ""


def needs(tags: frozenset[str]) -> list[Capability]:
    """What a scenario of these tags needs of a target."""
    return [capability for capability in Capability if f"needs-{capability}" in tags]


def of_inability(tags: frozenset[str], able: frozenset[Capability], target: str) -> Judged | None:
    """What becomes of a scenario that needs what a target lacks; None where it lacks nothing."""
    for capability in needs(tags):
        if capability not in able:
            verdict = Verdict.NOT_APPLICABLE if capability in FAMILIES else Verdict.NOT_DETERMINED
            return Judged(verdict, f"the target {target} has no {capability}")
    return None


def of_error(error: HarnessError, tags: frozenset[str], dns_profile: str, corefile: Sequence[str] = ()) -> Judged:
    """What becomes of a scenario that ended in an error.

    Only an answer that was judged is not conformant; and where a sentence is a quirk without choices, the habit of
    another family of servers than the one expected, or one that the lines of the Corefile undo, what breaks it is observed.
    """
    if not isinstance(error, NotConformantError):
        return Judged(Verdict.NOT_DETERMINED, str(error))
    if "quirk" in tags and not error.choices:
        return Judged(Verdict.CONFORMANT, f"{OBSERVED}{error}")
    if "coredns" in tags:
        undone = coredns.undone(corefile)
        if said := next((undone[tag] for tag in sorted(tags & undone.keys())), ""):
            return Judged(Verdict.CONFORMANT, f"{OBSERVED}{error}, as the Corefile has it: {said}")
        if dns_profile != "coredns":
            return Judged(Verdict.CONFORMANT, f"{OBSERVED}{error}")
    return Judged(Verdict.NOT_CONFORMANT, str(error))


def of_end(readings: Sequence[Reading]) -> Judged:
    """What becomes of a scenario that came to its end: one that judged no answer at all shows nothing."""
    return Judged(Verdict.CONFORMANT) if readings else Judged(Verdict.NOT_DETERMINED, NOTHING_JUDGED)
