"""What every command owes its user: help with examples, completion, and errors in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from svcdns.cli import main
from svcdns.selftest import running

COMMANDS = sorted(main.commands)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example_of_it(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"], terminal_width=200)
    examples = result.output.partition("Example")[2]
    words = f"svcdns {name} " if main.commands[name].params else f"svcdns {name}"
    assert words in examples


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_is_told_how_to_complete_the_command(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert f"_SVCDNS_COMPLETE={shell}_complete" in result.output


def test_completion_offers_the_commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("_SVCDNS_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", "svcdns ")
    monkeypatch.setenv("COMP_CWORD", "1")
    with pytest.raises(SystemExit):
        main(prog_name="svcdns")
    assert set(COMMANDS) <= set(capsys.readouterr().out.split())


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["nosuch"])
    assert result.exit_code == click.UsageError.exit_code
    assert "No such command 'nosuch'" in result.output


def test_examples_stand_in_lines_of_their_own() -> None:
    lines = CliRunner().invoke(main, ["completion", "--help"]).output.splitlines()
    assert "    svcdns completion bash >> ~/.bashrc" in lines


def test_help_and_completion_load_neither_pytest_nor_the_libraries_of_a_target() -> None:
    code = "import svcdns.cli, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pytest", "dns", "yaml", "lightkube", "jinja2", "gherkin"} & set(done.stdout.split())


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


@pytest.mark.parametrize("name", ["Bad_Name", "a.b", "-a", "a" * 64, ""])
def test_a_namespace_that_is_no_label_is_refused_before_anything_is_recorded(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["record", str(tmp_path / "made"), "--namespace", name])
    assert result.exit_code == 2
    assert result.stderr.startswith("svcdns: --namespace must be ")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "made").exists()
