"""All packaged scenarios, run or not: a scenario that was not run must never read as passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdns.catalogue import features, tags
from svcdns.results import ScenarioResult, StepResult, Verdict


def complete(ran: Iterable[ScenarioResult]) -> tuple[ScenarioResult, ...]:
    """Return the results of a run, and a result with the verdict *not run* for each packaged scenario that was not run.

    They are in the order of the feature files, whatever order the scenarios ran in.

    Raises:
        FeatureError: if a feature file cannot be read.
    """
    results = {(one.feature, one.scenario): one for one in _not_run()}
    order = {key: place for place, key in enumerate(results)}
    results |= {(one.feature, one.scenario): one for one in ran}
    last = len(order)
    return tuple(sorted(results.values(), key=lambda one: (order.get((one.feature, one.scenario), last), *_place(one))))


def _place(result: ScenarioResult) -> tuple[str, int, str]:
    return result.feature, result.line, result.scenario


def titles() -> dict[str, str]:
    """Return the titles of the packaged features, by their files."""
    return {path: feature.name for path, feature in features.packaged().items()}


def _not_run() -> Iterator[ScenarioResult]:
    for path, feature in features.packaged().items():
        for scenario in feature.scenarios:
            for one in scenario.rendered():
                yield ScenarioResult(
                    feature=path,
                    scenario=one.name,
                    line=one.line,
                    level=tags.level_of(one.tags),
                    clauses=one.clauses,
                    behaviours=one.behaviours,
                    verdict=Verdict.NOT_RUN,
                    steps=tuple(StepResult(step.keyword, step.text, step.line, table=step.table) for step in one.steps),
                )
