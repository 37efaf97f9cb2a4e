"""A pytest plugin that counts the exchanges of a run, by transport, and writes the numbers to a file."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from svcdns.client import Direct

EXCHANGES: Counter[str] = Counter()


def pytest_configure() -> None:
    """Count what goes through every channel."""
    exchange = Direct.exchange

    def counted(self, wires, transport, timeout_seconds):  # noqa: ANN001, ANN202 - the signature is Direct's
        EXCHANGES[transport] += len(wires)
        return exchange(self, wires, transport, timeout_seconds)

    Direct.exchange = counted


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write the numbers."""
    EXCHANGES["scenarios"] = config.pluginmanager.get_plugin("terminalreporter")._numcollected  # noqa: SLF001
    Path(os.environ["SVCDNS_COUNTS"]).write_text(json.dumps(EXCHANGES), encoding="utf-8")
