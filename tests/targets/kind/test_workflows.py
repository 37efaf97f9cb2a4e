"""What runs elsewhere is what runs here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONLINT = shutil.which("actionlint") or shutil.which("actionlint", path=str(Path(sys.executable).parent))
#: kind's node images at one release each; a tag alone may be pushed again.
PINNED_IMAGE = re.compile(r"kindest/node:v1\.(\d+)\.\d+@sha256:[0-9a-f]{64}")


def jobs() -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]


def commands(job: str) -> str:
    return "\n".join(step["run"] for step in jobs()[job]["steps"] if "run" in step)


def steps(action: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, step) for name, job in jobs().items() for step in job["steps"] if step.get("uses", "").startswith(action)
    ]


@pytest.mark.skipif(
    ACTIONLINT is None, reason="NO ACTIONLINT: the workflows were not checked; install it from rhysd/actionlint"
)
@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_actionlint_finds_nothing_wrong(file):
    assert ACTIONLINT is not None
    done = subprocess.run([ACTIONLINT, "-no-color", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_two_jobs_run_on_every_push():
    workflow = yaml.load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert "push" in workflow["on"]
    assert list(workflow["jobs"]) == ["reference", "kind"]


def test_the_reference_job_runs_the_readmes_two_commands():
    quick_start = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Quick start")[2]
    block = quick_start.partition("```sh\n")[2].partition("```")[0]
    assert [line for line in block.splitlines() if line not in commands("reference")] == []


def test_the_reference_job_runs_every_check_of_ours_that_needs_no_cluster():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8").partition("real cluster")[0]
    checks = re.findall(r"^run (\$bin/.*|\.ci/.*)$", script, re.MULTILINE)
    assert checks
    assert [check for check in checks if check.replace("$bin", ".venv/bin") not in commands("reference")] == []
    assert "kind" not in commands("reference")


def test_the_kind_job_leaves_the_clusters_to_the_harness():
    assert re.search(r"pytest features/\S* .*--target kind", commands("kind"))
    [(job, step)] = steps("helm/kind-action")
    assert (job, step["with"]["install_only"]) == ("kind", True)


def test_the_kind_job_takes_three_minor_versions_with_pinned_images():
    matrix = jobs()["kind"]["strategy"]["matrix"]["include"]
    minors = {PINNED_IMAGE.fullmatch(entry["image"])[1]: entry["kubernetes"] for entry in matrix}
    assert len(matrix) == len(minors) == 3
    assert all(kubernetes == f"1.{minor}" for minor, kubernetes in minors.items())


def test_reports_are_always_kept():
    kept = steps("actions/upload-artifact")
    assert [job for job, _ in kept] == ["reference", "kind"]
    assert all(step["if"] == "always()" and step["with"]["path"] == "reports/" for _, step in kept)


def test_every_action_is_pinned_to_a_commit():
    used = [step["uses"] for job in jobs().values() for step in job["steps"] if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)] == []
