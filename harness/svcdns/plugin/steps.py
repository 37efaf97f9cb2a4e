"""The sentences of the features, as fixtures of pytest-bdd."""

from __future__ import annotations

import pytest

from svcdns.engine import sentences


def pytest_configure(config: pytest.Config) -> None:
    """Have the modules of ``steps/`` looked through for step definitions, as a conftest.py is."""
    for module in sentences.modules():
        config.pluginmanager.register(module, module.__name__)
