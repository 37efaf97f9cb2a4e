"""The progress of a run on a live target: a status line on a terminal, else a plain line now and then."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import UnsupportedOperation
from typing import IO, TYPE_CHECKING, Any

import pytest

from svcdns.safety import printable
from svcdns.safety.redaction import redact
from svcdns.targets.waits import Wait

if TYPE_CHECKING:
    from rich.console import Console

#: How often the status line is drawn, and how often a plain line is written: without a terminal, and on one that cannot be
#: drawn on.
_DRAW_SECONDS, _LOG_SECONDS, _DUMB_SECONDS = 0.5, 15.0, 10.0

#: What starts the rest of a line anew, and what takes no place on it.
_RETURN = re.compile(r"[\r\n]")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

_ERASE = "\n\x1b[2K\x1b[1A\r"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Attributes:
        phase: what it does.
        worlds: how many worlds are ready, and how many of them there are so far; None where that is not known.
        judged: how many scenarios are judged.
        scenarios: of how many; 0 where that is not known.
        broken: how many of them are not conformant.
        wait: what it waits for.
    """

    phase: str
    worlds: tuple[int, int] | None = None
    judged: int = 0
    scenarios: int = 0
    broken: int = 0
    wait: Wait | None = None

    def line(self, now: float) -> str:
        """Return it as one line, at a moment of the monotonic clock."""
        parts = [self.phase]
        if self.worlds is not None and self.worlds[1]:
            parts.append(f"{self.worlds[0]} of {self.worlds[1]} worlds ready")
        if self.scenarios:
            broken = f", {self.broken} not conformant" if self.broken else ""
            parts.append(f"{self.judged} of {self.scenarios} scenarios judged{broken}")
        if self.wait is not None:
            parts.append(f"waiting {now - self.wait.since:.0f} s for {self.wait.what}")
        return printable.line(redact(" · ".join(parts)))


class Reporting:
    """A thread that shows the progress of a run, from `begin` to `end`.

    It writes to a duplicate of the terminal's file descriptor, since pytest redirects the other while a test runs.
    """

    def __init__(self, reporter: Any, *, captures: bool, progress: Callable[[], Progress]) -> None:
        """Prepare to show it.

        Args:
            reporter: pytest's terminal reporter.
            captures: whether pytest captures what tests print; what they print directly would destroy a status line.
            progress: returns the progress of the moment.
        """
        self._writer = reporter._tw  # noqa: SLF001 - pytest has no other way to what it writes to
        self._captures = captures
        self._progress = progress
        self._ending = threading.Event()
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._show, name="svcdns-progress", daemon=True)
        self._began = time.monotonic()
        self._descriptor: int | None = None
        self._column = 0
        self._drawn = False
        self._before: Any = None

    def begin(self) -> None:
        """Show the progress from now on."""
        with suppress(UnsupportedOperation, AttributeError, OSError, ValueError):
            self._descriptor = os.dup(self._writer._file.fileno())  # noqa: SLF001 - as above
        if self._descriptor is None:
            # What has no file descriptor is read by a program, which needs no progress.
            return
        self._thread.start()

    def end(self) -> None:
        """Remove the status line, and show nothing any more."""
        self._ending.set()
        if self._descriptor is None:
            return
        self._thread.join()
        with self._lock:
            self._erase()
            if self._before is not None:
                self._writer._file, self._before = self._before, None  # noqa: SLF001 - as above
            os.close(self._descriptor)
            self._descriptor = None

    def _show(self) -> None:
        console = self._console() if self._descriptor is not None and os.isatty(self._descriptor) else None
        if console is not None and self._captures and not console.is_dumb_terminal:
            self._draw_lines(console)
        else:
            self._write_lines(_LOG_SECONDS if console is None else _DUMB_SECONDS)

    def _write_lines(self, seconds: float) -> None:
        before = 0
        while not self._ending.wait(seconds):
            now = time.monotonic()
            with self._lock:
                # pytest may have written a part of a line, since the last of ours.
                width = self._writer.width_of_current_line
                begun = "\n" if width not in (0, before) else ""
                before = width
                self._put(f"{begun}svcdns {now - self._began:.0f} s: {self._progress().line(now)}\n")

    def _draw_lines(self, console: Console) -> None:
        from rich.spinner import Spinner  # noqa: PLC0415 - a run without a status line does not need it
        from rich.text import Text  # noqa: PLC0415 - as above

        spinner = Spinner("dots")
        with self._lock:
            self._before, self._writer._file = self._writer._file, _Watched(self._writer._file, self)  # noqa: SLF001 - as above
            self._note(self._writer._current_line)  # noqa: SLF001 - as above
        while not self._ending.wait(_DRAW_SECONDS):
            now = time.monotonic()
            text = self._progress().line(now)
            mark = spinner.render(now)
            with self._lock:
                console.width = width = os.get_terminal_size(self._descriptor or 0).columns
                line = Text.assemble(mark if isinstance(mark, Text) else "", " ", (text, "cyan"), no_wrap=True)
                # The last column stays empty, since a terminal may wrap a full line.
                line.truncate(max(1, width - 1), overflow="ellipsis")
                with console.capture() as captured:
                    console.print(line, end="", soft_wrap=True)
                self._put(f"\n\x1b[2K{captured.get()}\x1b[1A\r{self._forward()}")
                self._drawn = True

    def _console(self) -> Console:
        from rich.console import Console  # noqa: PLC0415 - a run without a terminal does not need it

        return Console(force_terminal=True, highlight=False)

    def _erase(self) -> None:
        if self._drawn:
            self._put(_ERASE + self._forward())
            self._drawn = False

    def _forward(self) -> str:
        return f"\x1b[{self._column}C" if self._column else ""

    def _note(self, text: str) -> None:
        """Note where the cursor is after pytest has written a text."""
        from rich.cells import cell_len  # noqa: PLC0415 - only with a status line

        parts = _RETURN.split(text)
        width = cell_len(_ESCAPES.sub("", parts[-1]))
        self._column = width if len(parts) > 1 else self._column + width

    def _put(self, text: str) -> None:
        with suppress(OSError):
            if self._descriptor is not None:
                os.write(self._descriptor, text.encode())


class _Watched:
    """pytest's file, which removes the status line before anything is written to it."""

    def __init__(self, file: IO[str], reporting: Reporting) -> None:
        self._file = file
        self._reporting = reporting

    def write(self, text: str) -> int:
        """Write a text in place of the status line."""
        with self._reporting._lock:  # noqa: SLF001 - one thing in two classes, since pytest wants a file
            self._reporting._erase()  # noqa: SLF001 - as above
            written = self._file.write(text)
            self._file.flush()
            self._reporting._note(text)  # noqa: SLF001 - as above
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def reporting(config: pytest.Config, progress: Callable[[], Progress]) -> Reporting | None:
    """Return what shows the progress of a run; None where nobody would read it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.collectonly:
        return None
    return Reporting(reporter, captures=getattr(config.option, "capture", "no") != "no", progress=progress)
