"""A pytest plugin that makes every step do nothing: what is left is pytest, pytest-bdd and the reading of the features."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pytest_bdd.steps import step_function_context_registry

from svcdns.plugin import planning
from svcdns.plugin.session import PLACE


def pytest_configure() -> None:
    """Make no worlds ahead of the scenarios, which never meet one."""
    planning.plan = _nothing


def pytest_collection_finish() -> None:
    """Replace every step's function."""
    for context in step_function_context_registry.values():
        context.step_func = _nothing


def _nothing(*_arguments: object, **_named: object) -> None:
    """Do nothing, whoever calls: pytest-bdd, or what says a step ahead of it, with the arguments in its text."""


@pytest.fixture
def world(request: pytest.FixtureRequest) -> None:
    """A place where nothing happens, but which looks as if something had been judged."""
    request.node.stash[PLACE] = SimpleNamespace(readings=[SimpleNamespace(observed="")], looks=(0, 0.0))
