"""Every scenario there is, run or not: what was left out may never read as passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness import data, features
from harness.catalogue import LEVELS
from harness.results import ScenarioResult, StepResult, Verdict


def complete(ran: Iterable[ScenarioResult]) -> tuple[ScenarioResult, ...]:
    """The results of a run, and of each scenario that comes along and was not run one that says so.

    They stand in the order of the feature files, whatever order they ran in.

    Raises:
        FeatureError: if a feature file cannot be read.
    """
    results = {(one.feature, one.scenario): one for one in _not_run()}
    order = {key: place for place, key in enumerate(results)}
    results |= {(one.feature, one.scenario): one for one in ran}
    last = len(order)
    return tuple(sorted(results.values(), key=lambda one: (order.get((one.feature, one.scenario), last), *_place(one))))


def _place(one: ScenarioResult) -> tuple[str, int, str]:
    return one.feature, one.line, one.scenario


def _not_run() -> Iterator[ScenarioResult]:
    root = data.features()
    for path in sorted(root.rglob("*.feature")):
        for scenario in features.read(path).scenarios:
            for one in scenario.rendered():
                yield ScenarioResult(
                    feature=str(path.relative_to(root)),
                    scenario=one.name,
                    line=one.line,
                    level=next(level for level in LEVELS if level in one.tags),
                    clauses=one.clauses,
                    behaviours=one.behaviours,
                    verdict=Verdict.NOT_RUN,
                    steps=tuple(StepResult(step.keyword, step.text, step.line, table=step.table) for step in one.steps),
                )
