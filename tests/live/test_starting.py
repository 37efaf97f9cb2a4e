"""Runs on a real cluster whose pods do not start: all of them, or those of one scenario."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.live.environment import KUBECONFIG, NO_CLUSTER
from tests.live.runs import ROOT, command, within
from tests.live.somebody import SomebodysApi

from svcdns import resources

pytestmark = [
    pytest.mark.skipif(not KUBECONFIG, reason=NO_CLUSTER),
    pytest.mark.timeout(600),
]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {SPEC}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80}]}
"""

RESTRICTED = (
    "securityContext: {runAsNonRoot: true, runAsUser: 65535, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a,"
    " image: 'registry.k8s.io/pause:3.10', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]"
)

#: Pods that the API server refuses, and pods that get no node.
SPECS = {
    "refused": "{containers: [{name: a, image: 'registry.k8s.io/pause:3.10'}]}",
    "unscheduled": f"{{nodeSelector: {{svcdns.dev/none: none}}, {RESTRICTED}}}",
}

FEATURE = """\
Feature: Starting

  @core @C01
  Scenario: Does not start
    Given the manifest "web.yaml"
    Then the Service "web" answers the addresses of its 1 ready pods, and no other

  @core @C01
  Scenario: Starts
    Given the manifest "combinations/deployment.yaml"
    And the manifest "combinations/headless-service.yaml"
    Then the Service "test-headless-svc" answers the addresses of its 3 ready pods, and no other
"""


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command(*arguments), cwd=directory, env=environment, capture_output=True, text=True, check=False, timeout=500
    )


def ours(api: SomebodysApi) -> set[str]:
    return {
        item["metadata"]["name"]
        for item in api.list("Namespace")
        if "svcdns.dev/run" in (item["metadata"].get("labels") or {})
    }


def test_a_run_whose_image_cannot_be_had_ends_in_the_kubelets_words(api: SomebodysApi, tmp_path: Path):
    before = ours(api)
    features = str(resources.features() / "combinations" / "deployment_headless.feature")
    done = run(tmp_path, features, "-q", "--pause-image", "registry.invalid/none:1")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line]
    assert line.startswith("ERROR: no pod of this run starts: ")
    assert "registry.invalid/none:1" in line
    assert within(60, lambda: ours(api) <= before)


@pytest.mark.parametrize(("pods", "words"), [("refused", "violates PodSecurity"), ("unscheduled", "is not scheduled")])
def test_pods_of_one_scenario_that_do_not_start_end_no_run(pods: str, words: str, api: SomebodysApi, tmp_path: Path):
    before = ours(api)
    (tmp_path / "pytest.toml").write_text((resources.features() / "pytest.toml").read_text())
    (tmp_path / "web.yaml").write_text(DEPLOYMENT.replace("{SPEC}", SPECS[pods]))
    (tmp_path / "starting.feature").write_text(FEATURE)
    done = run(tmp_path, ".", "-v", "--junitxml", "junit.xml")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "1 passed, 1 skipped" in done.stdout
    assert words in (tmp_path / "junit.xml").read_text()
    assert within(60, lambda: ours(api) <= before)
