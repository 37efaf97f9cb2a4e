"""All features on a real kind cluster, by each vantage: they hold, and none but the expected scenarios are skipped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from harness import data

ROOT = data.features().parent
CONTEXT = os.environ.get("SVCDNS_TEST_CONTEXT", "")
EXPECTED: dict[str, list[dict[str, Any]]] = yaml.safe_load((data.fixtures() / "expected-skips.yaml").read_text())

pytestmark = [
    pytest.mark.skipif(
        not CONTEXT.startswith("kind-"), reason="NO KIND CLUSTER: set SVCDNS_TEST_KUBECONFIG and SVCDNS_TEST_CONTEXT"
    ),
    pytest.mark.timeout(1800),
]


@pytest.mark.parametrize(
    ("vantage", "options"), [("direct", ["-n", "2"]), ("probe", ["-n", "2"]), ("tunnel", ["--allow-undetermined"])]
)
def test_all_features_hold_and_only_the_expected_scenarios_are_skipped(vantage: str, options: list[str]):
    cluster = ["--target", "kind", "--cluster-name", CONTEXT.removeprefix("kind-"), "--vantage", vantage]
    command = [sys.executable, "-m", "pytest", "features/", "-q", *cluster, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    skipped = set(re.findall(r"^not determined: (.*)$", done.stdout, re.MULTILINE))
    expected = [scenario for one in EXPECTED[vantage] for scenario in one["scenarios"]]
    assert [line for line in skipped if not any(line.startswith(f"{name}: ") for name in expected)] == []
    assert [name for name in expected if not any(line.startswith(f"{name}: ") for line in skipped)] == []
