"""The outages of an API server: all threads that need it wait together until it can be reached again."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock

from svcdns.targets.waits import Waits

#: How long requests wait for a lost server: one that is restarted is back within half a minute.
LONGEST_SECONDS = 60.0

#: How long a server that responds again may take to load its objects and roles, without which it refuses everything.
STARTING_SECONDS = 15.0

_PAUSE_SECONDS = 0.5

#: What a server responds that does not know whom to allow what yet.
_UNKNOWN_USER = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Outages:
    """The outages of one API server, and the wait for their end.

    Attributes:
        count: how often the server was lost, or took long to respond, so far.
        since: since when it is lost, by the monotonic clock; None where it is not.
        waits: is told while threads wait for the server.
    """

    def __init__(self, status: Callable[[], int], pause: Callable[[float], bool]) -> None:
        """Start without an outage.

        Args:
            status: asks the server whether it is ready; returns the HTTP status code, or 0 where it cannot be reached.
            pause: pauses for some seconds; returns False where nobody waits any more.
        """
        self.count = 0
        self.since: float | None = None
        self.waits = Waits()
        self._ended = 0.0
        self._status = status
        self._pause = pause
        self._lock = Lock()
        self._told: list[Callable[[], object]] = []

    def tell(self, lost: Callable[[], object]) -> None:
        """Call a function whenever the server is lost, in whichever thread notices it."""
        self._told.append(lost)

    def note(self) -> None:
        """Note that the connection was refused or lost."""
        self.count += 1
        if self.since is None:
            self.since = time.monotonic()
        for lost in list(self._told):
            lost()

    def is_recent(self) -> bool:
        """Return whether the server is lost, or was until a moment ago, so that it may still be starting."""
        return self.since is not None or time.monotonic() - self._ended < STARTING_SECONDS

    def wait(self, until: float) -> bool:
        """Wait until the server is ready again; return False where it is not by a moment of the monotonic clock.

        Only one thread at a time asks the server.
        """
        while self.since is not None:
            if not self._lock.acquire(timeout=_PAUSE_SECONDS):
                if time.monotonic() >= until or not self._pause(0):
                    return False
                continue
            try:
                with self.waits.on("the API server, which cannot be reached"):
                    if not self._awaited(until):
                        return False
            finally:
                self._lock.release()
        return True

    def _awaited(self, until: float) -> bool:
        responding: float | None = None
        while self.since is not None:
            code = self._status()
            now = time.monotonic()
            if code and responding is None:
                responding = now
            starting = code in _UNKNOWN_USER or code >= HTTPStatus.INTERNAL_SERVER_ERROR
            # A server may never call itself ready, or let us ask, and serve all the same.
            if code and (not starting or (responding is not None and now - responding >= STARTING_SECONDS)):
                self.since, self._ended = None, now
                break
            if now >= until or not self._pause(_PAUSE_SECONDS):
                return False
        return True
