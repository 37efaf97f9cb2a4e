"""The rules by which what a scenario met becomes its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from svcdns import coredns
from svcdns.coredns import Deviation
from svcdns.errors import HarnessError
from svcdns.judge import NotConformantError, Reading
from svcdns.results import Finding, Verdict
from svcdns.targets.target import FAMILIES, Capability, Target

NOTHING_JUDGED = "the scenario judged no answer, so it shows nothing"


class Judged(NamedTuple):
    """A verdict, why it is not conformant, not determined or not applicable, and what was only observed."""

    verdict: Verdict
    reason: str = ""
    observed: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a verdict depends on beside the scenario.

    Attributes:
        target: the target in words, with the vantage that queries are sent from.
        able: what scenarios may need and can have.
        dns_profile: the family of DNS servers that is expected.
        corefile: the lines of the Corefile, as far as they are known.
        corefile_unread: why they are not known; empty where they are, or there is none.
        dns_server: the DNS server, if it is known, such as ``CoreDNS``.
        dns_version: its version, if it is known.
    """

    target: str
    able: frozenset[Capability]
    dns_profile: str
    corefile: tuple[str, ...] = ()
    dns_server: str = ""
    dns_version: str = ""
    corefile_unread: str = ""

    @classmethod
    def of(cls, target: Target) -> Rules:
        """The rules for a target as it is."""
        udp = {Capability.UDP} if "udp" in target.vantages[0].transports else set()
        facts = target.facts
        return cls(
            target.name,
            target.capabilities | udp,
            target.dns_profile,
            tuple(facts.corefile),
            facts.dns_server,
            facts.dns_version,
            facts.corefile_unread,
        )

    @property
    def undone(self) -> dict[str, str]:
        """The behaviours that the Corefile switches off, or may switch off, each with the reason."""
        return coredns.undone(self.corefile, self.corefile_unread)

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        """What the version of the DNS server is known to do wrong."""
        return coredns.of(self.dns_version, self.dns_server)

    def known_causes(self, title: str, behaviours: Iterable[str], broken: Finding | None) -> tuple[str, ...]:
        """Return what the version of the DNS server is known to do wrong, as far as an answer that fails a scenario shows it."""
        return tuple(row.known(self.dns_version) for row in self.deviations if _shows(row, title, behaviours, broken))

    def only_observes(self, tags: frozenset[str]) -> bool:
        """Whether what breaks a sentence of a scenario of these tags is no news, so that nobody waits for it to hold."""
        undone = "coredns" in tags and (self.dns_profile != "coredns" or tags & self.undone.keys())
        return bool("quirk" in tags or undone or any(not tags.isdisjoint(row.behaviours) for row in self.deviations))


def _shows(row: Deviation, title: str, behaviours: Iterable[str], broken: Finding | None) -> bool:
    return broken is not None and row.concerns(title, behaviours) and row.describes(broken)


def expected(
    rows: Iterable[Deviation], title: str, behaviours: Iterable[str], broken: Finding | None
) -> tuple[str, ...]:
    """Return the ids of the expected failures that an answer which fails a scenario is."""
    return tuple(row.id for row in rows if _shows(row, title, behaviours, broken))


def needs(tags: frozenset[str]) -> list[Capability]:
    """What a scenario of these tags needs of a target."""
    return [capability for capability in Capability if f"needs-{capability}" in tags]


def of_inability(tags: frozenset[str], rules: Rules) -> Judged | None:
    """Judge a scenario that needs what a target lacks; None where it lacks nothing."""
    for capability in needs(tags):
        if capability not in rules.able:
            verdict = Verdict.NOT_APPLICABLE if capability in FAMILIES else Verdict.NOT_DETERMINED
            return Judged(verdict, f"the target {rules.target} has no {capability}")
    return None


def of_error(error: HarnessError, tags: frozenset[str], rules: Rules) -> Judged:
    """Judge a scenario that ended in an error.

    Only an answer that was judged is not conformant; and where a sentence is a quirk without choices, the habit of
    another family of servers than the one expected, or one that the lines of the Corefile undo, what breaks it is observed.
    """
    if not isinstance(error, NotConformantError):
        return Judged(Verdict.NOT_DETERMINED, str(error))
    if "quirk" in tags and not error.choices:
        return Judged(Verdict.CONFORMANT, observed=str(error))
    if "coredns" in tags:
        undone = rules.undone
        if reason := next((undone[tag] for tag in sorted(tags & undone.keys())), ""):
            return Judged(Verdict.CONFORMANT, observed=f"{error}, {reason}")
        if rules.dns_profile != "coredns":
            return Judged(Verdict.CONFORMANT, observed=str(error))
    return Judged(Verdict.NOT_CONFORMANT, str(error))


def of_end(readings: Sequence[Reading]) -> Judged:
    """Judge a scenario that came to its end: one that judged no answer at all shows nothing."""
    return Judged(Verdict.CONFORMANT) if readings else Judged(Verdict.NOT_DETERMINED, NOTHING_JUDGED)
