"""All features on a cluster that others use: what they have is as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.live.environment import CONTEXT, KUBECONFIG

from svcdns import resources

ROOT = resources.features().parent


@pytest.mark.timeout(900)
@pytest.mark.parametrize("options", [("--vantage", "probe", "--disruptive")])
def test_all_features_leave_everything_of_others_as_it_was(
    unchanged: Callable[[], None], tmp_path: Path, options: tuple[str, ...]
):
    target = ["--target", "cluster", "--context", CONTEXT, "--kubeconfig", KUBECONFIG, "--allow-known-deviations"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "features", "-q", *target, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "left behind" not in done.stdout
    unchanged()
