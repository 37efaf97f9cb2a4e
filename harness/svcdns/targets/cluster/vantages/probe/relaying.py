"""Our side of a relay: requests to it, and a channel through it."""

from __future__ import annotations

import itertools
import os
import subprocess  # its exceptions and constants; `kubectl.start` starts the process  # nosec B404
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import IO

from svcdns.client import Direct, Discarded, Received, Transport
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.apiserver import kubectl
from svcdns.targets.cluster.vantages.probe import relay

#: How much longer than the relay's own wait a request may take: the process has to start and to carry it.
_OVERHEAD_SECONDS = 30.0

#: How long a process may take to end after its standard input was closed.
_FAREWELL_SECONDS = 2.0

#: Octets of a process's standard error that are kept: only the last line is shown.
_STDERR_OCTETS = 2**14


class Relay:
    """A relay, reached through the standard input and output of one process. Several threads may use it at once.

    The first request starts the process, and so does the first request after `close`.

    Attributes:
        place: where the relay runs, for messages.
    """

    def __init__(self, command: Callable[[], Sequence[str]], place: str) -> None:
        """Prepare to start the relay by the command that ``command`` returns."""
        self._command = command
        self.place = place
        self._lock = Lock()
        self._session: _Session | None = None
        self._hurried = False

    def ask(self, kind: bytes, *arguments: bytes, timeout_seconds: float) -> list[bytes]:
        """Return the reply to a request; if the process fails, start it once more.

        Raises:
            UndeterminedError: if it fails twice, or the relay cannot serve the request.
        """
        problem = ""
        for _ in range(2):
            session = self._started()
            try:
                outcome, *fields = session.ask(kind, *arguments, timeout_seconds=timeout_seconds + _OVERHEAD_SECONDS)
            except _SessionError as error:
                problem = str(error)
                self._drop(session)
            else:
                if outcome != b"ok":
                    raise UndeterminedError(
                        f"the relay in {self.place} failed: {b' '.join(fields).decode(errors='replace')}"
                    )
                return fields
        raise UndeterminedError(f"the relay in {self.place} failed twice: {problem}")

    def unreadable(self, error: ValueError) -> UndeterminedError:
        """Return the error for a reply that cannot be read."""
        return UndeterminedError(f"the relay in {self.place} sent a reply that cannot be read: {error}")

    def hurry(self) -> None:
        """End every wait for a reply: the run was interrupted. A signal handler may call this."""
        self._hurried = True
        if (session := self._session) is not None:
            session.interrupt()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _started(self) -> _Session:
        with self._lock:
            if self._hurried:
                raise UndeterminedError(f"the run was interrupted and sends nothing any more to {self.place}")
            if self._session is None:
                self._session = _Session(self._command())
            return self._session

    def _drop(self, session: _Session) -> None:
        with self._lock:
            if self._session is not session:
                return
            self._session = None
        session.kill()


@dataclass(frozen=True, slots=True)
class Relayed:
    """A channel to a server through a relay.

    Attributes:
        relay: the relay.
        address: the server's IP address, as the relay reaches it.
        port: the server's port, for both transports.
    """

    relay: Relay
    address: str
    port: int = 53

    @property
    def server(self) -> str:
        """The server as ``address:port``, or ``[address]:port`` for IPv6."""
        return Direct(self.address, self.port).server

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Send messages and wait for their answers, as `svcdns.client.Channel` describes; over UDP all at once.

        They are sent once more only if the relay's process fails meanwhile, since their fate is unknown then.

        Raises:
            UndeterminedError: if the relay cannot be reached, or its reply cannot be read.
        """
        server = (self.address.encode(), str(self.port).encode(), transport.encode(), str(timeout_seconds).encode())
        patience = timeout_seconds * (1 + len(wires))
        fields = self.relay.ask(b"exchange", *server, *wires, timeout_seconds=patience)
        try:
            return [_received(field) for field, _ in zip(fields, wires, strict=True)]
        except ValueError as error:
            raise self.relay.unreadable(error) from error


def _received(field: bytes) -> Received:
    wire, failure, *discarded = relay.unpack(field)
    return Received(
        wire or None,
        tuple(
            Discarded(octets, reason.decode()) for reason, octets in zip(discarded[::2], discarded[1::2], strict=True)
        ),
        None if wire else failure.decode(),
    )


class _SessionError(Exception):
    """The process ended or does not reply; the message is its last line of standard error."""


class _ErrorOutput(Thread):
    """A thread that reads the standard error of a process to its end, and keeps the last part."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(name="relay-stderr", daemon=True)
        self._stream = stream
        self._kept = b""
        self.start()

    def run(self) -> None:
        with self._stream as stream:
            while octets := os.read(stream.fileno(), _STDERR_OCTETS):
                self._kept = (self._kept + octets)[-_STDERR_OCTETS:]

    def last(self) -> bytes:
        """Return the last part, after the process has ended; its children may keep the stream open, so the wait is short."""
        self.join(_FAREWELL_SECONDS)
        return self._kept


class _Session:
    """The life of one process."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = kubectl.start(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._process.stderr is not None, "it is a pipe"
        self._error_output = _ErrorOutput(self._process.stderr)
        self._idents = itertools.count()
        self._waiting: dict[bytes, Future[list[bytes]]] = {}
        self._broken = ""
        self._writing = Lock()
        self._listener = Thread(target=self._listen, name=f"relay-{self._process.pid}", daemon=True)
        self._listener.start()

    def ask(self, *fields: bytes, timeout_seconds: float) -> list[bytes]:
        ident = str(next(self._idents)).encode()
        future = self._waiting[ident] = Future()
        # Either the listener still finds the future, or it has ended and `_broken` is set.
        if self._broken:
            raise _SessionError(self._broken)
        assert self._process.stdin is not None, "it is a pipe"
        try:
            with self._writing:
                self._process.stdin.write(relay.message([ident, *fields]))
                self._process.stdin.flush()
            return future.result(timeout_seconds)
        except TimeoutError as error:
            raise _SessionError(f"no reply within {timeout_seconds} s") from error
        except (OSError, ValueError) as error:
            raise _SessionError(self._ending() or str(error)) from error
        finally:
            self._waiting.pop(ident, None)

    def interrupt(self) -> None:
        """Kill the process without waiting; whoever waits for a reply gets an error."""
        self._process.kill()

    def close(self) -> None:
        """Close the standard input of the process, and kill it if it does not end."""
        assert self._process.stdin is not None, "it is a pipe"
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Kill the process; whoever writes to it or waits for a reply gets an error."""
        assert self._process.stdin is not None, "it is a pipe"
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None, "it is a pipe"
        with self._process.stdout as stream:
            problem = ""
            try:
                while (reply := relay.read(stream)) is not None:
                    ident, outcome, *fields = reply
                    future = self._waiting.pop(ident, None)
                    if future is not None:
                        future.set_result([outcome, *fields])
            except ValueError as error:
                problem = f"it sent a reply that cannot be read: {error}"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL_SECONDS)
        self._broken = problem or self._last_error() or "it ended"
        for future in list(self._waiting.values()):
            future.set_exception(_SessionError(self._broken))

    def _ending(self) -> str:
        """Return why it ended, as soon as that is known; empty if it has not ended."""
        self._listener.join(_FAREWELL_SECONDS)
        return self._broken

    def _last_error(self) -> str:
        """Return the last line of the process's standard error."""
        lines = self._error_output.last().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
