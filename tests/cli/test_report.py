"""`svcdns report compare`: how it ends, and what it says of a file that is no report."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from svcdns.cli import main
from svcdns.report import conformance, files
from svcdns.report.conformance import Implementation
from svcdns.results import ScenarioResult, Verdict
from svcdns.system import filing
from tests.report.results import run, scenario

Document = dict[str, Any]


def document(*scenarios: ScenarioResult) -> Document:
    return conformance.document(run(*scenarios), Implementation("", "", "", "", ()))


RIGHT = scenario("One", Verdict.CONFORMANT, observed=("A: the first way",))


def _newer(document: Document) -> None:
    document["subject"]["dnsVersion"] = "v1.14.7"
    document["observed"][0]["choices"] = ["A: another way"]
    document.update(date="2027-01-01T00:00:00+00:00", run="zzzzz")


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (_newer, 0, "0 worse, 0 better, 2 other"),
        (lambda one: one["scenarios"][0].update(verdict="not run"), 1, "1 worse, 0 better, 0 other"),
        (lambda one: one.update(kind="List"), 2, "svcdns: after.yaml: is not a conformance report: kind:"),
    ],
)
def test_the_command_ends_with_1_only_where_something_became_worse(
    change: Callable[[Document], object], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    before = document(RIGHT)
    after = copy.deepcopy(before)
    change(after)
    filing.write_named(Path("before.json"), files.text(before, "before.json"))
    filing.write_named(Path("after.yaml"), files.text(after, "after.yaml"))
    result = CliRunner().invoke(main, ["report", "compare", "before.json", "after.yaml"])
    assert result.exit_code == code
    assert said in result.output


def test_a_report_that_is_not_there_is_one_line(tmp_path: Path):
    result = CliRunner().invoke(main, ["report", "compare", f"{tmp_path}/a.yaml", f"{tmp_path}/b.yaml"])
    assert result.exit_code == 2
    assert result.output.startswith(f"svcdns: {tmp_path}/a.yaml: cannot be read: ")
    assert len(result.output.splitlines()) == 1


def test_reports_side_by_side_are_written_beside_them_or_where_it_is_asked(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(files.text(document(RIGHT), "a.yaml"))
    done = CliRunner().invoke(main, ["report", "matrix", str(tmp_path), "--html", str(tmp_path / "page.html")])
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {"a.yaml", "page.html", "matrix.md"}


def test_a_directory_that_is_none_is_told_in_one_line(tmp_path: Path):
    done = CliRunner().invoke(main, ["report", "matrix", str(tmp_path / "nowhere")])
    assert done.exit_code != 0
    assert "is no directory" in done.output
    assert "Traceback" not in done.output
