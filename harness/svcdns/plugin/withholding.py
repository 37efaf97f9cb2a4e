"""Wrong usage is one line: what pytest prints at the beginning is shown once the run is known to begin."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from svcdns.safety import printable


class Withheld:
    """The file that pytest's terminal writes to, whose text is kept until it is released."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._file = writer._file  # noqa: SLF001 - pytest has no other way to have its output kept
        self._kept: list[str] | None = []
        writer._file = self  # noqa: SLF001 - as above

    def write(self, text: str) -> object:
        """Keep a text, or write it once texts are released."""
        if self._kept is None:
            return self._file.write(text)
        self._kept.append(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def release(self) -> None:
        """Write what was kept, and whatever follows at once."""
        kept, self._kept = self._kept, None
        if kept:
            # A status line may have been drawn in the meantime; whoever draws it has wrapped this file.
            self._writer._file.write("".join(kept))  # noqa: SLF001 - as above
            self._writer._file.flush()  # noqa: SLF001 - as above


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
        session.config.stash[_WITHHELD] = Withheld(reporter._tw)  # type: ignore[union-attr]  # noqa: SLF001 - as above


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
