"""The steps speak to the engine and the judge alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from svcdns import resources

#: Import contracts see that none of these reaches the records.
OURS = {"svcdns", "svcdns.engine", "svcdns.engine.world", "svcdns.judge", "svcdns.judge.parameters"}
NAMES_OF_PACKAGES = {"svcdns": {"judge"}, "svcdns.engine": {"effects"}}


@pytest.mark.parametrize("path", sorted(resources.steps().glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_steps_imports_only_what_never_reaches_the_records(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not any(name.name.startswith("svcdns") for name in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("svcdns"):
            assert node.module in OURS
            allowed = NAMES_OF_PACKAGES.get(node.module)
            assert allowed is None or {name.name for name in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
