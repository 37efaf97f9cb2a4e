"""What a feature file must not do: pytest-bdd would run it, and check less than it seems to.

pytest-bdd keeps the last of several scenarios whose names it cannot tell apart, drops an outline without rows, leaves an
unknown placeholder as it stands, and finds out about a missing step only when it gets there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from pytest_bdd.compat import get_fixture_names, getfixturedefs
from pytest_bdd.scenario import make_python_name
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from svcdns.catalogue import tags
from svcdns.catalogue.gherkin import PLACEHOLDER, Feature, Scenario, Step
from svcdns.engine import sentences

Problem = tuple[int, str]

#: Characters of a scenario's name and of an example: pytest repeats both in whatever it writes about a test.
LONGEST_NAME, LONGEST_EXAMPLE = 300, 500


def definitions(session: pytest.Session) -> tuple[StepFunctionContext, ...]:
    """The step definitions that scenarios of this session can use."""
    manager = session._fixturemanager  # noqa: SLF001 - where pytest-bdd itself looks them up
    found = (
        step_function_context_registry.get(fixture.func)
        for name in get_fixture_names(manager)
        for fixture in getfixturedefs(manager, name, session) or ()
    )
    return tuple(definition for definition in found if definition is not None)


def problems(feature: Feature, definitions: Sequence[StepFunctionContext]) -> Iterator[Problem]:
    """Every reason to refuse a feature file, with its line."""
    seen: dict[str, Scenario] = {}
    for scenario in feature.scenarios:
        if len(scenario.name) > LONGEST_NAME:
            yield (
                scenario.line,
                f"has a name of {len(scenario.name)} characters; shorten it to {LONGEST_NAME} or less",
            )
            continue
        mangled = make_python_name(scenario.name)
        if not mangled:
            yield (
                scenario.line,
                f'"{scenario.name}": the name has no letter or digit, and the test is named after it; add one',
            )
        elif mangled in seen:
            other = seen[mangled]
            yield (
                scenario.line,
                f'"{scenario.name}": line {other.line} has the same name, "{other.name}"; rename one of them',
            )
        seen.setdefault(mangled, scenario)
        for line, problem in _problems_of(scenario, definitions):
            yield line, f'"{scenario.name}": {problem}'
    if not feature.scenarios:
        yield feature.line, f'"{feature.name}": has no scenario; add one'


def _problems_of(scenario: Scenario, definitions: Sequence[StepFunctionContext]) -> Iterator[Problem]:
    yield from _tag_problems(scenario)
    if not any(step.type == "then" for step in scenario.steps):
        yield scenario.line, "has no Then, so it would check nothing; add one"
    yield from _late_givens(scenario)
    if scenario.outline:
        yield from _outline_problems(scenario)
    seen = set()
    for one in scenario.rendered():
        for step in one.steps:
            if (step.line, step.text) not in seen:
                seen.add((step.line, step.text))
                yield from _step_problems(step, definitions)
        for step, problem in sentences.problems(one, definitions):
            if (step.line, problem) not in seen:
                seen.add((step.line, problem))
                yield step.line, f"{step.keyword} {step.text}: {problem}"


def _late_givens(scenario: Scenario) -> Iterator[Problem]:
    """What is given is there before anything else happens, wherever it stands."""
    begun = False
    for step in scenario.steps:
        begun |= step.type in ("when", "then")
        if begun and step.type == "given":
            yield (
                step.line,
                f"{step.keyword} {step.text}: a Given must come before the first When or Then; move it up",
            )


def _tag_problems(scenario: Scenario) -> Iterator[Problem]:
    known = dict(tags.meanings())
    for tag in sorted(scenario.tags - known.keys()):
        yield scenario.line, f"@{tag} is not a tag; `pytest --markers` lists all tags"
    levels = sorted(scenario.tags & tags.LEVELS.keys())
    if len(levels) != 1:
        yield scenario.line, f"has {' and '.join(levels) or 'no'} level; it needs one of {', '.join(tags.LEVELS)}"


def _outline_problems(scenario: Scenario) -> Iterator[Problem]:
    if not scenario.examples:
        yield scenario.line, "is an outline without Examples, so it would never run; add Examples"
    used = {found for step in scenario.steps for text in step.texts() for found in PLACEHOLDER.findall(text)}
    used |= set(PLACEHOLDER.findall(scenario.name))
    for table in scenario.examples:
        if not table.rows:
            yield table.line, "has Examples without rows, so it would never run; add a row"
        if unknown := sorted(used - set(table.columns)):
            yield table.line, f"uses <{'>, <'.join(unknown)}>, which its Examples do not have; add the column"
        if unused := sorted(set(table.columns) - used):
            yield table.line, f"never uses the column {', '.join(unused)} of its Examples; remove it"
        if any(len("-".join(row)) > LONGEST_EXAMPLE for row in table.rows):
            yield (
                table.line,
                f"has an example of more than {LONGEST_EXAMPLE} characters; shorten it",
            )
        if twice := [row for row, times in Counter(table.rows).items() if times > 1]:
            yield table.line, f"has the example {' | '.join(twice[0])} twice; remove one"
    names = Counter(one.name for one in scenario.rendered())
    if alike := [name for name, times in names.items() if times > 1]:
        yield (
            scenario.line,
            f'has several examples named "{alike[0]}"; put a placeholder into the name to tell them apart',
        )


def _step_problems(step: Step, definitions: Sequence[StepFunctionContext]) -> Iterator[Problem]:
    if not step.type:
        yield (
            step.line,
            f"{step.keyword} {step.text}: nothing says whether it is a Given, a When or a Then; begin with one of these",
        )
        return
    matching = [definition.parser.name for definition in sentences.matching(step, definitions)]
    if not matching:
        yield step.line, f"{step.keyword} {step.text}: {sentences.undefined(step, definitions)}"
    if len(matching) > 1:
        yield step.line, f"{step.keyword} {step.text}: several step definitions match: {'; '.join(sorted(matching))}"
