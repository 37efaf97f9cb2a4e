"""The command: what it says, and how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from svcdns.cli import main
from svcdns.selftest import running
from svcdns.selftest.matrix import FaultResult, VariationResult


def test_a_fault_in_a_process_of_its_own_is_caught():
    feature = ("--feature", "specification/schema_version.feature")
    result = CliRunner().invoke(main, ["selftest", "--fault", "schema-version-missing", *feature, "--processes", "1"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("schema-version-missing: caught by ")
    assert "1 of 1 faults are caught." in result.output


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (FaultResult("wrong-id", (), ("a",), ("b",)), "wrong-id: NOT CAUGHT; 2 others failed too\n"),
        (VariationResult("ttl-0", {"some feature: some rule": "not conformant: why"}), "ttl-0: FALSE ALARMS: 1\n"),
    ],
)
def test_a_fault_that_is_not_caught_and_a_false_alarm_fail_the_command(row, said, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "run", lambda names, **options: iter([row]))
    result = CliRunner().invoke(main, ["selftest", "--fault", "wrong-id"])
    assert result.exit_code == 1
    assert said in result.output


def test_an_unknown_fault_is_wrong_usage():
    result = CliRunner().invoke(main, ["selftest", "--fault", "wrong-idd"])
    assert result.exit_code == 2
    assert "wrong-id" in result.output


def test_an_unknown_feature_is_wrong_usage():
    result = CliRunner().invoke(main, ["selftest", "--feature", "srv.feature"])
    assert result.exit_code == 2
    assert "--feature srv.feature: no such file below features/" in result.output


def test_a_selftest_whose_report_cannot_be_written_is_refused_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(running, "run", lambda *_, **__: pytest.fail("it began"))
    result = CliRunner().invoke(main, ["selftest", "--directory", str(tmp_path / "file")])
    assert result.exit_code == 2
    assert result.stderr == (
        f"svcdns: the report cannot be written to {tmp_path}/file/selftest.md: {tmp_path}/file is not a directory; name another path\n"
    )


def test_the_report_of_a_selftest_is_that_of_a_whole_one() -> None:
    output = CliRunner().invoke(main, ["selftest", "--help"], terminal_width=200).output
    (line,) = [line for line in output.splitlines() if "--fault NAME" in line]
    assert "No report is written." in line
