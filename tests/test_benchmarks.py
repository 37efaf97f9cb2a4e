"""Every benchmark works, in the short form in which the check runs it, and fails where it cannot measure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from svcdns import resources

ROOT = resources.root()
BENCHMARKS = sorted(path.name for path in (ROOT / "benchmarks").glob("*.py") if path.name != "__init__.py")
WITHOUT_CLUSTER = ["bare.py", "features.py", "mutants.py"]


def run(benchmark: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"benchmarks/{benchmark}", *options]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_the_check_runs_the_short_form_of_every_benchmark(benchmark: str):
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(rf"^ *run .*benchmarks/{re.escape(benchmark)} --short\b", script, re.MULTILINE)


def test_those_that_need_no_cluster_are_run_where_there_is_none():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    without, _, with_cluster = script.partition("real cluster")
    assert set(WITHOUT_CLUSTER) == set(re.findall(r"benchmarks/(\S+) --short", without))
    assert set(BENCHMARKS) - set(WITHOUT_CLUSTER) == set(re.findall(r"benchmarks/(\S+) --short", with_cluster))


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_the_readme_says_what_every_benchmark_measures(benchmark: str):
    assert f"| `{benchmark}` |" in (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("benchmark", ["bare.py", "features.py"])
def test_its_short_form_measures_a_ratio(benchmark: str):
    done = run(benchmark, "--short")
    assert done.returncode == 0, done.stdout + done.stderr
    ratios = [float(found) for found in re.findall(r"ratio\D*? +(\d+\.\d+)", done.stdout)]
    assert ratios
    assert all(ratio > 0 for ratio in ratios)


def test_features_that_cannot_be_run_are_not_measured():
    done = run("features.py", "--short", SVCDNS_DNS_PROFILE="nonsense")
    assert done.returncode == 1
    assert done.stderr.startswith("nothing was measured: ")
    assert "INTERNALERROR" not in done.stderr


def test_exchanges_that_cannot_be_made_are_not_measured(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\ndef refused(*_): raise OSError('no network')\nsocket.socket.bind = refused\n"
    )
    done = run("bare.py", "--short", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("nothing was measured: ")
    assert "Traceback" not in done.stderr


def test_a_kind_cluster_that_cannot_be_used_is_not_measured(tmp_path: Path):
    for program in ("kind", "docker"):
        (tmp_path / program).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / program).chmod(0o755)
    done = run("kind.py", "--short", "--cluster-name", "nowhere", PATH=f"{tmp_path}{os.pathsep}{os.defpath}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nothing was measured, since the features failed:")
    assert "Traceback" not in done.stderr


def test_without_kind_nothing_is_measured_on_kind(tmp_path: Path):
    done = run("kind.py", "--short", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nothing was measured: there is no kind and no docker on the PATH\n"


def test_a_mutant_that_a_test_notices_is_killed_by_it():
    done = run("mutants.py", "--count", "1", "--only", "order.judge: len(orders) > 1 → len(orders) >= 1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "by tests/judge/test_order.py::test_the_addresses_are_the_same_in_whatever_order" in done.stdout
    assert done.stdout.endswith("1 killed, 0 equivalent, 0 legal, 0 alive\n")


def test_a_mutant_that_nothing_can_kill_is_not_tried():
    done = run("mutants.py", "--count", "1", "--only", "_addresses: continue → pass (3)")
    assert "_addresses: continue → pass (3) (a name outside the zone" in done.stdout
