"""From scenarios to clauses and levels: a skip is never a pass."""

from __future__ import annotations

import pytest

from svcdns.report import totals
from svcdns.report.totals import Result
from svcdns.results import Verdict
from tests.report.results import scenario

C, N, U, NA, NR = Verdict


@pytest.mark.parametrize(
    ("verdicts", "result", "verdict"),
    [
        ([C, C], Result.SUCCESS, C),
        ([C, NA], Result.SUCCESS, C),
        ([C, NR], Result.PARTIAL, NR),
        ([C, U], Result.PARTIAL, U),
        ([U, NR], Result.PARTIAL, U),
        ([NA, NA], Result.PARTIAL, NA),
        ([NR], Result.PARTIAL, NR),
        ([C, N], Result.FAILURE, N),
        ([U, NR, N, NA, C], Result.FAILURE, N),
    ],
)
def test_a_level_and_a_clause_are_as_good_as_the_worst_of_their_scenarios(
    verdicts: list[Verdict], result: Result, verdict: Verdict
):
    scenarios = [scenario(f"{index}", one) for index, one in enumerate(verdicts)]
    (level,) = totals.levels(scenarios)
    assert (level.level, level.result) == ("core", result)
    assert sum(level.counts.values()) == len(verdicts)
    (clause,) = [one for one in totals.clauses(scenarios) if one.scenarios]
    assert (clause.clause.id, clause.verdict) == ("2.4.1-a", verdict)
    assert clause.scenarios == tuple(scenarios)


def test_a_clause_that_no_scenario_shows_is_not_run():
    assert {one.verdict for one in totals.clauses([])} == {NR}


def test_a_level_that_no_scenario_has_is_not_told():
    assert list(totals.levels([])) == []
