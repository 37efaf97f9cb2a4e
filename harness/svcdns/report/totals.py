"""The verdicts on levels and clauses, from the verdicts on scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from svcdns.catalogue import tags
from svcdns.catalogue.tags import LEVELS, Clause, Level
from svcdns.results import ScenarioResult, Verdict

#: From the worst: a clause has the first of these that one of its scenarios has. It is conformant only if all of its
#: scenarios are conformant or not applicable.
SEVERITY = (
    Verdict.NOT_CONFORMANT,
    Verdict.NOT_DETERMINED,
    Verdict.NOT_RUN,
    Verdict.CONFORMANT,
    Verdict.NOT_APPLICABLE,
)


class Result(StrEnum):
    """The result of a level, in the words of the conformance reports of the Gateway API.

    ``success``: every scenario that applies was run and is conformant. ``failure``: a scenario is not conformant.
    ``partial``: neither; a skip is never a pass.
    """

    SUCCESS = "success"
    PARTIAL = "partial"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class LevelTotal:
    """One level of a run; ``meaning`` says what it requires."""

    level: Level
    meaning: str
    result: Result
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class ClauseTotal:
    """One clause of the specification, with the scenarios that cover it."""

    clause: Clause
    verdict: Verdict
    scenarios: tuple[ScenarioResult, ...]


def levels(scenarios: Iterable[ScenarioResult]) -> Iterator[LevelTotal]:
    """Yield the totals of the levels that some scenario has."""
    counted = Counter((result.level, result.verdict) for result in scenarios)
    for level, meaning in LEVELS.items():
        counts = {verdict: counted[level, verdict] for verdict in Verdict}
        if any(counts.values()):
            yield LevelTotal(level, meaning, result(counts), counts)


def result(counts: Mapping[Verdict, int]) -> Result:
    """Return the result, given the number of scenarios of each verdict."""
    if counts[Verdict.NOT_CONFORMANT]:
        return Result.FAILURE
    unseen = counts[Verdict.NOT_DETERMINED] + counts[Verdict.NOT_RUN]
    return Result.SUCCESS if counts[Verdict.CONFORMANT] and not unseen else Result.PARTIAL


def clauses(scenarios: Iterable[ScenarioResult]) -> Iterator[ClauseTotal]:
    """Yield the totals of every clause of the specification."""
    every = tuple(scenarios)
    for clause in tags.clauses().values():
        covering = tuple(result for result in every if clause.id in result.clauses)
        yield ClauseTotal(clause, verdict(result.verdict for result in covering), covering)


def verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on a clause that some scenarios cover; *not run* if there are none."""
    return min(verdicts, key=SEVERITY.index, default=Verdict.NOT_RUN)
