"""Commands of a kind cluster, run to their end or in the background, and signals held back meanwhile."""

from __future__ import annotations

import os
import queue
import signal
import subprocess  # kind is a command  # nosec B404
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from svcdns.system import command
from svcdns.system.command import CommandError
from svcdns.targets import signals
from svcdns.targets.kind.output import error_message

_CHECK_SECONDS = 0.2

#: What is kept of the output of a command in the background: its last lines, and the most characters of a line.
_LINES, _LINE_LENGTH = 10_000, 2**14


def run(arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> str:
    """Run a command to its end.

    Returns:
        its standard output.

    Raises:
        CommandError: if it cannot be started, fails, writes too much or does not end in time; with its last error
            message.
    """
    done = command.run(arguments, environment, seconds)
    if done.code:
        raise CommandError(error_message(done.stderr) or f"exit code {done.code}", done.stderr)
    return done.stdout


class Background:
    """A command whose output is read while it runs.

    Attributes:
        lines: the last lines that were read.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.lines: deque[str] = deque(maxlen=_LINES)
        self._unread: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell  # nosec B603
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def line(self, seconds: float) -> str | None:
        """Return the next line, or None after the last.

        Raises:
            TimeoutError: if no line comes in time.
        """
        try:
            line = self._unread.get(timeout=max(seconds, 0))
        except queue.Empty:
            raise TimeoutError from None
        if line is None:
            # For the next call.
            self._unread.put(None)
        else:
            self.lines.append(line)
        return line

    def finish(self) -> None:
        """Wait for the end.

        Raises:
            CommandError: if the command failed.
        """
        if code := self._process.wait():
            output = "".join(self.lines)
            raise CommandError(error_message(output) or f"exit code {code}", output)

    def stop(self) -> None:
        """Kill the command, and read the rest of its output; its children go on."""
        self._process.kill()
        self._process.wait()
        # A child may hold the pipe open, so the wait is short.
        self._reader.join(_CHECK_SECONDS)

    def outlast(self, seconds: float) -> None:
        """Wait until the command's children have ended too, and kill those that do not end in time."""
        deadline = time.monotonic() + seconds
        while self._lingers():
            if time.monotonic() >= deadline:
                with suppress(ProcessLookupError, PermissionError):
                    self._signal(signal.SIGKILL)
                return
            time.sleep(_CHECK_SECONDS)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            while line := lines.readline(_LINE_LENGTH):
                # Read on even where lines are dropped: the command stops when its output is not read.
                if self._unread.qsize() < _LINES:
                    self._unread.put(line)
        self._unread.put(None)

    def _lingers(self) -> bool:
        try:
            self._signal(0)
        except (ProcessLookupError, PermissionError):
            return False
        return sys.platform != "win32"

    def _signal(self, number: int) -> None:
        if sys.platform != "win32":
            os.killpg(self._process.pid, number)


@contextmanager
def shielded() -> Iterator[None]:
    """Hold SIGINT, SIGTERM and the signal of a deadline back until the block has ended, then deliver the first that came."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM, signals.DEADLINE)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        with suppress(IndexError):
            signal.raise_signal(came[0])
