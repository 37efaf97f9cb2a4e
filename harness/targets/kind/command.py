"""Commands as subprocesses: argument lists, never a shell, each in a process group of its own.

A terminal sends its Ctrl-C to its foreground process group, so it reaches this process alone, which then ends what it
has started in an order of its own.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from harness.errors import TargetError
from harness.targets.kind.words import last_words

_LOOK_SECONDS = 0.2


class CommandError(TargetError):
    """A command failed; the message is what it said last.

    Attributes:
        output: all that it wrote for people.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def run(arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> str:
    """Run a command to its end.

    Returns:
        what it wrote to its standard output.

    Raises:
        CommandError: if it cannot be started, fails, or does not end in time.
    """
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, never a shell
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            process_group=0,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{' '.join(arguments)} did not end within {seconds:.0f} s") from error
    except OSError as error:
        raise CommandError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise CommandError(last_words(done.stderr) or f"exit code {done.returncode}", done.stderr)
    return done.stdout


class Background:
    """A command whose output is read while it runs.

    Attributes:
        said: the lines it has written so far.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell
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
            for line in lines:
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
