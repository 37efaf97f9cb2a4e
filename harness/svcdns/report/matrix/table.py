"""What many conformance reports say of each clause and behaviour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from svcdns.catalogue import tags
from svcdns.report.totals import SEVERITY
from svcdns.results import Verdict

#: What is no difference between implementations by itself.
_FINE = frozenset({Verdict.CONFORMANT, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Failure:
    """A scenario that is not conformant."""

    feature: str
    scenario: str
    level: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures of one implementation that have one cause.

    Attributes:
        title: what is wrong.
        likely: what is likely the reason.
        failures: the scenarios.
    """

    title: str
    likely: tuple[str, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one implementation does about one clause or behaviour.

    Attributes:
        verdict: the worst verdict of the scenarios that show it; None where the report has none of them.
        failed: how many of them are not conformant.
        scenarios: how many there are.
        choices: what was observed where more than one answer is right.
    """

    verdict: Verdict | None = None
    failed: int = 0
    scenarios: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A clause or a behaviour.

    Attributes:
        id: its id.
        level: its level.
        sentence: what it says.
        source: where the sentence comes from; empty for a clause of the specification.
        cells: one for each implementation.
    """

    id: str
    level: str
    sentence: str
    source: str
    cells: tuple[Cell, ...]

    @property
    def is_alike(self) -> bool:
        """Whether every implementation does what it says, and all do it alike."""
        fine = all(cell.verdict in _FINE for cell in self.cells)
        return fine and len({cell.choices for cell in self.cells if cell.verdict is Verdict.CONFORMANT}) <= 1


class Column:
    """An implementation, as its report has it.

    Attributes:
        name: its project and version; unlike those of the other columns.
        report: the report.
        notes: how it was run, in paragraphs.
    """

    def __init__(self, name: str, report: Mapping[str, Any], notes: tuple[str, ...]) -> None:
        self.name = name
        self.report = report
        self.notes = notes

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Every scenario that is not conformant."""
        return tuple(
            Failure(entry["feature"], entry["scenario"], entry["level"], entry["reason"])
            for entry in self.report["notConformant"]
        )

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """The failures by their causes, as the report groups them."""
        by_name = {(failure.feature, failure.scenario): failure for failure in self.failures}
        found: list[Cause] = []
        for entry in self.report.get("causes", []):
            names = [(scenario["feature"], scenario["scenario"]) for scenario in entry["scenarios"]]
            known = tuple(by_name.pop(name) for name in names if name in by_name)
            if known:
                found.append(Cause(entry["title"], tuple(entry["likely"]), known))
        if by_name:
            found.append(Cause("other failures" if found else "failures", (), tuple(by_name.values())))
        return tuple(found)

    def cells(self) -> Mapping[str, Cell]:
        """What it does about each clause and behaviour, by their ids."""
        observed = {_name(entry): tuple(entry["choices"]) for entry in self.report["observed"]}
        verdicts: dict[str, list[Verdict]] = {}
        choices: dict[str, dict[str, None]] = {}
        for entry in self.report["scenarios"]:
            for shown in entry["shows"]:
                verdicts.setdefault(shown, []).append(Verdict(entry["verdict"]))
                choices.setdefault(shown, {}).update(dict.fromkeys(observed.get(_name(entry), ())))
        return {
            shown: Cell(
                min(found, key=SEVERITY.index), found.count(Verdict.NOT_CONFORMANT), len(found), tuple(choices[shown])
            )
            for shown, found in verdicts.items()
        }

    def counts(self, level: str) -> Mapping[Verdict, int]:
        """How many scenarios of a level have each verdict."""
        return Counter(Verdict(entry["verdict"]) for entry in self.report["scenarios"] if entry["level"] == level)

    def result(self, level: str) -> str:
        """The result of a level; empty where no scenario of it was run."""
        return next((entry["result"] for entry in self.report["levels"] if entry["level"] == level), "")

    def facts(self) -> Iterator[tuple[str, str]]:
        """How it was run: what is said of it, and what it is."""
        report, subject = self.report, self.report["subject"] or {}
        implementation = report["implementation"]
        yield "implementation", " ".join(filter(None, (implementation["organization"], implementation["url"])))
        yield "Kubernetes", subject.get("kubernetesVersion", "")
        yield "DNS server", " ".join(filter(None, (subject.get("dnsServer"), subject.get("dnsVersion"))))
        yield "configuration", "; ".join(subject.get("corefile", ()))
        asked = f"{subject['vantage']} over {' and '.join(subject['transports'])}" if subject else ""
        yield "asked", f"{asked}, as profile {subject['dnsProfile']}" if subject else ""
        yield "run", f"{report['date']} by svcdns {report['tool']['version']}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Implementations side by side.

    Attributes:
        columns: the implementations.
        clauses: the clauses of the specification.
        behaviours: the other behaviours.
        specification: name, version and address of the specification.
    """

    columns: tuple[Column, ...]
    clauses: tuple[Row, ...]
    behaviours: tuple[Row, ...]
    specification: Mapping[str, str]

    @property
    def levels(self) -> list[str]:
        """The levels that some report has."""
        return [level for level in tags.LEVELS if any(column.result(level) for column in self.columns)]


def matrix(columns: Sequence[Column]) -> Matrix:
    """Put reports side by side; what a clause or behaviour says is what it says today."""
    cells = [column.cells() for column in columns]
    clauses = [Row(row.id, row.level, row.sentence, "", _of(row.id, cells)) for row in tags.clauses().values()]
    behaviours = [
        Row(row.id, row.level, row.sentence, row.source, _of(row.id, cells)) for row in tags.behaviours().values()
    ]
    specification = tags.specification()
    return Matrix(
        tuple(columns),
        tuple(_shown(clauses)),
        tuple(_shown(behaviours)),
        {"name": specification.name, "version": specification.version, "source": specification.source},
    )


def _of(id_: str, cells: Iterable[Mapping[str, Cell]]) -> tuple[Cell, ...]:
    return tuple(known.get(id_, Cell()) for known in cells)


def _shown(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if any(cell.scenarios for cell in row.cells))


def _name(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["feature"], entry["scenario"]
