"""The detection matrix: which scenario caught which fault, and what caught nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from svcdns.engine import verdicts
from svcdns.results import Verdict
from svcdns.selftest.playing import Playable, Played
from svcdns.targets.target import Capability

#: Behaviours of the kubelet: the search list, and a pod's own name (`managedHostsFileContent`).
_KUBELETS = frozenset({"M01", "D10", "M10"})


class Described(Protocol):
    """What the matrix reads of a fault; `svcdns.faults.Fault` says what each part means."""

    @property
    def name(self) -> str:
        """How it is called."""

    @property
    def behaviours(self) -> tuple[str, ...]:
        """The ids of what it breaks."""

    @property
    def level(self) -> str:
        """The level of the scenarios that are to catch it."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What became of every scenario in front of one fault.

    Attributes:
        fault: the fault's name.
        by: the scenarios that caught it, the one that fewest other faults break first.
        also: scenarios of another level that carry one of the behaviours it breaks, and fail.
        beside: scenarios of none of its behaviours that it breaks.
        undetermined: those that could say nothing, with the reason.
    """

    fault: str
    by: tuple[str, ...]
    also: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    undetermined: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of the core scenarios in front of one legal variation; whatever is not conformant is a false alarm."""

    variation: str
    alarms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every fault and every variation.

    Attributes:
        immune: the scenarios that no DNS server can make fail, with the reason.
    """

    faults: tuple[Caught, ...]
    variations: tuple[Passed, ...]
    scenarios: tuple[str, ...]
    immune: Mapping[str, str]

    @property
    def uncaught(self) -> list[str]:
        """The faults that no scenario caught."""
        return [row.fault for row in self.faults if not row.by]

    @property
    def alarming(self) -> list[str]:
        """The legal variations that some core scenario found fault with."""
        return [row.variation for row in self.variations if row.alarms]

    @property
    def hardest(self) -> Caught | None:
        """The fault that the fewest scenarios caught."""
        return min(self.faults, key=lambda row: len(row.by), default=None)

    @property
    def idle(self) -> list[str]:
        """The scenarios that no fault in what they show makes fail."""
        catching = {scenario for row in self.faults for scenario in (*row.by, *row.also)}
        return [scenario for scenario in self.scenarios if scenario not in catching]

    @property
    def useless(self) -> list[str]:
        """The scenarios that no fault makes fail, though a fault could."""
        return [scenario for scenario in self.idle if scenario not in self.immune]


def caught(fault: Described, scenarios: Mapping[str, Playable], played: Iterable[Played]) -> Caught:
    """Read what became of every scenario in front of a fault.

    A catch is a scenario of the fault's level that carries one of the behaviours it breaks, and is not conformant; the
    scenario then names what is wrong.
    """
    broken = [one.id for one in played if one.judged.verdict is Verdict.NOT_CONFORMANT]
    telling = [one for one in broken if shows(scenarios[one], fault)]
    return Caught(
        fault.name,
        by=tuple(one for one in telling if scenarios[one].level == fault.level),
        also=tuple(one for one in telling if scenarios[one].level != fault.level),
        beside=tuple(one for one in broken if one not in telling),
        undetermined={one.id: one.judged.reason for one in played if one.judged.verdict is Verdict.NOT_DETERMINED},
    )


def shows(one: Playable, fault: Described) -> bool:
    """Whether a scenario carries one of the behaviours that a fault breaks."""
    return not one.script.scenario.tags.isdisjoint(fault.behaviours)


def immunity(one: Playable) -> str:
    """Why no answer of a DNS server makes a scenario fail, or nothing where one could."""
    if one.level == "quirk" and not any(step.table for step in one.script.scenario.steps):
        return "it records what the server does, and every answer is one of the server's choices"
    if Capability.POD_RESOLVER in verdicts.needs(one.script.scenario.tags) and one.script.scenario.tags & _KUBELETS:
        return "it reads what the kubelet writes into a pod's files, which is not asked of DNS"
    return ""


def passed(variation: Described, played: Iterable[Played]) -> Passed:
    """Read what became of the core scenarios in front of a legal variation."""
    fine = (Verdict.CONFORMANT, Verdict.NOT_APPLICABLE)
    alarms = {one.id: f"{one.judged.verdict}: {one.judged.reason}" for one in played if one.judged.verdict not in fine}
    return Passed(variation.name, alarms)


def matrix(faults: Sequence[Caught], variations: Sequence[Passed], scenarios: Iterable[Playable]) -> Matrix:
    """All of it; what caught a fault is put in order, the scenario that says most about it first."""
    breaks = Counter(scenario for row in faults for scenario in (*row.by, *row.also, *row.beside))
    ordered = tuple(replace(row, by=tuple(sorted(row.by, key=lambda one: breaks[one]))) for row in faults)
    every = tuple(scenarios)
    immune = {one.id: reason for one in every if (reason := immunity(one))}
    return Matrix(ordered, tuple(variations), tuple(one.id for one in every), immune)
