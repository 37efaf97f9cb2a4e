"""A pytest plugin that makes every step do nothing: what is left is pytest, the engine and the reading of the features."""

from __future__ import annotations

from pytest_bdd.steps import step_function_context_registry

from svcdns.engine import verdicts
from svcdns.engine.verdicts import Judged
from svcdns.results import Verdict


def pytest_configure() -> None:
    """Have every scenario end as if something had been judged."""
    verdicts.of_end = lambda _: Judged(Verdict.CONFORMANT)


def pytest_collection_finish() -> None:
    """Replace every step's function."""
    for context in step_function_context_registry.values():
        context.step_func = _nothing


def _nothing(*_arguments: object, **_named: object) -> None:
    """Do nothing."""
