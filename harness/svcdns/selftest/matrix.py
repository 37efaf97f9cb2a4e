"""The detection matrix: which scenarios caught which fault, and which caught none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from svcdns.engine import verdicts
from svcdns.faults import Fault
from svcdns.results import Verdict
from svcdns.selftest.playing import Playable, PlayedScenario
from svcdns.targets.target import Capability

#: Behaviours of the kubelet: the search list, and a pod's own name (`managedHostsFileContent`).
_KUBELETS = frozenset({"M01", "D10", "M10"})


@dataclass(frozen=True, slots=True)
class FaultResult:
    """The scenarios that failed because of one fault.

    Attributes:
        fault: the fault's name.
        caught_by: the scenarios of the fault's level, tagged with a behaviour it breaks; the most specific one first.
        other_levels: scenarios of another level, tagged with a behaviour it breaks.
        other_behaviours: scenarios tagged with none of the behaviours it breaks.
        undetermined: the scenarios whose verdict is *not determined*, with the reason.
    """

    fault: str
    caught_by: tuple[str, ...]
    other_levels: tuple[str, ...] = ()
    other_behaviours: tuple[str, ...] = ()
    undetermined: Mapping[str, str] | None = None

    @property
    def others(self) -> int:
        """The number of scenarios that failed and do not count as a catch."""
        return len(self.other_levels) + len(self.other_behaviours)


@dataclass(frozen=True, slots=True)
class VariationResult:
    """The core scenarios that failed because of one legal variation: false alarms, each with its reason."""

    variation: str
    alarms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The results of all faults and variations.

    Attributes:
        immune: the scenarios that no DNS server can make fail, with the reason.
    """

    faults: tuple[FaultResult, ...]
    variations: tuple[VariationResult, ...]
    scenarios: tuple[str, ...]
    immune: Mapping[str, str]

    @property
    def uncaught(self) -> list[str]:
        """The faults that no scenario caught."""
        return [result.fault for result in self.faults if not result.caught_by]

    @property
    def alarming(self) -> list[str]:
        """The legal variations that made a core scenario fail."""
        return [result.variation for result in self.variations if result.alarms]

    @property
    def hardest(self) -> FaultResult | None:
        """The fault that the fewest scenarios caught."""
        return min(self.faults, key=lambda result: len(result.caught_by), default=None)

    @property
    def never_failing(self) -> list[str]:
        """The scenarios that fail for none of the faults in the behaviours they are tagged with."""
        failing = {scenario for result in self.faults for scenario in (*result.caught_by, *result.other_levels)}
        return [scenario for scenario in self.scenarios if scenario not in failing]

    @property
    def untested(self) -> list[str]:
        """The scenarios that fail for no fault, though a DNS server could make them fail."""
        return [scenario for scenario in self.never_failing if scenario not in self.immune]


def fault_result(fault: Fault, scenarios: Mapping[str, Playable], played: Iterable[PlayedScenario]) -> FaultResult:
    """Sort the scenarios that were played in front of a fault.

    A catch is a scenario that is not conformant, has the fault's level and is tagged with one of the behaviours it breaks:
    the scenario then names what is wrong.
    """
    verdict_of = {scenario.id: scenario.judged for scenario in played}
    failed = [id_ for id_, judged in verdict_of.items() if judged.verdict is Verdict.NOT_CONFORMANT]
    naming = [id_ for id_ in failed if names(scenarios[id_], fault)]
    return FaultResult(
        fault.name,
        caught_by=tuple(id_ for id_ in naming if scenarios[id_].level == fault.level),
        other_levels=tuple(id_ for id_ in naming if scenarios[id_].level != fault.level),
        other_behaviours=tuple(id_ for id_ in failed if id_ not in naming),
        undetermined={
            id_: judged.reason for id_, judged in verdict_of.items() if judged.verdict is Verdict.NOT_DETERMINED
        },
    )


def names(playable: Playable, fault: Fault) -> bool:
    """Whether a scenario is tagged with one of the behaviours that a fault breaks."""
    return not playable.script.scenario.tags.isdisjoint(fault.behaviours)


def immunity(playable: Playable) -> str:
    """Return why no answer of a DNS server makes a scenario fail; nothing if an answer could."""
    if playable.level == "quirk" and not any(step.table for step in playable.script.scenario.steps):
        return "it records what the server does, and every answer is one of the server's choices"
    if (
        Capability.POD_RESOLVER in verdicts.needs(playable.script.scenario.tags)
        and playable.script.scenario.tags & _KUBELETS
    ):
        return "it reads files that the kubelet writes into a pod, and asks DNS nothing"
    return ""


def variation_result(variation: Fault, played: Iterable[PlayedScenario]) -> VariationResult:
    """Collect the false alarms among the core scenarios that were played in front of a legal variation."""
    fine = (Verdict.CONFORMANT, Verdict.NOT_APPLICABLE)
    alarms = {
        scenario.id: f"{scenario.judged.verdict}: {scenario.judged.reason}"
        for scenario in played
        if scenario.judged.verdict not in fine
    }
    return VariationResult(variation.name, alarms)


def detection_matrix(
    faults: Sequence[FaultResult], variations: Sequence[VariationResult], scenarios: Iterable[Playable]
) -> Matrix:
    """Return the matrix; of the scenarios that caught a fault, the one that fails for the fewest faults comes first."""
    failures = Counter(
        scenario
        for result in faults
        for scenario in (*result.caught_by, *result.other_levels, *result.other_behaviours)
    )
    ordered = tuple(
        replace(result, caught_by=tuple(sorted(result.caught_by, key=failures.__getitem__))) for result in faults
    )
    every = tuple(scenarios)
    immune = {playable.id: reason for playable in every if (reason := immunity(playable))}
    return Matrix(ordered, tuple(variations), tuple(playable.id for playable in every), immune)
