"""The sentences that steps define: found, matched to the steps of scenarios, and said."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine.rehearsal import Plan, Say, rehearse
from svcdns.engine.world import World
from svcdns.errors import FeatureError


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules of ``steps/``, loaded by their paths: as a package they would meet the ``steps`` of others."""
    return tuple(_loaded(path) for path in sorted(resources.steps().glob("*.py")))


def _loaded(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"svcdns:{path}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


@cache
def definitions() -> tuple[StepFunctionContext, ...]:
    """The sentences that the modules of ``steps/`` define."""
    names = {module.__name__ for module in modules()}
    return tuple(
        definition for definition in step_function_context_registry.values() if definition.step_func.__module__ in names
    )


def matching(step: Step, among: Sequence[StepFunctionContext]) -> Iterator[StepFunctionContext]:
    """The definitions that say a step; a feature file is refused unless there is one."""
    for definition in among:
        if definition.type in (None, step.type) and definition.parser.is_matching(step.text):
            yield definition


@dataclass(frozen=True, slots=True)
class Script:
    """A scenario, or one example of an outline, with what its steps do.

    Attributes:
        plan: what is known of it before it is played.
        is_ours: whether nothing but the sentences of ``steps/`` is said in it.
    """

    scenario: Scenario
    sentences: tuple[tuple[Step, Say], ...]
    plan: Plan
    is_ours: bool = True


def script(scenario: Scenario, among: Sequence[StepFunctionContext] | None = None) -> Script:
    """Match the steps of a scenario with their definitions, and rehearse it.

    What other definitions do is not known ahead, so the worst is assumed of them.

    Raises:
        FeatureError: if a step has no definition.
    """
    known = set(map(id, definitions()))
    matched = [(step, _definition(step, definitions() if among is None else among)) for step in scenario.steps]
    ours = [(step, saying(step, definition)) for step, definition in matched if id(definition) in known]
    plan = rehearse((say for _, say in ours), scenario.sources)
    foreign = [step for step, definition in matched if id(definition) not in known]
    if foreign:
        plan = replace(plan, changes=True, reverse_names=True)
    return Script(scenario, tuple(ours), plan, not foreign)


def _definition(step: Step, among: Sequence[StepFunctionContext]) -> StepFunctionContext:
    definition = next(matching(step, among), None)
    if definition is None:
        raise FeatureError(f"{step.keyword} {step.text}: undefined step; fix its wording, or define it")
    return definition


def saying(step: Step, definition: StepFunctionContext) -> Say:
    """What a step does, with the arguments in its text, converted, and the table below it."""
    written = definition.parser.parse_arguments(step.text) or {}
    arguments = {
        name: definition.converters[name](value) if name in definition.converters else value
        for name, value in written.items()
    }
    if step.table:
        arguments["datatable"] = [list(row) for row in step.table]

    def say(world: World) -> None:
        world.sentence = step.text
        definition.step_func(world, **arguments)

    return say
