"""Which scenarios show which clause of the specification and which behaviour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from svcdns import resources
from svcdns.catalogue import features, tags
from svcdns.catalogue.tags import Level


@dataclass(frozen=True, slots=True)
class CoveringScenario:
    """A scenario, or an outline as a whole, with what its tags say that it shows."""

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
    """Every clause and every behaviour with the scenarios that show it.

    Attributes:
        clauses: the scenarios by the ids of clauses.
        behaviours: the scenarios by the ids of behaviours.
        left_out: behaviours that are deliberately not shown, with the reason.
    """

    clauses: Mapping[str, tuple[CoveringScenario, ...]]
    behaviours: Mapping[str, tuple[CoveringScenario, ...]]
    left_out: Mapping[str, str]

    def lines(self) -> Iterator[str]:
        """The coverage as text: clause → scenarios, then behaviour → scenarios."""
        for clause in tags.clauses().values():
            yield f"{clause.id} ({clause.level}) {clause.sentence}"
            yield from _listed(self.clauses[clause.id], "no scenario covers it")
        yield ""
        for behaviour in tags.behaviours().values():
            yield f"{behaviour.id} ({behaviour.level}) {behaviour.sentence}"
            reason = self.left_out.get(behaviour.id, "")
            yield from _listed(
                self.behaviours[behaviour.id], f"left out: {reason}" if reason else "no scenario covers it"
            )

    def missing(self) -> tuple[str, ...]:
        """The clauses and behaviours that no scenario shows and that are not left out on purpose."""
        clauses = (f"clause {one}" for one, found in self.clauses.items() if not found)
        behaviours = (
            f"behaviour {one}" for one, found in self.behaviours.items() if not found and one not in self.left_out
        )
        return (*clauses, *behaviours)


def scenarios(directory: Path) -> tuple[CoveringScenario, ...]:
    """What the scenarios of all feature files below a directory show, in the order of the files.

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
    """The coverage of the specification and of the behaviours by the packaged features."""
    found = scenarios(resources.features())
    return Coverage(
        clauses={one: tuple(each for each in found if one in each.clauses) for one in tags.clauses()},
        behaviours={one: tuple(each for each in found if one in each.behaviours) for one in tags.behaviours()},
        left_out=tags.not_covered(),
    )


def _listed(found: tuple[CoveringScenario, ...], otherwise: str) -> Iterator[str]:
    yield from (f"    {one}" for one in found)
    if not found:
        yield f"    {otherwise}"
