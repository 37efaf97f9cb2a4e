"""From scenarios to clauses and levels: the verdicts that a report draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from svcdns.catalogue import tags
from svcdns.catalogue.tags import LEVELS, Clause, Level
from svcdns.results import ScenarioResult, Verdict

#: From the worst: a clause has the first of these that one of its scenarios has. Nothing but scenarios that conform, or
#: that do not apply, makes it conformant.
SEVERITY = (
    Verdict.NOT_CONFORMANT,
    Verdict.NOT_DETERMINED,
    Verdict.NOT_RUN,
    Verdict.CONFORMANT,
    Verdict.NOT_APPLICABLE,
)


class Result(StrEnum):
    """What a run shows of a level, in the words of Gateway API's conformance reports.

    ``success``: every scenario that applies was run and conforms. ``failure``: some answer is wrong. ``partial``: nothing
    wrong was seen, and not everything was looked at; a skip is never a pass.
    """

    SUCCESS = "success"
    PARTIAL = "partial"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class LevelTotal:
    """One level of a run; ``meaning`` says what is asked of it."""

    level: Level
    meaning: str
    result: Result
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class ClauseTotal:
    """One clause of the specification, with the scenarios that show it."""

    clause: Clause
    verdict: Verdict
    scenarios: tuple[ScenarioResult, ...]


def levels(scenarios: Iterable[ScenarioResult]) -> Iterator[LevelTotal]:
    """The levels that any scenario has."""
    counted = Counter((one.level, one.verdict) for one in scenarios)
    for level, meaning in LEVELS.items():
        counts = {verdict: counted[level, verdict] for verdict in Verdict}
        if any(counts.values()):
            yield LevelTotal(level, meaning, result(counts), counts)


def result(counts: Mapping[Verdict, int]) -> Result:
    """What the numbers of scenarios by their verdicts show."""
    if counts[Verdict.NOT_CONFORMANT]:
        return Result.FAILURE
    unseen = counts[Verdict.NOT_DETERMINED] + counts[Verdict.NOT_RUN]
    return Result.SUCCESS if counts[Verdict.CONFORMANT] and not unseen else Result.PARTIAL


def clauses(scenarios: Iterable[ScenarioResult]) -> Iterator[ClauseTotal]:
    """Every clause of the specification."""
    every = tuple(scenarios)
    for clause in tags.clauses().values():
        behind = tuple(one for one in every if clause.id in one.clauses)
        yield ClauseTotal(clause, verdict(one.verdict for one in behind), behind)


def verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on what several scenarios show together; *not run* where there is none."""
    return min(verdicts, key=SEVERITY.index, default=Verdict.NOT_RUN)
