"""Finds features where they were installed, for runs that do not start in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from svcdns import resources
from svcdns.safety import printable

#: The arguments as they were given.
_GIVEN = pytest.StashKey[tuple[str, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have wrong usage named after the command that was given."""
    parser.prog = "svcdns run"
    parser.optparser.error = _refuse  # type: ignore[method-assign]  # pytest's own shows all of its usage


def _refuse(message: str) -> NoReturn:
    """Have wrong options told in one line."""
    raise pytest.UsageError(f"svcdns run: error: {' '.join(message.split())}; `svcdns run -h` lists all options")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Run all packaged features where no path is given, and find given paths below them.

    By now pytest has told which arguments are paths and which are values of options. Packaged features come first: what
    lies in the working directory must not decide what a command tests.
    """
    config.stash[_GIVEN] = tuple(config.args)
    given = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else [str(resources.features())]
    config.args = [_found(argument) for argument in given]
    # A test is called what runs it again, not how to get from here to where the features were installed.
    vars(config)["cwd_relative_nodeid"] = lambda node: node


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Packaged features that were chosen where the user has files of the same path."""
    paths = dict.fromkeys(argument.partition("::")[0] for argument in config.stash[_GIVEN])
    return [
        printable.line(f"svcdns: {path} names packaged features; write ./{path} for your own")
        for path in paths
        if _is_packaged(path) and not Path(path).is_absolute() and (config.invocation_params.dir / path).exists()
    ]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have progress name files by what runs them again, too."""
    if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
        reporter.startpath = session.config.rootpath


def _found(argument: str) -> str:
    path, colons, rest = argument.partition("::")
    return f"{resources.features() / path}{colons}{rest}" if _is_packaged(path) else argument


def _is_packaged(path: str) -> bool:
    """Whether a path is that of packaged features; one that begins with a dot or a root is the user's own."""
    return bool(path) and not path.startswith((".", "~")) and (resources.features() / path).exists()
