"""Where the time of a run goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

#: What a run spends its time on, in the order of its life.
PHASES = {
    "create": "opening the target",
    "prepare": "waiting for declared objects",
    "change": "waiting for changes",
    "ask": "querying and judging",
    "clean": "cleaning up",
}


class Clock:
    """Seconds spent, by phase; any thread may add to them."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self._lock = threading.Lock()

    @contextmanager
    def spent(self, phase: str) -> Iterator[None]:
        """Add the time inside the context to a phase."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.add({phase: time.monotonic() - start})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add what another clock has measured."""
        with self._lock:
            for phase, more in seconds.items():
                self.seconds[phase] += more

    def line(self) -> str:
        """The phases that took any time worth a word, in one line."""
        return ", ".join(f"{PHASES[phase]} {spent:.1f} s" for phase, spent in self.seconds.items() if spent >= 0.1)  # noqa: PLR2004 - tenths are shown
