"""Wrong usage is one line: what pytest prints at the beginning is shown once the run is known to begin."""

from __future__ import annotations

import io
from collections.abc import Generator
from typing import Any

import pytest

from svcdns.safety import printable


class Withheld:
    """The output of pytest's terminal, kept until it is released."""

    def __init__(self, reporter: Any) -> None:
        self._writer = reporter._tw  # noqa: SLF001 - pytest has no other way to have its output kept
        self._file = self._writer._file  # noqa: SLF001 - as above
        self._kept = io.StringIO()
        self._writer._file = self._kept  # noqa: SLF001 - as above

    def release(self) -> None:
        """Show what was kept, and whatever follows at once."""
        if self._writer._file is self._kept:  # noqa: SLF001 - as above
            self._writer._file = self._file  # noqa: SLF001 - as above
            self._file.write(self._kept.getvalue())
            self._file.flush()


_WITHHELD = pytest.StashKey[Withheld]()


def release(config: pytest.Config) -> None:
    """Show what was kept so far: something is to be told while a target is opened, or the run begins."""
    if (withheld := config.stash.get(_WITHHELD, None)) is not None:
        withheld.release()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to keep what pytest prints."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(getattr(reporter, "_tw", None), "_file"):
        session.config.stash[_WITHHELD] = Withheld(reporter)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have what pytest cannot find told in one line.

    Raises:
        pytest.UsageError: in that line.
    """
    try:
        return (yield)
    except pytest.UsageError as error:
        text = " ".join(" ".join(str(argument).split()) for argument in error.args)
        raise pytest.UsageError(printable.line(text)) from error


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Show what was kept: the target is open."""
    release(session.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Show what was kept, unless the usage was wrong: then the error says it all."""
    if session.exitstatus != pytest.ExitCode.USAGE_ERROR:
        release(session.config)
    return (yield)
