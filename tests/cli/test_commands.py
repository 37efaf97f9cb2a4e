"""What every command owes its user: help with examples, completion, and errors in one line."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from svcdns.cli import main

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


@pytest.mark.parametrize("name", ["replay", "record"])
def test_an_interrupted_command_ends_with_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main.commands[name], "callback", interrupted)
    result = CliRunner().invoke(main, [name, "somewhere"])
    assert (result.exit_code, result.output) == (2, "svcdns: interrupted\n")


def test_examples_stand_in_lines_of_their_own() -> None:
    lines = CliRunner().invoke(main, ["completion", "--help"]).output.splitlines()
    assert "    svcdns completion bash >> ~/.bashrc" in lines


def test_help_and_completion_load_neither_pytest_nor_the_libraries_of_a_target() -> None:
    code = "import svcdns.cli, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pytest", "dns", "yaml", "lightkube", "jinja2", "gherkin"} & set(done.stdout.split())
