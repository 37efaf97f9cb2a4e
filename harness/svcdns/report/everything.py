"""Every scenario there is, run or not: what was left out may never read as passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from svcdns import resources
from svcdns.catalogue import gherkin
from svcdns.catalogue.gherkin import Feature
from svcdns.catalogue.tags import LEVELS
from svcdns.results import ScenarioResult, StepResult, Verdict


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


def _place(result: ScenarioResult) -> tuple[str, int, str]:
    return result.feature, result.line, result.scenario


def titles() -> dict[str, str]:
    """The names of the features that come along, by their files."""
    return {path: feature.name for path, feature in _features().items()}


@cache
def _features() -> dict[str, Feature]:
    root = resources.features()
    return {str(path.relative_to(root)): gherkin.read(path) for path in sorted(root.rglob("*.feature"))}


def _not_run() -> Iterator[ScenarioResult]:
    for path, feature in _features().items():
        for scenario in feature.scenarios:
            for one in scenario.rendered():
                yield ScenarioResult(
                    feature=path,
                    scenario=one.name,
                    line=one.line,
                    level=next(level for level in LEVELS if level in one.tags),
                    clauses=one.clauses,
                    behaviours=one.behaviours,
                    verdict=Verdict.NOT_RUN,
                    steps=tuple(StepResult(step.keyword, step.text, step.line, table=step.table) for step in one.steps),
                )
