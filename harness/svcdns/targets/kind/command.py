"""The commands of a kind cluster's life: to their end, or in the background, and what interrupts them held back."""

from __future__ import annotations

import os
import queue
import signal
import subprocess  # as in harness/svcdns/system/command.py  # nosec B404
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from svcdns.system import command
from svcdns.system.command import CommandError
from svcdns.targets.kind.words import last_words

_LOOK_SECONDS = 0.2

#: What is kept of what a command says in the background: its last lines, and of each so many characters.
_LINES, _LINE_LENGTH = 10_000, 2**14


def run(arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> str:
    """Run a command to its end.

    Returns:
        what it wrote to its standard output.

    Raises:
        CommandError: if it cannot be started, fails, writes too much or does not end in time; with what it said last.
    """
    done = command.run(arguments, environment, seconds)
    if done.code:
        raise CommandError(last_words(done.stderr) or f"exit code {done.code}", done.stderr)
    return done.stdout


class Background:
    """A command whose output is read while it runs.

    Attributes:
        said: the last lines it has written so far.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.said: deque[str] = deque(maxlen=_LINES)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
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
        """The next line, or None when there are no more.

        Raises:
            TimeoutError: if none comes in time.
        """
        try:
            line = self._lines.get(timeout=max(seconds, 0))
        except queue.Empty:
            raise TimeoutError from None
        if line is None:
            # For whoever asks again.
            self._lines.put(None)
        else:
            self.said.append(line)
        return line

    def finish(self) -> None:
        """Take note of the end.

        Raises:
            CommandError: if the command failed.
        """
        if code := self._process.wait():
            output = "".join(self.said)
            raise CommandError(last_words(output) or f"exit code {code}", output)

    def stop(self) -> None:
        """End the command, and read what it had still to say; what it started goes on."""
        self._process.kill()
        self._process.wait()
        # Until the pipe is empty, or for as long as something else holds it open.
        self._reader.join(_LOOK_SECONDS)

    def outlast(self, seconds: float) -> None:
        """Wait until what the command started has ended too; what has not ended in time is killed."""
        deadline = time.monotonic() + seconds
        while self._lingers():
            if time.monotonic() >= deadline:
                with suppress(ProcessLookupError, PermissionError):
                    self._signal(signal.SIGKILL)
                return
            time.sleep(_LOOK_SECONDS)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            while line := lines.readline(_LINE_LENGTH):
                # It has to be read to its end, or the command would wait; nobody need be told more than this at a time.
                if self._lines.qsize() < _LINES:
                    self._lines.put(line)
        self._lines.put(None)

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
    """Hold SIGINT and SIGTERM back until the block has ended; the first that came is then delivered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        with suppress(IndexError):
            signal.raise_signal(came[0])
