"""`svcdns run`, in a directory that holds nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from svcdns import resources
from svcdns.errors import UsageError
from svcdns.report import writable

BAD_USAGE = 4


def svcdns(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SVCDNS_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "svcdns", *arguments],
        cwd=directory,
        env=environment | {"PYTHONPATH": str(resources.root())},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("-k", "pod_name"), 7),
        (("combinations/statefulset_headless.feature", "-k", "pod_name"), 6),
        (("-k", "pod_name", "combinations/statefulset_headless.feature::test_the_name_of_a_pod", "combinations"), 6),
    ],
)
def test_packaged_features_are_found_from_anywhere_and_only_reports_are_written(
    tmp_path: Path, arguments: tuple[str, ...], count: int
) -> None:
    ran = svcdns(tmp_path, "run", "-q", *arguments)
    assert f"{count} passed" in ran.stdout, ran.stdout + ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_what_lies_in_the_working_directory_has_no_say(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit('loaded')\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nosuch\n", encoding="utf-8")
    ran = svcdns(tmp_path, "run", "-q", "-k", "pod_name", "combinations/statefulset_headless.feature")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_path_that_is_nowhere_is_wrong_usage(tmp_path: Path) -> None:
    ran = svcdns(tmp_path, "run", "nosuch.feature")
    assert ran.returncode == BAD_USAGE
    assert "file or directory not found: nosuch.feature" in ran.stderr


def test_an_option_that_does_not_exist_is_wrong_usage_of_the_command(tmp_path: Path) -> None:
    ran = svcdns(tmp_path, "run", "--nosuch")
    assert ran.returncode == BAD_USAGE
    assert "svcdns run: error: unrecognized arguments: --nosuch" in ran.stderr


def test_what_failed_is_named_by_what_runs_it_again(tmp_path: Path) -> None:
    selected = ("combinations/statefulset_headless.feature", "-k", "pod_name_of")
    failed = svcdns(tmp_path, "run", "-q", *selected, "--fault", "pod-names-mixed-up")
    first = next(line for line in failed.stdout.splitlines() if line.startswith("Test: ")).split()[1]
    assert first.startswith("combinations/statefulset_headless.feature::test_the_pod_name_of_pod")
    assert "1 failed" in svcdns(tmp_path, "run", "-q", first, "--fault", "pod-names-mixed-up").stdout


def test_where_nothing_can_be_kept_the_summary_says_so_and_the_run_passes(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("", encoding="utf-8")
    ran = svcdns(tmp_path, "run", "-k", "pod_name_of", "combinations/statefulset_headless.feature")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "PytestCacheWarning" in ran.stdout
    assert "core: 3 conformant" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("without", [("-p", "no:cacheprovider"), ("-pno:cacheprovider",)])
def test_pytest_may_be_told_to_keep_nothing(tmp_path: Path, without: tuple[str, ...]) -> None:
    ran = svcdns(tmp_path, "run", "-q", "-k", "pod_name_of", "combinations/statefulset_headless.feature", *without)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("asked", [("--reports",), ("--junitxml", "reports/deep/junit.xml")])
def test_reports_that_cannot_be_written_are_refused_before_the_run(tmp_path: Path, asked: tuple[str, ...]) -> None:
    (tmp_path / "reports").write_text("", encoding="utf-8")
    ran = svcdns(tmp_path, "run", "-q", "-p", "no:cacheprovider", *asked)
    assert ran.returncode == BAD_USAGE
    assert "passed" not in ran.stdout
    (line,) = ran.stderr.strip().splitlines()
    assert line.startswith("ERROR: the report cannot be written to ")


def test_a_working_directory_that_may_not_be_written_is_said_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests may be allowed to write everywhere, so here nobody may."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(
        UsageError, match=r"the report cannot be written to .*: you may not write to .*; name another path"
    ):
        writable.check(tmp_path / "reports" / "some" / "report.html")
    assert not list(tmp_path.iterdir())


def test_the_example_of_the_page_about_clauses_runs_as_it_stands(tmp_path: Path) -> None:
    page = (resources.root() / "docs" / "adding-a-clause.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^ *```gherkin\n(.*?)^ *```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "mine.feature").write_text(textwrap.dedent(example), encoding="utf-8")
    ran = svcdns(tmp_path, "run", "mine.feature")
    assert "core: 2 conformant" in ran.stdout, ran.stdout + ran.stderr


def test_what_lies_in_the_working_directory_replaces_no_packaged_features(tmp_path: Path) -> None:
    own = 'Feature: Own\n\n  @core\n  Scenario: Mine\n    Given the manifest "x.yaml"\n    Then "x" does not exist\n'
    (tmp_path / "behaviour").mkdir()
    for name in ("service_name.feature", "mine.feature"):
        (tmp_path / "behaviour" / name).write_text(own, encoding="utf-8")
    packaged = svcdns(tmp_path, "run", "--collect-only", "behaviour/service_name.feature")
    assert "svcdns: behaviour/service_name.feature names packaged features; write ./behaviour/" in packaged.stdout
    assert "mine" not in packaged.stdout
    for mine in ("./behaviour/service_name.feature", "behaviour/mine.feature"):
        assert "test_mine" in svcdns(tmp_path, "run", "--collect-only", "-q", mine).stdout


def test_wrong_options_are_told_in_one_line(tmp_path: Path) -> None:
    for arguments in (("--nosuch",), ("-n", "x"), ("--target",)):
        ran = svcdns(tmp_path, "run", *arguments)
        assert (ran.returncode, ran.stdout) == (BAD_USAGE, "")
        assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
