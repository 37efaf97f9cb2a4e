"""Feature files as test modules: ``pytest features/`` and every selection below it."""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import scenario
from pytest_bdd.scenario import make_python_name
from pytest_bdd.steps import StepFunctionContext

from svcdns.catalogue import gherkin
from svcdns.errors import FeatureError, HarnessError
from svcdns.manifests import sources
from svcdns.plugin import checks, failure
from svcdns.plugin.options import manifest_roots
from svcdns.safety import printable

SCENARIO = pytest.StashKey[gherkin.Scenario]()
DEFINITIONS = pytest.StashKey[Sequence[StepFunctionContext]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect each ``.feature`` file as a module whose functions are its scenarios."""
    if file_path.suffix == ".feature":
        name = printable.line(file_path.name)
        return FeatureFile.from_parent(parent, path=file_path, name=name, nodeid=_nodeid(file_path, parent.config))
    return None


def _nodeid(path: Path, config: pytest.Config) -> str | None:
    """What a file is called in node ids, where pytest has no name for it that can be shown and tells it from others.

    Outside of the rootdir that is its path from where the run was started; in full, where it would read like that of a file
    in the rootdir.
    """
    if path.is_relative_to(config.rootpath):
        inside = path.relative_to(config.rootpath).as_posix()
        shown = printable.line(inside)
        return None if shown == inside else shown
    own = Path(os.path.relpath(path, config.invocation_params.dir))
    return printable.line((path if (config.rootpath / own).exists() else own).as_posix())


def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> bool:
    """Make a marker of a tag; `checks` has refused unknown ones with their line."""
    getattr(pytest.mark, tag)(function)
    return True


class FeatureFile(pytest.Module):
    """A feature file, collected."""

    def _getobj(self) -> types.ModuleType:
        """The module that pytest collects: one test function a scenario."""
        feature = self._checked()
        module = types.ModuleType(self.path.stem)
        module.__file__ = str(self.path)
        self.described = {}
        for one in feature.scenarios:
            test = scenario(
                str(self.path), one.name, encoding=gherkin.ENCODING, features_base_dir=str(self.path.parent)
            )(_nothing_more)
            name = function_of(one)
            setattr(module, name, pytest.mark.usefixtures("world")(test))
            rows = [dict(zip(table.columns, row, strict=True)) for table in one.examples for row in table.rows]
            self.described[name] = tuple(zip(rows if one.outline else [{}], one.rendered(), strict=True))
        return module

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The scenarios in the order of the file, each with its reading of the feature."""
        for item in super().collect():
            if isinstance(item, pytest.Function):
                described = item.stash[SCENARIO] = self._scenario(item)
                # pytest would name the file of a decorator.
                vars(item)["location"] = (item.nodeid.partition("::")[0], described.line - 1, item.name)
                vars(item)["repr_failure"] = partial(_in_words, item.repr_failure)
            yield item

    def _checked(self) -> gherkin.Feature:
        """Read and check the file.

        Raises:
            CollectError: with file and line of every problem.
        """
        try:
            feature = gherkin.read(self.path, self._sources())
            if DEFINITIONS not in self.session.stash:
                self.session.stash[DEFINITIONS] = checks.definitions(self.session)
            found = sorted(checks.problems(feature, self.session.stash[DEFINITIONS]))
        except FeatureError as error:
            raise self.CollectError(self._shown(error)) from error
        if found:
            raise self.CollectError(self._shown(FeatureError(*(f"{self.path}:{line}: {text}" for line, text in found))))
        return feature

    def _sources(self) -> sources.Sources:
        """Where the manifests lie that the feature names."""
        return sources.of(self.path, self.config.invocation_params.dir, manifest_roots(self.config))

    def _shown(self, error: FeatureError) -> str:
        """The problems, each with the file's path as a user types it, and no more of them than terminals can take."""
        working = f"{self.config.invocation_params.dir}/"
        return "\n".join(failure.within(str(error).replace(working, "").splitlines(), failure.MOST_OCTETS))

    def _scenario(self, item: pytest.Function) -> gherkin.Scenario:
        """The scenario, or the example of one, that a test is; pytest-repeat and its like make several tests of each."""
        callspec = getattr(item, "callspec", None)
        example = callspec.params.get("_pytest_bdd_example", {}) if callspec is not None else {}
        return next(scenario for row, scenario in self.described[item.originalname] if row == example)

    #: The examples of each test function, with the scenario that each makes of it.
    described: dict[str, tuple[tuple[dict[str, str], gherkin.Scenario], ...]]


def _in_words(otherwise: Callable[..., Any], excinfo: pytest.ExceptionInfo[BaseException], *more: Any) -> Any:
    """What pytest says of a failure. One of ours is told by what was asked and answered, and pytest parses no source for it."""
    return str(excinfo.value) if isinstance(excinfo.value, HarnessError) else otherwise(excinfo, *more)


def function_of(one: gherkin.Scenario) -> str:
    """The name of the test function of a scenario or scenario outline."""
    return f"test_{make_python_name(one.name)}"


def _nothing_more() -> Any:
    """A scenario is its steps; nothing follows them."""
