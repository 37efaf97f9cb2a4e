"""Scenarios played on a target, each sentence with the answers that it judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from svcdns.catalogue.gherkin import Feature, Scenario, Step
from svcdns.documentation.symbols import Symbols, symbols
from svcdns.engine import sentences, verdicts
from svcdns.engine.timing import Clock
from svcdns.engine.world import World
from svcdns.errors import FeatureError, HarnessError
from svcdns.judge import Reading
from svcdns.results import Verdict
from svcdns.state import ClusterState
from svcdns.targets.target import Target

#: Where scenarios are played; a symbol takes its place.
NAMESPACE = "svcdns-docs"


@dataclass(frozen=True, slots=True)
class DocumentedStep:
    """A step that was played: the answers that it judged, and the symbols for the state that they were judged against."""

    step: Step
    readings: tuple[Reading, ...]
    symbols: Symbols


@dataclass(frozen=True, slots=True)
class DocumentedScenario:
    """A scenario, or one example of an outline, that was played.

    Attributes:
        state: the state at the end; scenarios that change nothing and declare the same share it.
    """

    feature: Feature
    scenario: Scenario
    steps: tuple[DocumentedStep, ...]
    state: ClusterState


def play(feature: Feature, scenarios: Iterable[Scenario], target: Target) -> Iterator[DocumentedScenario]:
    """Play scenarios of a feature, every example of an outline.

    Raises:
        FeatureError: if the target does not keep what a scenario promises: there is nothing to document then.
    """
    rendered = [one for scenario in scenarios for one in scenario.rendered()]
    still = sorted((one for one in rendered if not one.changes), key=lambda one: one.declarations)
    worlds = [list(group) for _, group in groupby(still, key=lambda one: one.declarations)]
    for scenarios_of_world in (*worlds, *([one] for one in rendered if one.changes)):
        world = World(target, target.vantages[0], NAMESPACE, Clock())
        try:
            for scenario in scenarios_of_world:
                world.begin()
                yield _played(feature, scenario, world, target)
        finally:
            world.remove()


def _played(feature: Feature, scenario: Scenario, world: World, target: Target) -> DocumentedScenario:
    steps: list[DocumentedStep] = []
    given = world.state()
    try:
        for step in scenario.steps:
            if step.type != "given" and all(one.step.type == "given" for one in steps):
                world.prepare()
                given = world.state()
            judged = len(world.readings)
            sentences.saying(step, sentences.definitions())(world)
            now = symbols(world.state(), given, world.namespace, world.neighbour)
            steps.append(DocumentedStep(step, tuple(world.readings[judged:]), now))
    except HarnessError as error:
        if verdicts.of_error(error, scenario.tags, target.dns_profile).verdict is not Verdict.CONFORMANT:
            raise FeatureError(
                f'{feature.path}:{scenario.line}: "{scenario.name}" does not hold on the target {target.name}: {error};'
                " make the features pass first"
            ) from error
    return DocumentedScenario(feature, scenario, tuple(steps), world.state())
