"""How long changes took to show in the answers, by kind of change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from svcdns.results import ScenarioResult


class ChangeTimes(NamedTuple):
    """How long changes of one kind took to show.

    Attributes:
        change: the kind of change.
        changes: how many there were.
        median_seconds: the median, from the moment at which the cluster had settled.
        longest_seconds: the longest.
    """

    change: str
    changes: int
    median_seconds: float
    longest_seconds: float

    @property
    def line(self) -> str:
        """The times in words."""
        return f"{self.change} {self.median_seconds:.1f} s (longest {self.longest_seconds:.1f} s)"


def change_times(results: Iterable[ScenarioResult]) -> tuple[ChangeTimes, ...]:
    """Return how long changes took to show, each kind once, in the order of their names."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for result in results:
        for convergence in result.convergence:
            seconds[convergence.change].append(convergence.seconds)
    return tuple(
        ChangeTimes(change, len(times), round(median(times), 3), round(max(times), 3))
        for change, times in sorted(seconds.items())
    )
