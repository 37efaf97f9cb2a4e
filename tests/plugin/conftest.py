"""Small feature files, run as a user would run them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import data

Write = Callable[..., Path]

SCENARIO = """\
  @core @B01
  Scenario: {name}
    Given the manifest "combinations/clusterip-service.yaml"
    Then the Service "test-svc" answers its virtual IP, and nothing else
"""


@pytest.fixture
def feature(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a feature file beside the real configuration."""
    shutil.copy(data.features() / "pytest.toml", pytester.path / "pytest.toml")
    monkeypatch.setenv("COLUMNS", "300")

    def write(text: str, name: str = "small.feature") -> Path:
        path = pytester.path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def small(*names: str) -> str:
    """A feature with one right scenario for each name."""
    return "Feature: Small\n\n" + "\n".join(SCENARIO.format(name=name) for name in names)
