"""One scenario played on the reference target, without a run of pytest around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytest_bdd.steps import step_function_context_registry

import steps.given
import steps.then
import steps.when
from harness import data, features, records
from harness.clock import Clock
from harness.features import Scenario, Step
from harness.message import Question, Reply
from harness.state import ClusterState
from harness.targets.reference import Reference
from harness.world import World

#: What a wrong server makes of the right reply.
Fault = Callable[[Question, Reply, ClusterState], Reply]

_MODULES = {module.__name__ for module in (steps.given, steps.when, steps.then)}
_DEFINITIONS = [one for one in step_function_context_registry.values() if one.step_func.__module__ in _MODULES]


def scenario(feature: str, name: str) -> Scenario:
    """The scenario of that name; an example of an outline has the name with its values."""
    found = features.read(data.features() / f"{feature}.feature").scenarios
    rendered = [each for one in found for each in one.rendered()]
    return next(one for one in rendered if one.name == name)


def play(feature: str, name: str, fault: Fault) -> None:
    """Runs the steps of a scenario on a server with a fault; raises what a step raises."""
    with _wrong(fault) as target:
        world = World(target, target.vantages[0], "played", Clock())
        for step in scenario(feature, name).steps:
            _run(step, world)


def _run(step: Step, world: World) -> None:
    (definition,) = [one for one in _DEFINITIONS if one.type == step.type and one.parser.is_matching(step.text)]
    arguments = definition.parser.parse_arguments(step.text) or {}
    arguments = {name: definition.converters.get(name, lambda value: value)(value) for name, value in arguments.items()}
    table = {"datatable": [list(row) for row in step.table]} if step.table else {}
    definition.step_func(world, **arguments, **table)


@contextmanager
def _wrong(fault: Fault) -> Iterator[Reference]:
    class Wrong(Reference):
        def respond(self, question: Question) -> Reply:
            return fault(question, super().respond(question), self.cluster.state)

    with Wrong(records.COREDNS) as target:
        yield target
