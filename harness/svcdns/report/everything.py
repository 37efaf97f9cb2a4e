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
    results = {(result.feature, result.scenario): result for result in _not_run()}
    order = {key: place for place, key in enumerate(results)}
    results |= {(result.feature, result.scenario): result for result in ran}
    last = len(order)
    return tuple(
        sorted(
            results.values(), key=lambda result: (order.get((result.feature, result.scenario), last), *_place(result))
        )
    )


def _place(result: ScenarioResult) -> tuple[str, int, str]:
    return result.feature, result.line, result.scenario


def titles() -> dict[str, str]:
    """Return the titles of the packaged features, by their files."""
    return {path: feature.name for path, feature in features.packaged().items()}


def _not_run() -> Iterator[ScenarioResult]:
    for path, feature in features.packaged().items():
        for scenario in feature.scenarios:
            for example in scenario.rendered():
                yield ScenarioResult(
                    feature=path,
                    scenario=example.name,
                    line=example.line,
                    level=tags.level_of(example.tags),
                    clauses=example.clauses,
                    behaviours=example.behaviours,
                    verdict=Verdict.NOT_RUN,
                    steps=tuple(
                        StepResult(step.keyword, step.text, step.line, table=step.table) for step in example.steps
                    ),
                )
