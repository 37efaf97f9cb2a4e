"""Whole runs on a real cluster: what they leave behind however they end, and what they say."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.live.environment import CONTEXT, KUBECONFIG, NO_CLUSTER
from tests.live.runs import ROOT, command, interrupted, within

from svcdns import resources
from svcdns.targets.cluster import leftovers
from svcdns.targets.cluster.apiserver.api import Api

#: Runs that are interrupted, and how many of them there are at a time.
INTERRUPTIONS, AT_A_TIME = 10, 5
FEATURE = "features/combinations/deployment_headless.feature"

pytestmark = [
    pytest.mark.skipif(not KUBECONFIG, reason=NO_CLUSTER),
    pytest.mark.timeout(600),
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=400)


def ours(api: Api) -> list[str]:
    """The Namespaces that runs have made and that are still there."""
    return [
        item["metadata"]["name"]
        for item in api.list("Namespace")
        if "svcdns.dev/run" in item["metadata"].get("labels", {})
    ]


def other_than(before: list[str], api: Api, seconds: float = 0.0) -> list[str]:
    """The Namespaces of runs that were not there before, as soon as there are none or the time is over."""
    within(seconds, lambda: not set(ours(api)) - set(before))
    return sorted(set(ours(api)) - set(before))


@pytest.fixture(scope="module", autouse=True)
def killed(api: Api) -> list[str]:
    """The Namespaces that a killed run has left: killed first, so that its Lease expires while the others run."""
    before = ours(api)
    with subprocess.Popen(command(FEATURE, "-q"), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert within(120, lambda: len(set(ours(api)) - set(before)) > 1 or process.poll() is not None)
        process.kill()
    left = sorted(set(ours(api)) - set(before))
    assert left
    return left


def test_a_scenario_that_fails_leaves_its_evidence_and_nothing_else(api: Api, tmp_path: Path):
    before = ours(api)
    feature = tmp_path / "wrong.feature"
    (tmp_path / "pytest.toml").write_text((resources.features() / "pytest.toml").read_text())
    feature.write_text(
        "Feature: Wrong\n\n  @core @C01\n  Scenario: It is not there\n"
        '    Given the manifest "combinations/deployment.yaml"\n'
        '    And the manifest "combinations/headless-service.yaml"\n'
        '    Then "test-headless-svc" does not exist\n'
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command(str(feature)), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.search(r"Evidence: (\S+)", done.stdout)
    assert found, done.stdout
    files = {path.name for path in (tmp_path / found[1]).iterdir()}
    assert "transcript.txt" in files
    assert len(files) > 3
    assert other_than(before, api) == []


def test_runs_that_are_interrupted_leave_nothing(api: Api):
    before, temporary = labelled(api), set(Path(tempfile.gettempdir()).glob("svcdns-*"))
    # Ctrl-C in a terminal reaches everything that a run has started; whoever ends a run otherwise means it alone.
    stops = [lambda pid: os.killpg(pid, signal.SIGINT), lambda pid: os.kill(pid, signal.SIGTERM)]
    ways = list(itertools.product(stops, [(), ("-n", "2")]))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        chosen = itertools.islice(itertools.cycle(ways), INTERRUPTIONS)
        ended = list(pool.map(lambda way: interrupted((FEATURE, *way[1]), way[0], 25), chosen))
    for status, output in ended:
        assert status in (0, 2), output
    # One whose moment came after its end shows nothing.
    assert sum(status == 2 for status, _ in ended) > INTERRUPTIONS / 2
    assert within(5, lambda: labelled(api) <= before), sorted(labelled(api) - before)
    assert set(Path(tempfile.gettempdir()).glob("svcdns-*")) <= temporary


def labelled(api: Api) -> set[tuple[str, str]]:
    """All that runs have made and that is still there, as (kind, name)."""
    return {
        (kind, item["metadata"]["name"])
        for kind in ("Namespace", "Service", "EndpointSlice", "Lease")
        for item in api.list(kind, labels={"svcdns.dev/run": None})
    }


def test_two_runs_at_once_on_one_cluster_both_pass():
    runs = [
        subprocess.Popen(
            command(FEATURE, "-q", "-k", "family or becomes_unready or scaled_up"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [one.communicate(timeout=400)[0] for one in runs]
    assert [one.returncode for one in runs] == [0, 0], outputs


def test_a_killed_run_is_named_at_the_next_start_and_cleaned(api: Api, killed: list[str]):
    _, dead, *_ = killed[0].split("-")
    assert within(120, lambda: any(one.run == dead for one in leftovers.find(api).present))
    before = ours(api)
    done = run(FEATURE, "-q", "-k", "scaled_up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "time: " in done.stdout
    assert f"Namespace {killed[0]} " in done.stdout
    assert other_than(before, api) == []
    cleaning = [sys.executable, "-m", "svcdns", "clean", "--context", CONTEXT, "--kubeconfig", KUBECONFIG]
    done = subprocess.run(cleaning, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"removed Namespace {killed[0]} " in done.stdout
    assert within(60, lambda: not set(killed) & set(ours(api)))
