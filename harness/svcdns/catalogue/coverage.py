"""The scenarios that cover each clause of the specification and each behaviour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from svcdns import resources
from svcdns.catalogue import features, tags
from svcdns.catalogue.tags import Level


@dataclass(frozen=True, slots=True)
class CoveringScenario:
    """A scenario, or an outline as a whole, with what it covers by its tags."""

    feature: Path
    name: str
    line: int
    level: Level
    clauses: frozenset[str]
    behaviours: frozenset[str]

    def __str__(self) -> str:
        return f"{self.feature}:{self.line}: {self.name}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every clause and every behaviour with the scenarios that cover it.

    Attributes:
        clauses: the scenarios, by the ids of clauses.
        behaviours: the scenarios, by the ids of behaviours.
        not_covered: the behaviours that are deliberately not covered, with the reason.
    """

    clauses: Mapping[str, tuple[CoveringScenario, ...]]
    behaviours: Mapping[str, tuple[CoveringScenario, ...]]
    not_covered: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        """Return the coverage as text: clause → scenarios, then behaviour → scenarios."""
        for clause in tags.clauses().values():
            yield f"{clause.id} ({clause.level}) {clause.sentence}"
            yield from _listed(self.clauses[clause.id], "no scenario covers it")
        yield ""
        for behaviour in tags.behaviours().values():
            yield f"{behaviour.id} ({behaviour.level}) {behaviour.sentence}"
            if behaviour.demand:
                yield f"    demanded by {behaviour.demand}"
            reason = self.not_covered.get(behaviour.id, "")
            yield from _listed(
                self.behaviours[behaviour.id], f"not covered: {reason}" if reason else "no scenario covers it"
            )

    def missing(self) -> tuple[str, ...]:
        """Return the clauses and behaviours that no scenario covers, without those that are deliberately not covered."""
        clauses = (f"clause {clause}" for clause, covering in self.clauses.items() if not covering)
        behaviours = (
            f"behaviour {behaviour}"
            for behaviour, covering in self.behaviours.items()
            if not covering and behaviour not in self.not_covered
        )
        return (*clauses, *behaviours)


def scenarios(directory: Path) -> tuple[CoveringScenario, ...]:
    """Return the scenarios of all feature files below a directory with what they cover, in the order of the files.

    Raises:
        FeatureError: if a file cannot be read.
    """
    return tuple(
        CoveringScenario(
            feature=Path(path),
            name=scenario.name,
            line=scenario.line,
            level=tags.level_of(scenario.tags),
            clauses=frozenset(scenario.clauses),
            behaviours=frozenset(scenario.behaviours),
        )
        for path, feature in features.read_all(directory).items()
        for scenario in feature.scenarios
    )


def coverage() -> Coverage:
    """Return the coverage of the specification and of the behaviours by the packaged features."""
    packaged = scenarios(resources.features())
    return Coverage(
        clauses={
            clause: tuple(scenario for scenario in packaged if clause in scenario.clauses) for clause in tags.clauses()
        },
        behaviours={
            behaviour: tuple(scenario for scenario in packaged if behaviour in scenario.behaviours)
            for behaviour in tags.behaviours()
        },
        not_covered=tags.not_covered(),
    )


def _listed(covering: tuple[CoveringScenario, ...], otherwise: str) -> Iterator[str]:
    yield from (f"    {scenario}" for scenario in covering)
    if not covering:
        yield f"    {otherwise}"
