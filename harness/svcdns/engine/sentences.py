"""The sentences that steps define: found, matched to the steps of scenarios, and said."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine.world import World
from svcdns.errors import FeatureError

#: Does in a world what a step says.
Say = Callable[[World], None]


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


def saying(step: Step, among: Sequence[StepFunctionContext]) -> Say:
    """What a step does, with the arguments in its text, converted, and the table below it.

    Raises:
        FeatureError: if no definition says the step.
    """
    definition = next(matching(step, among), None)
    if definition is None:
        raise FeatureError(f"{step.keyword} {step.text}: no step says this")
    found = definition.parser.parse_arguments(step.text) or {}
    arguments = {
        name: definition.converters[name](value) if name in definition.converters else value
        for name, value in found.items()
    }
    if step.table:
        arguments["datatable"] = [list(row) for row in step.table]

    def say(world: World) -> None:
        world.sentence = step.text
        definition.step_func(world, **arguments)

    return say


def declare(among: Sequence[StepFunctionContext], world: World, scenario: Scenario) -> None:
    """Do what a scenario's Given steps do, ahead of it."""
    for step in scenario.steps:
        if step.type == "given":
            saying(step, among)(world)
