"""Small feature files, run as a user would run them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook

import svcdns
from svcdns import resources

Write = Callable[..., Path]

# A run inside this process forgets the modules that it was the first to load; the next would meet each class twice.
for module in walk_packages(svcdns.__path__, f"{svcdns.__name__}."):
    if not module.name.endswith("__main__"):
        import_module(module.name)

SCENARIO = """\
  @core @B01
  Scenario: {name}
    Given the manifest "combinations/clusterip-service.yaml"
    Then the Service "test-svc" answers its virtual IP, and nothing else
"""


@pytest.fixture(autouse=True)
def _steps_may_be_loaded_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests of this process load the steps too; that runs inside it cannot rewrite their assertions is no matter."""
    monkeypatch.setattr(AssertionRewritingHook, "_warn_already_imported", lambda *_: None)


@pytest.fixture
def feature(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a feature file beside the real configuration."""
    shutil.copy(resources.features() / "pytest.toml", pytester.path / "pytest.toml")
    monkeypatch.setenv("COLUMNS", "300")

    def write(text: str, name: str = "small.feature") -> Path:
        path = pytester.path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def small(*names: str) -> str:
    """A feature with one right scenario for each name."""
    return "Feature: Small\n\n" + "\n".join(SCENARIO.format(name=name) for name in names)
