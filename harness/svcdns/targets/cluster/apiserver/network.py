"""Sockets to an API server, whose every wait is part of one request's time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ssl import SSLContext
from threading import RLock, local
from typing import Any

import httpcore2

#: How long a thread waits in one system call: after this it sees whether its request has been given up.
_LOOK_SECONDS = 0.2

#: What is written at a time, within the time that is left.
_WRITE_OCTETS = 2**16


@dataclass(eq=False, slots=True)
class Turn:
    """One request's time.

    Attributes:
        ends: when it is over, by the monotonic clock; a watch that has begun may last for ever.
        is_watch: whether it is of somebody who watches.
        given_up: whether it was ended by us before its time.
    """

    ends: float
    is_watch: bool
    given_up: bool = False

    def left(self) -> float:
        """The seconds that are left of it; negative where it is over."""
        return self.ends - time.monotonic()


class Turns:
    """The requests under way, each in its thread, and until when they and those to come may last."""

    def __init__(self) -> None:
        # A signal may come while this thread holds it, and `hurry` is called by its handler.
        self._lock = RLock()
        self._turns: set[Turn] = set()
        self._own = local()
        self._farewell: float | None = None
        self._ended = self._watches_ended = False

    def begun(self, seconds: float, *, is_watch: bool) -> Turn:
        """A turn that lasts for some seconds, until `done`.

        Raises:
            httpcore2.ConnectError: if there are no turns any more.
        """
        with self._lock:
            if self._ended or (is_watch and self._watches_ended):
                raise httpcore2.ConnectError("it is not asked any more")
            most = seconds if self._farewell is None or is_watch else min(seconds, self._farewell)
            turn = Turn(time.monotonic() + most, is_watch, given_up=most < seconds)
            self._turns.add(turn)
            return turn

    @contextmanager
    def going_on(self, turn: Turn) -> Iterator[None]:
        """Let what this thread waits for be part of a turn."""
        before: Turn | None = getattr(self._own, "turn", None)
        self._own.turn = turn
        try:
            yield
        except httpcore2.TimeoutException:
            # A server that does not answer in what time was left to it is not asked again.
            if turn.given_up and not turn.is_watch:
                self.end()
            raise
        finally:
            self._own.turn = before

    def last(self, turn: Turn) -> None:
        """Let a turn last until it is ended, unless it was ended already."""
        with self._lock:
            if not turn.given_up:
                turn.ends = math.inf

    def done(self, turn: Turn) -> None:
        """End a turn."""
        with self._lock:
            self._turns.discard(turn)

    def seconds(self, most: float | None) -> float:
        """How long this thread's request may wait for one thing, where it should not wait for more than so many seconds.

        Raises:
            httpcore2.ReadTimeout: if it is over.
        """
        turn: Turn | None = getattr(self._own, "turn", None)
        left = turn.left() if turn is not None else 0.0
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left if most is None else min(left, most)

    def hurry(self, seconds: float) -> None:
        """Give every request so many seconds from now, also those to come; none is made after one that did not do.

        Those who watch go on: what they see tells when what was removed is gone.
        """
        with self._lock:
            self._farewell = seconds
            self._cut((turn for turn in self._turns if not turn.is_watch), seconds)

    def end_watches(self) -> None:
        """End the requests of those who watch, and all those to come."""
        with self._lock:
            self._watches_ended = True
            self._cut((turn for turn in self._turns if turn.is_watch), 0)

    def end(self) -> None:
        """End all requests, and those to come."""
        with self._lock:
            self._ended = True
            self._cut(self._turns, 0)

    def _cut(self, turns: Iterable[Turn], seconds: float) -> None:
        end = time.monotonic() + seconds
        for turn in turns:
            if turn.ends > end:
                turn.ends, turn.given_up = end, True


class Network(httpcore2.NetworkBackend):
    """The network, as far as turns last."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._backend = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection."""
        seconds = self._turns.seconds(timeout)
        return _Stream(self._backend.connect_tcp(host, port, seconds, local_address, socket_options), self._turns)

    def sleep(self, seconds: float) -> None:
        """Wait before another attempt to connect."""
        time.sleep(self._turns.seconds(seconds))


class _Stream(httpcore2.NetworkStream):
    """A connection, with or without TLS."""

    def __init__(self, stream: httpcore2.NetworkStream, turns: Turns) -> None:
        self._stream = stream
        self._turns = turns

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (left := min(self._turns.seconds(None), silent - time.monotonic())) > 0:
            with suppress(httpcore2.ReadTimeout):
                return self._stream.read(max_bytes, min(left, _LOOK_SECONDS))
        raise httpcore2.ReadTimeout(f"it said nothing for {timeout:.0f} s")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_OCTETS):
            self._stream.write(buffer[start : start + _WRITE_OCTETS], self._turns.seconds(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = self._turns.seconds(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._turns)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
