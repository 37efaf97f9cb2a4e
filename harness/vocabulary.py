"""The sentences that steps define: found, matched to the steps of scenarios, and said."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from harness.errors import FeatureError
from harness.features import Scenario, Step
from harness.world import World

#: Does in a world what a step says.
Say = Callable[[World], None]

_MODULES = ("steps.given", "steps.when", "steps.then")


@cache
def definitions() -> tuple[StepFunctionContext, ...]:
    """The sentences that the modules of ``steps`` define."""
    for module in _MODULES:
        importlib.import_module(module)
    return tuple(
        definition
        for definition in step_function_context_registry.values()
        if definition.step_func.__module__ in _MODULES
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
        definition.step_func(world, **arguments)

    return say


def declare(among: Sequence[StepFunctionContext], world: World, scenario: Scenario) -> None:
    """Do what a scenario's Given steps do, ahead of it."""
    for step in scenario.steps:
        if step.type == "given":
            saying(step, among)(world)
