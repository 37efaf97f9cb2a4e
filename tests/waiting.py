"""Waiting for what other threads do."""

from __future__ import annotations

import time
from collections.abc import Callable


def within(seconds: float, good: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not good():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
