"""The progress of a run: a line on a terminal that leaves no trace, lines where there is none, nothing on the reference."""

from __future__ import annotations

import os
import pty
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from _pytest._io import TerminalWriter

from svcdns.plugin import progress
from svcdns.plugin.progress import Progress, Reporting
from svcdns.targets.waits import Wait, Waits
from tests.plugin.conftest import Write, small
from tests.waiting import within

PLAYING = Progress("playing", (3, 5), 12, 40, 2, Wait("pods", 100.0))


def test_a_line_has_the_phase_the_counts_and_the_wait():
    assert PLAYING.line(112.4) == (
        "playing · 3 of 5 worlds ready · 12 of 40 scenarios judged, 2 not conformant · waiting 12 s for pods"
    )
    assert Progress("opening the target").line(0) == "opening the target"


def test_foreign_text_cannot_control_the_terminal():
    assert "\x1b" not in Progress("playing", wait=Wait("a\x1b[2Jb\nc", 0.0)).line(1)


def test_of_waits_the_oldest_and_the_innermost_are_known():
    waits = Waits()
    assert waits.oldest() is None
    with waits.on("outer"), waits.on(lambda: "inner"):
        oldest, latest = waits.oldest(), waits.latest()
        assert (oldest and oldest.what, latest and latest.what) == ("outer", "inner")
    assert waits.latest() is None


class Terminal:
    """A terminal of some columns, and what was written to it."""

    def __init__(self, columns: int) -> None:
        self._ours, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.set_blocking(self._ours, False)
        self.file = os.fdopen(theirs, "w")
        self.written = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        os.close(self._ours)

    def read(self) -> str:
        with suppress(BlockingIOError):
            self.written += os.read(self._ours, 1 << 16).decode(errors="replace")
        return self.written


@contextmanager
def reporting(file: Any, *, captures: bool = True) -> Iterator[TerminalWriter]:
    writer = TerminalWriter(file)
    shown = Reporting(SimpleNamespace(_tw=writer), captures=captures, progress=lambda: PLAYING)
    shown.begin()
    try:
        yield writer
    finally:
        shown.end()


@pytest.fixture
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(progress, "_DRAW_SECONDS", 0.05)


@pytest.mark.usefixtures("_no_variables")
def test_the_status_line_is_below_the_dots_and_gone_in_the_end():
    with Terminal(200) as terminal:
        with reporting(terminal.file) as writer:
            writer.write("features/a.feature ..", flush=True)
            assert within(10, lambda: "12 of 40 scenarios judged" in terminal.read())
            # Back up, and behind the dots.
            assert within(10, lambda: "\x1b[1A\r\x1b[21C" in terminal.read())
            writer.write(".", flush=True)
            assert within(10, lambda: "\x1b[22C" in terminal.read())
        assert terminal.read().endswith("\x1b[2K\x1b[1A\r\x1b[22C")
        assert writer._file is terminal.file


@pytest.mark.usefixtures("_no_variables")
def test_a_narrow_terminal_has_a_short_line_and_no_color_has_no_colour(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with Terminal(30) as terminal:
        with reporting(terminal.file):
            assert within(10, lambda: "playing" in terminal.read())
        terminal.read()
    drawn = terminal.written.partition("\x1b[2K")[2].partition("\x1b[1A")[0]
    assert len(drawn) <= 29
    assert drawn.endswith("…")
    assert "m" not in drawn.partition("playing")[0], "a colour"


@pytest.mark.usefixtures("_no_variables")
@pytest.mark.parametrize("captures", [True, False], ids=["dumb", "-s"])
def test_a_terminal_that_cannot_be_drawn_on_has_plain_lines(captures: bool, monkeypatch: pytest.MonkeyPatch):
    if captures:
        monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(progress, "_DUMB_SECONDS", 0.1)
    with Terminal(80) as terminal:
        with reporting(terminal.file, captures=captures):
            assert within(10, lambda: "svcdns 0 s: playing · 3 of 5" in terminal.read())
        assert "\x1b" not in terminal.read()


def test_without_a_terminal_there_are_plain_lines_on_lines_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "_LOG_SECONDS", 0.1)
    path = tmp_path / "log"
    with path.open("w") as file, reporting(file) as writer:
        writer.write("..", flush=True)
        assert within(10, lambda: path.read_text().count("svcdns 0 s: playing · 3 of 5") > 1)
    assert path.read_text().startswith("..\nsvcdns 0 s: ")
    assert path.read_text().count("\n\n") == 0


def test_nothing_is_shown_before_it_is_time(tmp_path: Path):
    path = tmp_path / "log"
    with path.open("w") as file, reporting(file):
        time.sleep(0.2)
    assert path.read_text() == ""


def test_the_reference_shows_nothing_and_pays_nothing(pytester: pytest.Pytester, feature: Write):
    feature(small("Right"))
    pytester.makepyfile(
        probe="""
        import sys, threading

        def pytest_sessionfinish():
            print("rich:", "rich" in sys.modules, sorted(t.name for t in threading.enumerate() if "svcdns" in t.name))
        """
    )
    result = pytester.runpytest_subprocess(".", "-p", "probe", "-p", "no:html")
    result.stdout.fnmatch_lines(["*rich: False []"])


def test_the_options_that_say_how_much_is_printed_work(pytester: pytest.Pytester, feature: Write):
    feature(small("Right"))
    for options in (["-q"], ["-v"], ["-p", "no:terminal"], ["-s"]):
        assert pytester.runpytest_subprocess(".", *options).ret == pytest.ExitCode.OK
