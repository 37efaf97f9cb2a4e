"""How long changes took to show, by kind of change."""

from __future__ import annotations

from svcdns.report.convergence import ChangeTimes, change_times
from svcdns.results import Convergence, ScenarioResult, Verdict


def result(*convergence: Convergence) -> ScenarioResult:
    return ScenarioResult("f", "s", 1, "core", (), (), Verdict.CONFORMANT, convergence=convergence)


def test_each_kind_of_change_has_its_median_and_its_longest_time():
    results = [
        result(Convergence("objects declared", 0.0), Convergence("scaled", 0.5)),
        result(Convergence("scaled", 0.1), Convergence("scaled", 2.0)),
    ]
    assert change_times(results) == (
        ChangeTimes("objects declared", 1, 0.0, 0.0),
        ChangeTimes("scaled", 3, 0.5, 2.0),
    )
    assert change_times(results)[1].line == "scaled 0.5 s (longest 2.0 s)"


def test_a_result_that_went_through_json_has_the_same_times():
    one = result(Convergence("scaled", 0.5))
    assert ScenarioResult.read(one.plain()) == one
