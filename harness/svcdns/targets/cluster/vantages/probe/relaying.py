"""This side of a relay: requests to it, and the channel through it."""

from __future__ import annotations

import itertools
import os
import subprocess  # as in harness/svcdns/system/command.py  # nosec B404
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

#: What starting the process and carrying a request may take beyond what the request itself waits for.
_CARRIAGE_SECONDS = 30.0

#: How long a process whose standard input was closed may take to end.
_FAREWELL_SECONDS = 2.0

#: What is kept of what a process complains of: only its last line is ever told.
_COMPLAINT_OCTETS = 2**14


class Relay:
    """A relay that is spoken to through the standard input and output of one process, by several threads at once.

    The process is started by the first request, and again by the first one after `close`.
    """

    def __init__(self, command: Callable[[], Sequence[str]], place: str) -> None:
        """Remember what gives the command that runs the relay, and what to call the place where it runs."""
        self._command = command
        self.place = place
        self._lock = Lock()
        self._session: _Session | None = None
        self._hurried = False

    def ask(self, kind: bytes, *arguments: bytes, timeout_seconds: float) -> list[bytes]:
        """The reply to a request, for which the process is started again once if it breaks.

        Raises:
            UndeterminedError: if it breaks twice, or the relay cannot do what it is asked.
        """
        problem = ""
        for _ in range(2):
            session = self._started()
            try:
                said, *fields = session.ask(kind, *arguments, timeout_seconds=timeout_seconds + _CARRIAGE_SECONDS)
            except _BrokenError as error:
                problem = str(error)
                self._drop(session)
            else:
                if said != b"ok":
                    raise UndeterminedError(
                        f"the relay in {self.place} failed: {b' '.join(fields).decode(errors='replace')}"
                    )
                return fields
        raise UndeterminedError(f"the relay in {self.place} broke twice: {problem}")

    def hurry(self) -> None:
        """Let nobody wait for a reply any more: the run was interrupted; a signal's handler may ask this."""
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
                raise UndeterminedError(f"the run was interrupted, and asks nothing any more in {self.place}")
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
    """Asks from where the relay is.

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
        """Sends messages and waits for their answers, as `svcdns.client.Channel` describes; over UDP all at once.

        Only where the relay's process breaks meanwhile are they sent once more: what became of them is not known.

        Raises:
            UndeterminedError: if the relay is out of reach, or what it says makes no sense.
        """
        place = (self.address.encode(), str(self.port).encode(), transport.encode(), str(timeout_seconds).encode())
        patience = timeout_seconds * (1 + len(wires))
        said = self.relay.ask(b"exchange", *place, *wires, timeout_seconds=patience)
        try:
            return [_received(field) for field, _ in zip(said, wires, strict=True)]
        except ValueError as error:
            raise UndeterminedError(f"what the relay in {self.relay.place} says makes no sense: {error}") from error


def _received(field: bytes) -> Received:
    wire, failure, *discarded = relay.unpack(field)
    return Received(
        wire or None,
        tuple(
            Discarded(octets, reason.decode()) for reason, octets in zip(discarded[::2], discarded[1::2], strict=True)
        ),
        None if wire else failure.decode(),
    )


class _BrokenError(Exception):
    """The process ended or fell silent, and what it said of that."""


class _Complaints(Thread):
    """Reads what a process complains of to its end, and keeps the last of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(name="relay-complaints", daemon=True)
        self._stream = stream
        self._kept = b""
        self.start()

    def run(self) -> None:
        with self._stream as stream:
            while octets := os.read(stream.fileno(), _COMPLAINT_OCTETS):
                self._kept = (self._kept + octets)[-_COMPLAINT_OCTETS:]

    def last(self) -> bytes:
        """What came last, once the process has ended; what it has started may keep its end from being seen."""
        self.join(_FAREWELL_SECONDS)
        return self._kept


class _Session:
    """The life of one process."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - an argument list, never a shell  # nosec B603
            command,
            env=kubectl.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stderr is not None, "it was asked to be a pipe"
        self._complaints = _Complaints(self._process.stderr)
        self._idents = itertools.count()
        self._waiting: dict[bytes, Future[list[bytes]]] = {}
        self._broken = ""
        self._writing = Lock()
        self._listener = Thread(target=self._listen, name=f"relay-{self._process.pid}", daemon=True)
        self._listener.start()

    def ask(self, *fields: bytes, timeout_seconds: float) -> list[bytes]:
        ident = str(next(self._idents)).encode()
        future = self._waiting[ident] = Future()
        # Either the listener still finds the future, or we see that it has stopped listening.
        if self._broken:
            raise _BrokenError(self._broken)
        assert self._process.stdin is not None, "it was asked to be a pipe"
        try:
            with self._writing:
                self._process.stdin.write(relay.message([ident, *fields]))
                self._process.stdin.flush()
            return future.result(timeout_seconds)
        except TimeoutError as error:
            raise _BrokenError(f"nothing came back within {timeout_seconds} s") from error
        except (OSError, ValueError) as error:
            raise _BrokenError(self._ending() or str(error)) from error
        finally:
            self._waiting.pop(ident, None)

    def interrupt(self) -> None:
        """Begin to end the process by force; whoever waits for it hears of it."""
        self._process.kill()

    def close(self) -> None:
        """End the process by the end of its standard input, or else by force."""
        assert self._process.stdin is not None, "it was asked to be a pipe"
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process by force; whoever still writes to it or waits for it hears of it."""
        assert self._process.stdin is not None, "it was asked to be a pipe"
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None, "it was asked to be a pipe"
        with self._process.stdout as stream:
            problem = ""
            try:
                while (reply := relay.read(stream)) is not None:
                    ident, said, *fields = reply
                    future = self._waiting.pop(ident, None)
                    if future is not None:
                        future.set_result([said, *fields])
            except ValueError as error:
                problem = f"what it says makes no sense: {error}"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL_SECONDS)
        self._broken = problem or self._words() or "it ended"
        for future in list(self._waiting.values()):
            future.set_exception(_BrokenError(self._broken))

    def _ending(self) -> str:
        """Why it ended, as soon as that is known; empty if it has not ended."""
        self._listener.join(_FAREWELL_SECONDS)
        return self._broken

    def _words(self) -> str:
        """The last line of what the process complained of."""
        lines = self._complaints.last().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
