from __future__ import annotations

import sys

import pytest

from svcdns.targets.cluster.vantages.probe import relay as script
from svcdns.targets.cluster.vantages.probe.relaying import Relay


@pytest.fixture(scope="module")
def relay():
    """The relay as a process of this machine, run as it is in a pod."""
    found = Relay(lambda: [sys.executable, "-I", script.__file__], "a process")
    yield found
    found.close()
