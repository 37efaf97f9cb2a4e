"""Commands as subprocesses: argument lists, never a shell, each in a process group of its own.

A terminal sends Ctrl-C to its foreground process group, so it reaches this process alone, which then ends the commands
that it has started in its own order.
"""

from __future__ import annotations

import os
import signal
import subprocess  # kubectl, kind, the container engine and credential plugins are commands  # nosec B404
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from svcdns.errors import TargetError
from svcdns.safety.redaction import redact

#: Bytes that a command may write to its standard output, and to its standard error.
LIMIT_BYTES = 16 * 2**20

#: How long processes that a command has left running may keep its output open.
_LINGER_SECONDS = 1.0


class CommandError(TargetError):
    """A command failed; the message is its last line.

    Attributes:
        output: its whole output for people, without credentials.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = redact(output)


class LateError(CommandError):
    """A command did not end in time."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended, with its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str


def run(arguments: Sequence[str], environment: Mapping[str, str], seconds: float) -> Finished:
    """Run a command to its end, without input; kill it if it exceeds a limit.

    Raises:
        CommandError: if it cannot be started, writes more than `LIMIT_BYTES`, or, as a `LateError`, does not end in time.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell  # nosec B603
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except OSError as error:
        raise CommandError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{arguments[0]} cannot be run: an argument or its environment has a NUL in it") from error
    readers = [_OutputReader(process, stream) for stream in (process.stdout, process.stderr) if stream is not None]
    try:
        code = process.wait(seconds)
        for reader in readers:
            reader.join(_LINGER_SECONDS)
    except subprocess.TimeoutExpired as error:
        _kill(process)
        raise LateError(f"{arguments[0]} did not end within {seconds:.0f} s") from error
    except BaseException:
        _kill(process)
        raise
    if any(reader.overflowing for reader in readers):
        raise CommandError(f"{arguments[0]} wrote more than {LIMIT_BYTES // 2**20} MiB")
    stdout, stderr = (bytes(reader.octets).decode(errors="replace") for reader in readers)
    return Finished(code, stdout, stderr)


class _OutputReader(threading.Thread):
    """A thread that reads a process's output, and kills the process if that is too long."""

    def __init__(self, process: subprocess.Popen[bytes], stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.octets = bytearray()
        self.overflowing = False
        self._process = process
        self._stream = stream
        self.start()

    def run(self) -> None:
        with self._stream as stream:
            while octets := os.read(stream.fileno(), 2**16):
                self.octets += octets
                if len(self.octets) > LIMIT_BYTES:
                    self.overflowing = True
                    _kill(self._process)
                    return


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children, and wait for its end."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
