"""The sentences that steps define: found, matched to the steps of scenarios, and said."""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_type_hints

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine import references
from svcdns.engine.references import Spoken
from svcdns.engine.rehearsal import Plan, Rehearsal, Say, rehearse
from svcdns.engine.world import World
from svcdns.errors import FeatureError
from svcdns.judge.parameters import Parameter


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
        raise FeatureError(f"{step.keyword} {step.text}: {undefined(step, among)}")
    return definition


def undefined(step: Step, among: Sequence[StepFunctionContext]) -> str:
    """Say that no definition matches a step, with the nearest that is there."""
    wordings = {
        _bare(readable): readable
        for definition in among
        if definition.type in (None, step.type)
        for readable in [_readable(definition.parser.name)]
    }
    near = difflib.get_close_matches(_bare(step.text), wordings, n=1, cutoff=0.75)
    hint = f"; did you mean: {wordings[near[0]]}" if near else ""
    return f"undefined step; fix its wording, or define it{hint}"


#: A parameter in the wording of a definition: of a regular expression, or of a format.
_GROUP = re.compile(r"[(][?]P<(\w+)>(?:[^()]|[(][^()]*[)])*[)]|[{](\w+)(?::\w+)?[}]")


def _readable(wording: str) -> str:
    """The wording of a definition, with its parameters as ``<name>``."""
    return filled(wording, lambda name: f"<{name.rstrip('_')}>")


def filled(wording: str, value: Callable[[str], str]) -> str:
    """Return the wording of a definition with a value for each of its parameters."""
    plain = re.sub(r"\\(.)", r"\1", _GROUP.sub(lambda match: f"\0{match[1] or match[2]}\0", wording))
    return re.sub(r"\0(\w+)\0", lambda match: value(match[1]), plain)


def _bare(text: str) -> str:
    """A wording without the values that it is about."""
    return re.sub(r'"[^"]*"|<[^<>]*>|\d+', "…", text)


def problems(scenario: Scenario, among: Sequence[StepFunctionContext]) -> Iterator[tuple[Step, str]]:
    """Yield what the sentences of a scenario cannot take or speak of in vain, with the step; none of them is played.

    What steps of the user's do is not known: where one declares or changes something, it may be what the others speak of.
    """
    rehearsal = Rehearsal(scenario.sources)
    spoken: list[Spoken] = []
    known = set(map(id, definitions()))
    foreign = False
    for step in scenario.steps:
        definition = next(matching(step, among), None)
        if definition is None or id(definition) not in known:
            foreign |= definition is not None and step.type != "then"
            continue
        try:
            arguments = _arguments(step, definition)
            definition.step_func(cast(World, rehearsal), **arguments)
        except FeatureError as error:
            yield step, str(error)
        else:
            spoken.append((step, _meanings(definition, arguments)))
    if not foreign:
        yield from references.problems(spoken, scenario.sources)


def _meanings(definition: StepFunctionContext, arguments: dict[str, Any]) -> tuple[tuple[Any, str], ...]:
    parameters = _parameters(definition.step_func)
    return tuple(
        (parameters[name].means, value)
        for name, value in arguments.items()
        if name in parameters and isinstance(value, str)
    )


@cache
def _parameters(function: Any) -> dict[str, Parameter]:
    """What the parameters of a step mean, as far as it says so beside their types."""
    return {
        name: meaning
        for name, hint in get_type_hints(function, include_extras=True).items()
        for meaning in getattr(hint, "__metadata__", ())
        if isinstance(meaning, Parameter)
    }


def _arguments(step: Step, definition: StepFunctionContext) -> dict[str, Any]:
    """The arguments in a step's text, converted and checked, and the table below it.

    Raises:
        FeatureError: if it does not take one.
    """
    try:
        written = definition.parser.parse_arguments(step.text) or {}
        arguments = {
            name: definition.converters[name](value) if name in definition.converters else value
            for name, value in written.items()
        }
    except ValueError as error:
        raise FeatureError(f"a number in it cannot be read: {error}; fix it") from error
    for name, parameter in _parameters(definition.step_func).items():
        if name in arguments:
            parameter.check(arguments[name])
    takes = inspect.signature(definition.step_func).parameters
    if ("datatable" in takes) != bool(step.table):
        raise FeatureError(
            "the sentence needs a table below it: add one"
            if "datatable" in takes
            else "the sentence takes no table below it: remove it"
        )
    if step.docstring:
        raise FeatureError("the sentence takes no text below it: remove it")
    if step.table:
        arguments["datatable"] = [list(row) for row in step.table]
    return arguments


def saying(step: Step, definition: StepFunctionContext) -> Say:
    """What a step does, with the arguments in its text, converted, and the table below it.

    A collected scenario has none that it does not take; any other meets the error when the step is played.
    """
    arguments: dict[str, Any] = {}
    problem: FeatureError | None = None
    try:
        arguments = _arguments(step, definition)
    except FeatureError as error:
        problem = error

    def say(world: World) -> None:
        world.sentence = step.text
        if problem is not None:
            raise problem
        definition.step_func(world, **arguments)

    return say
