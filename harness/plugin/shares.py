"""Under xdist, what each worker does: the work in equal parts, and in one part what may share a Namespace.

On a live target a worker makes its worlds ahead of their scenarios, so it has to know from the start what will come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from pathlib import Path

from harness import features
from harness.features import Scenario
from harness.plugin.collect import function_of
from harness.worlds import Key, key, line

#: Seconds that a worker spends on a scenario that asks, on one that asks pods, and on one that changes something, by experience.
_ASKS, _ASKS_PODS, _CHANGES = 0.1, 0.5, 5.0


@dataclass
class _Unit:
    """What stays with one worker: nodes, and the seconds they take."""

    nodes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def shares(root: Path, nodes: Sequence[str], workers: int) -> dict[str, int]:
    """Which worker's each test is, by node id; the longest are given away first, each to whoever has the least.

    Args:
        root: what the paths in node ids are relative to.
        nodes: all node ids of the run, in their order.
        workers: how many workers there are.
    """
    lines: Mapping[Key, dict[Key, _Unit]] = defaultdict(lambda: defaultdict(_Unit))
    for node in nodes:
        together, world, seconds = _kinship(root, node)
        unit = lines[together][world]
        unit.nodes.append(node)
        unit.seconds += seconds
    fair = sum(unit.seconds for worlds in lines.values() for unit in worlds.values()) / workers
    units = [unit for worlds in lines.values() for unit in _cut(list(worlds.values()), fair)]
    load = dict.fromkeys(range(workers), 0.0)
    share: dict[str, int] = {}
    for unit in sorted(units, key=lambda unit: (-unit.seconds, unit.nodes)):
        least = min(load, key=lambda worker: (load[worker], worker))
        load[least] += unit.seconds
        share |= dict.fromkeys(unit.nodes, least)
    return share


def _cut(worlds: Sequence[_Unit], most_seconds: float) -> list[_Unit]:
    """The worlds of a line one after the other, in as few parts of about equal length as no part takes too long."""
    total = sum(world.seconds for world in worlds)
    parts = [_Unit() for _ in range(max(1, ceil(total / most_seconds)))]
    before = 0.0
    for world in worlds:
        part = parts[int(before / total * len(parts))]
        part.nodes += world.nodes
        part.seconds += world.seconds
        before += world.seconds
    return [part for part in parts if part.nodes]


def _kinship(root: Path, node: str) -> tuple[Key, Key, float]:
    """What a test may share pods with, what it shares a world with, and the seconds it takes.

    Tests that are no scenarios stay with those of their file.
    """
    path, _, rest = node.partition("::")
    function = rest.partition("[")[0]
    if (scenario := _scenarios(root / path).get(function)) is None:
        return (path,), (path,), _ASKS
    world, declared = key(node, scenario), line(scenario)
    seconds = _CHANGES if scenario.changes else _ASKS_PODS if declared else _ASKS
    return declared or world, world, seconds


@cache
def _scenarios(path: Path) -> Mapping[str, Scenario]:
    """The scenarios of a feature file by their test functions; of an outline the first row stands for all."""
    if path.suffix != ".feature" or not path.is_file():
        return {}
    return {function_of(one): first for one in features.read(path).scenarios if (first := next(one.rendered(), None))}
