"""Sockets to an API server. Every wait on one counts against the time of the request that it belongs to."""

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

#: The longest wait in one system call, in seconds: after it a thread checks whether its request was cut short.
_CHECK_SECONDS = 0.2

#: Octets that are written at a time, within the time that remains.
_WRITE_OCTETS = 2**16


class EndedError(httpcore2.ConnectError):
    """A request is not sent, or not waited for any more: its time is over, or we ended it."""


@dataclass(eq=False, slots=True)
class RequestTime:
    """The time of one request.

    Attributes:
        ends: when it is over, by the monotonic clock; never for a watch that has begun.
        is_watch: whether the request is a watch.
        cut_short: whether we ended it before its time.
    """

    ends: float
    is_watch: bool
    cut_short: bool = False

    def remaining(self) -> float:
        """Return the seconds that remain; negative where the time is over."""
        return self.ends - time.monotonic()


class RequestTimes:
    """The times of the requests under way, each in its thread, and the limits for those to come."""

    def __init__(self) -> None:
        # Reentrant: a signal may come while this thread holds the lock, and its handler calls `hurry`.
        self._lock = RLock()
        self._times: set[RequestTime] = set()
        self._of_thread = local()
        self._farewell: float | None = None
        self._ended = self._watches_ended = False

    def start(self, seconds: float, *, is_watch: bool) -> RequestTime:
        """Start the time of a request; `finish` ends it.

        Raises:
            EndedError: if no further request is allowed.
        """
        with self._lock:
            if self._ended or (is_watch and self._watches_ended):
                raise EndedError("no further request is sent")
            most = seconds if self._farewell is None or is_watch else min(seconds, self._farewell)
            started = RequestTime(time.monotonic() + most, is_watch, cut_short=most < seconds)
            self._times.add(started)
            return started

    @contextmanager
    def charged_to(self, request: RequestTime) -> Iterator[None]:
        """Charge the waits of this thread to a request, as long as the context lasts."""
        before: RequestTime | None = getattr(self._of_thread, "time", None)
        self._of_thread.time = request
        try:
            yield
        except httpcore2.TimeoutException:
            # After an interrupt, a server that does not answer in the time that was left is not asked again.
            if request.cut_short and not request.is_watch:
                self.end()
            raise
        finally:
            self._of_thread.time = before

    def lift(self, request: RequestTime) -> None:
        """Remove the limit of a request, unless it was cut short."""
        with self._lock:
            if not request.cut_short:
                request.ends = math.inf

    def finish(self, request: RequestTime) -> None:
        """End the time of a request."""
        with self._lock:
            self._times.discard(request)

    def seconds(self, most: float | None) -> float:
        """Return how long this thread may wait now: the time that remains to its request, and at most ``most`` seconds.

        Raises:
            httpcore2.ReadTimeout: if the time is over.
        """
        request: RequestTime | None = getattr(self._of_thread, "time", None)
        remaining = request.remaining() if request is not None else 0.0
        if remaining <= 0:
            raise httpcore2.ReadTimeout
        return remaining if most is None else min(remaining, most)

    def hurry(self, seconds: float) -> None:
        """Give every request, also those to come, this many seconds from now. After one that takes longer, none is sent.

        Watches go on: they show when what was deleted is gone.
        """
        with self._lock:
            self._farewell = seconds
            self._cut((request for request in self._times if not request.is_watch), seconds)

    def end_watches(self) -> None:
        """End all watches, and let no further one begin."""
        with self._lock:
            self._watches_ended = True
            self._cut((request for request in self._times if request.is_watch), 0)

    def restart_watches(self) -> None:
        """End the watches whose response has begun; others may begin."""
        with self._lock:
            self._cut((request for request in self._times if request.is_watch and request.ends == math.inf), 0)

    def end(self) -> None:
        """End all requests, and let no further one begin."""
        with self._lock:
            self._ended = True
            self._cut(self._times, 0)

    def _cut(self, requests: Iterable[RequestTime], seconds: float) -> None:
        end = time.monotonic() + seconds
        for request in requests:
            if request.ends > end:
                request.ends, request.cut_short = end, True


class TimedNetwork(httpcore2.NetworkBackend):
    """A network whose waits count against the times of requests."""

    def __init__(self, times: RequestTimes) -> None:
        self._times = times
        self._backend = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a new connection."""
        seconds = self._times.seconds(timeout)
        return _TimedStream(self._backend.connect_tcp(host, port, seconds, local_address, socket_options), self._times)

    def sleep(self, seconds: float) -> None:
        """Wait before another attempt to connect."""
        time.sleep(self._times.seconds(seconds))


class _TimedStream(httpcore2.NetworkStream):
    """A connection, with or without TLS."""

    def __init__(self, stream: httpcore2.NetworkStream, times: RequestTimes) -> None:
        self._stream = stream
        self._times = times

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (left := min(self._times.seconds(None), silent - time.monotonic())) > 0:
            with suppress(httpcore2.ReadTimeout):
                return self._stream.read(max_bytes, min(left, _CHECK_SECONDS))
        raise httpcore2.ReadTimeout(f"it sent nothing for {timeout:.0f} s")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_OCTETS):
            self._stream.write(buffer[start : start + _WRITE_OCTETS], self._times.seconds(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = self._times.seconds(timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._times)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
