"""The scenarios that tests on real clusters name are there; those tests run seldom."""

from __future__ import annotations

import ast
from pathlib import Path

from svcdns.selftest import playing

LIVE = Path(__file__).parents[1] / "live/faults"


def test_every_title_in_the_live_tests_is_a_scenarios():
    literals = [
        node.value
        for path in LIVE.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    titles = {text for text in literals if ".feature: " in text}
    assert len(titles) > 20
    assert titles - {one.id for one in playing.scenarios()} == set()
