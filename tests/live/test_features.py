"""All features on a real kind cluster, by each vantage: they hold, and none but the expected scenarios are skipped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.live.environment import CONTEXT, NO_KIND_CLUSTER

from svcdns import resources

ROOT = resources.features().parent
EXPECTED: dict[str, list[dict[str, Any]]] = yaml.safe_load((resources.fixtures() / "expected-skips.yaml").read_text())

pytestmark = [
    pytest.mark.skipif(not CONTEXT.startswith("kind-"), reason=NO_KIND_CLUSTER),
    pytest.mark.timeout(1800),
]


@pytest.mark.parametrize(("vantage", "options"), [("probe", []), ("direct", []), ("tunnel", ["--allow-undetermined"])])
def test_all_features_hold_and_only_the_expected_scenarios_are_skipped(
    vantage: str, options: list[str], tmp_path: Path
):
    file = tmp_path / "report.yaml"
    cluster = ["--target", "kind", "--cluster-name", CONTEXT.removeprefix("kind-"), "--vantage", vantage]
    command = [sys.executable, "-m", "pytest", "features/", "-q", "-n", "2", *cluster, *options]
    wanted = ["--allow-known-deviations", "--conformance-report", str(file)]
    done = subprocess.run([*command, *wanted], cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    skipped = {one["scenario"] for one in yaml.safe_load(file.read_text())["notDetermined"]}
    assert skipped == {scenario for one in EXPECTED[vantage] for scenario in one["scenarios"]}, said
