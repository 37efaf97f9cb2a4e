"""The error of a connection that cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcdns.errors import HarnessError, UsageError
from svcdns.targets.cluster.apiserver.api import Api


def refused(path: Path) -> str:
    """The usage error when the context "a" of a kubeconfig is opened: one line."""
    with pytest.raises(HarnessError) as caught:
        Api(path, "a")
    assert isinstance(caught.value, UsageError)
    assert "\n" not in str(caught.value)
    return str(caught.value)
