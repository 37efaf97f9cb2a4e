"""What a target waits for now, and since when: data for the progress of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple


class Wait(NamedTuple):
    """Something that is waited for, in words, and the time since when, by the monotonic clock."""

    what: str
    since: float


@dataclass(eq=False, slots=True)
class _Current:
    """A wait that is not over; its words may change."""

    words: Callable[[], str]
    since: float


class Waits:
    """The waits on one target. Any thread may add to them, and read them."""

    def __init__(self) -> None:
        self._current: list[_Current] = []
        self._lock = Lock()

    @contextmanager
    def on(self, what: str | Callable[[], str]) -> Iterator[None]:
        """Count something as waited for while the context lasts; a function is asked for the words of the moment."""
        current = _Current(what if callable(what) else lambda: what, time.monotonic())
        with self._lock:
            self._current.append(current)
        try:
            yield
        finally:
            with self._lock:
                self._current.remove(current)

    def oldest(self) -> Wait | None:
        """Return what is waited for longest."""
        return self._at(0)

    def latest(self) -> Wait | None:
        """Return what is waited for shortest: of nested waits, the innermost."""
        return self._at(-1)

    def _at(self, place: int) -> Wait | None:
        with self._lock:
            current = self._current[place] if self._current else None
        return None if current is None else Wait(current.words(), current.since)
