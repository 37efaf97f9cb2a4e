"""The documentation as plain data: each combination and each clause with its scenarios, states and answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from svcdns import resources
from svcdns.catalogue import features, tags
from svcdns.catalogue.gherkin import Feature, Step
from svcdns.catalogue.tags import Clause, Combination
from svcdns.documentation import rows
from svcdns.documentation.comparison import Column, Comparison, compare
from svcdns.documentation.play import DocumentedScenario, play
from svcdns.documentation.rows import AnswerRow
from svcdns.documentation.states import StateAnswers, state_answers, step_rows
from svcdns.engine.declaration import Declaration
from svcdns.engine.verdicts import needs
from svcdns.targets.target import Capability, Target


@dataclass(frozen=True, slots=True)
class StepAnswers:
    """A step with the answers that it judged."""

    step: Step
    rows: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class ScenarioAnswers:
    """A scenario with its answers; ``level`` is its level, or the family of servers whose behaviour it shows."""

    name: str
    level: str
    rule: str
    steps: tuple[StepAnswers, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A feature, or those of its scenarios that cover a clause."""

    feature: Feature
    path: str
    states: tuple[StateAnswers, ...]
    scenarios: tuple[ScenarioAnswers, ...]

    @property
    def rules(self) -> Iterator[tuple[str, list[ScenarioAnswers]]]:
        """The scenarios by their rules."""
        for rule, scenarios in groupby(self.scenarios, key=lambda scenario: scenario.rule):
            yield rule, list(scenarios)


@dataclass(frozen=True, slots=True)
class CombinationChapter:
    """One of the four combinations, with its feature; ``tag`` is the tag of its scenarios."""

    tag: str
    combination: Combination
    chapter: Chapter


@dataclass(frozen=True, slots=True)
class ClauseSection:
    """A clause of the specification with the chapters that cover it, and the combinations that cover it too."""

    clause: Clause
    chapters: tuple[Chapter, ...]
    combinations: tuple[CombinationChapter, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The complete documentation."""

    comparison: Comparison
    combinations: tuple[CombinationChapter, ...]
    clauses: tuple[ClauseSection, ...]


def write(target: Target) -> Book:
    """Play every scenario of a combination or a clause, and put the answers in order.

    Raises:
        FeatureError: if a feature file cannot be read, or a scenario is not conformant on the target.
    """
    played: dict[Path, list[DocumentedScenario]] = {}
    for feature in features.packaged().values():
        documented = [scenario for scenario in feature.scenarios if _is_documented(scenario.tags, scenario.clauses)]
        order = {scenario.line: number for number, scenario in enumerate(documented)}
        played[feature.path] = sorted(
            play(feature, documented, target), key=lambda example: order[example.scenario.line]
        )
    every = [example for examples in played.values() for example in examples]
    combinations = tuple(
        CombinationChapter(tag, combination, _chapter([example for example in every if tag in example.scenario.tags]))
        for tag, combination in tags.COMBINATIONS.items()
    )
    return Book(
        comparison=compare((Column(each.combination, each.tag), each.chapter.states) for each in combinations),
        combinations=combinations,
        clauses=tuple(_clause_section(clause, played, combinations) for clause in tags.clauses().values()),
    )


def _is_documented(scenario_tags: frozenset[str], clauses: Sequence[str]) -> bool:
    return bool(scenario_tags & tags.COMBINATIONS.keys() or clauses)


def _clause_section(
    clause: Clause,
    played: Mapping[Path, Sequence[DocumentedScenario]],
    combinations: Sequence[CombinationChapter],
) -> ClauseSection:
    """Return a clause with the features of the specification that cover it; with others only if there is none."""
    covering = {
        path: found
        for path, examples in played.items()
        if (found := [example for example in examples if clause.id in example.scenario.clauses])
    }
    specific = {path: found for path, found in covering.items() if path.parent.name == "specification"} or covering
    return ClauseSection(
        clause=clause,
        chapters=tuple(_chapter(found) for found in specific.values()),
        combinations=tuple(each for each in combinations if each.chapter.feature.path in covering),
    )


def _chapter(played: Sequence[DocumentedScenario]) -> Chapter:
    feature = played[0].feature
    by_declaration: dict[Declaration, list[DocumentedScenario]] = defaultdict(list)
    for scenario in played:
        if not scenario.changes and Capability.POD_RESOLVER not in needs(scenario.scenario.tags):
            by_declaration[scenario.declaration].append(scenario)
    return Chapter(
        feature=feature,
        path=feature.path.relative_to(resources.root()).as_posix(),
        states=tuple(map(state_answers, by_declaration.values())),
        scenarios=tuple(map(_scenario_answers, played)),
    )


def _scenario_answers(played: DocumentedScenario) -> ScenarioAnswers:
    scenario = played.scenario
    return ScenarioAnswers(
        name=scenario.name,
        level="CoreDNS" if "coredns" in scenario.tags else tags.level_of(scenario.tags),
        rule=scenario.rule,
        steps=tuple(StepAnswers(step.step, rows.merged(step_rows(played, step))) for step in played.steps),
    )
