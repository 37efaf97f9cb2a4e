"""Tests on a real cluster: what they cost a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With ``--dist loadgroup``, keep a file with one worker, which sets up for it once, and make one cluster at a time."""
    for item in items:
        if item.path.is_relative_to(HERE):
            kind = item.path.is_relative_to(HERE / "kind")
            item.add_marker(pytest.mark.xdist_group("kind" if kind else item.path.stem))
