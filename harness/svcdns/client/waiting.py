"""Attempts repeated until they are good."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watched(Generic[T]):
    """The outcome of repeated attempts.

    Attributes:
        last: the result of the last attempt.
        good: whether enough attempts in a row were good.
        attempts: how many there were.
        seconds: how long they took.
    """

    last: T
    good: bool
    attempts: int
    seconds: float


def eventually(
    attempt: Callable[[], T],
    good: Callable[[T], bool],
    *,
    deadline_seconds: float,
    interval_seconds: float,
    in_a_row: int,
) -> Watched[T]:
    """Repeat an attempt until ``in_a_row`` were good one after the other, or until a miss that began after the deadline.

    A miss that began before the deadline does not count: this process may have been kept waiting in between. A good
    attempt is repeated at once, a miss after the interval. With a deadline of 0 the first miss is the last, and with
    ``in_a_row`` of 1 there is exactly one attempt.
    """
    start = time.monotonic()
    attempts = run = 0
    seconds = 0.0
    while True:
        late = seconds >= deadline_seconds
        last = attempt()
        attempts += 1
        run = run + 1 if good(last) else 0
        seconds = time.monotonic() - start
        if run >= in_a_row or (run == 0 and late):
            return Watched(last, run >= in_a_row, attempts, seconds)
        if run == 0:
            time.sleep(min(interval_seconds, max(0.0, deadline_seconds - seconds)))
            seconds = time.monotonic() - start
