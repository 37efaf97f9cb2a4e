"""Finds features where they were installed, for runs that do not start in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcdns import resources


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have wrong usage named after the command that was given."""
    parser.prog = "svcdns run"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Run all packaged features where no path is given, and find given paths below them.

    By now pytest has told which arguments are paths and which are values of options.
    """
    given = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else [str(resources.features())]
    config.args = [_found(argument) for argument in given]
    # A test is called what runs it again, not how to get from here to where the features were installed.
    vars(config)["cwd_relative_nodeid"] = lambda node: node


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have progress name files by what runs them again, too."""
    if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
        reporter.startpath = session.config.rootpath


def _found(argument: str) -> str:
    path, colons, rest = argument.partition("::")
    packaged = resources.features() / path
    return f"{packaged}{colons}{rest}" if packaged.exists() and not Path(path).exists() else argument
