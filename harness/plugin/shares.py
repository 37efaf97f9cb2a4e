"""Under xdist, what each worker does: what may share a Namespace together, and the work in equal parts.

On a live target a worker makes its worlds ahead of their scenarios, so it has to know from the start what will come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from harness import features
from harness.features import Scenario
from harness.plugin.collect import function_of
from harness.worlds import key, line

#: Seconds that a worker spends on a scenario that asks, on one that asks pods, and on one that changes something, by experience.
_ASKS, _ASKS_PODS, _CHANGES = 0.1, 0.5, 5.0


def shares(root: Path, nodes: Sequence[str], workers: int) -> dict[str, int]:
    """Which worker's each test is, by node id; the longest are given away first, each to whoever has the least.

    Args:
        root: what the paths in node ids are relative to.
        nodes: all node ids of the run, in their order.
        workers: how many workers there are.
    """
    units: Mapping[tuple[str, ...], list[str]] = defaultdict(list)
    efforts: dict[tuple[str, ...], float] = defaultdict(float)
    for node in nodes:
        unit, seconds = _unit(root, node)
        units[unit].append(node)
        efforts[unit] += seconds
    load = dict.fromkeys(range(workers), 0.0)
    share: dict[str, int] = {}
    for unit, effort in sorted(efforts.items(), key=lambda item: (-item[1], item[0])):
        least = min(load, key=lambda worker: (load[worker], worker))
        load[least] += effort
        share |= dict.fromkeys(units[unit], least)
    return share


def _unit(root: Path, node: str) -> tuple[tuple[str, ...], float]:
    """What a test has to stay together with, and the seconds it takes; a file's tests where they are no scenarios."""
    path, _, rest = node.partition("::")
    function = rest.partition("[")[0]
    if (scenario := _scenarios(root / path).get(function)) is None:
        return (path,), _ASKS
    seconds = _CHANGES if scenario.changes else _ASKS_PODS if line(scenario) else _ASKS
    return line(scenario) or key(node, scenario), seconds


@cache
def _scenarios(path: Path) -> Mapping[str, Scenario]:
    """The scenarios of a feature file by their test functions; of an outline the first row stands for all."""
    if path.suffix != ".feature" or not path.is_file():
        return {}
    return {function_of(one): first for one in features.read(path).scenarios if (first := next(one.rendered(), None))}
