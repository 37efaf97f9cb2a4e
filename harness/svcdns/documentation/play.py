"""Scenarios played on a target, each sentence with the answers that it judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from svcdns.catalogue.gherkin import Feature, Scenario, Step
from svcdns.documentation.symbols import Symbols, symbols
from svcdns.engine.declaration import Declaration
from svcdns.engine.player import play as play_scenario
from svcdns.engine.pool import WorldPool
from svcdns.engine.rehearsal import rehearse
from svcdns.engine.sentences import Script, script
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Rules
from svcdns.engine.world import World
from svcdns.errors import FeatureError
from svcdns.judge import Reading
from svcdns.results import Verdict
from svcdns.state import ClusterState
from svcdns.targets.target import Target

#: Where scenarios are played; a symbol takes its place.
NAMESPACE = "svcdns-docs"


@dataclass(frozen=True, slots=True)
class DocumentedStep:
    """A step that was played: the answers that it judged, and the symbols for the state that they were judged against.

    Attributes:
        is_manifest: whether it declares the objects of a manifest, and nothing else.
    """

    step: Step
    readings: tuple[Reading, ...]
    symbols: Symbols
    is_manifest: bool = False


@dataclass(frozen=True, slots=True)
class DocumentedScenario:
    """A scenario, or one example of an outline, that was played.

    Attributes:
        declaration: what it declares; scenarios that declare the same and change nothing share the state.
        state: the state at the end.
    """

    feature: Feature
    scenario: Scenario
    declaration: Declaration
    changes: bool
    steps: tuple[DocumentedStep, ...]
    state: ClusterState


def play(feature: Feature, scenarios: Iterable[Scenario], target: Target) -> Iterator[DocumentedScenario]:
    """Play scenarios of a feature, every example of an outline.

    Raises:
        FeatureError: if the target does not keep what a scenario promises: there is nothing to document then.
    """
    scripts = [script(example) for scenario in scenarios for example in scenario.rendered()]
    pool = WorldPool(target, Clock(), lambda: NAMESPACE)
    by_declaration: dict[Declaration, list[Script]] = defaultdict(list)
    for each in scripts:
        if not each.plan.changes:
            by_declaration[each.plan.declaration].append(each)
    still = [each for several in by_declaration.values() for each in several]
    changing = [each for each in scripts if each.plan.changes]
    planned = [(f"{feature.path}:{number}", each) for number, each in enumerate((*still, *changing))]
    pool.plan((id_, each.plan) for id_, each in planned)
    try:
        for id_, each in planned:
            yield _played(feature, each, pool.world(id_, each.plan), target)
            pool.leave(id_)
    finally:
        pool.close()


def _played(feature: Feature, script: Script, world: World, target: Target) -> DocumentedScenario:
    scenario = script.scenario
    givens = [step for step in scenario.steps if step.type == "given"]
    begun: list[ClusterState] = []
    steps: list[DocumentedStep] = []

    def after(step: Step) -> None:
        if step.type == "given":
            if step is givens[-1]:
                world.prepare()
                begun.append(world.state())
            return
        judged = sum(len(documented.readings) for documented in steps)
        now = symbols(world.state(), begun[0], world.namespace, world.neighbour)
        steps.append(DocumentedStep(step, tuple(world.readings[judged:]), now))

    if not givens:
        begun.append(world.state())
    outcome = play_scenario(world, script, Rules.of(target), after)
    if outcome.judged.verdict is not Verdict.CONFORMANT or not steps:
        raise FeatureError(
            f'{feature.path}:{scenario.line}: "{scenario.name}" does not hold on the target {target.name}:'
            f" {outcome.judged.reason}; make the features pass first"
        ) from outcome.error
    declared = tuple(
        DocumentedStep(step, (), steps[0].symbols, is_manifest=bool(_manifests(rehearse([say]).declaration)))
        for step, say in script.sentences
        if step.type == "given"
    )
    return DocumentedScenario(
        feature, scenario, script.plan.declaration, script.plan.changes, (*declared, *steps), world.state()
    )


def _manifests(declaration: Declaration) -> tuple[str, ...]:
    return (*declaration.manifests, *declaration.neighbour)
