"""Under xdist, what each worker does: a part of its own, then of what is left whatever comes next.

On a live target a worker makes worlds ahead of their scenarios, so it has to know from the start what it will do with pods
and what it will change; what may share a Namespace is in one part. What only asks about Services needs no time to be made
ready, and is kept back for whoever has finished first: how long a worker is busy cannot be known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from pathlib import Path
from typing import NamedTuple

from svcdns.catalogue import gherkin
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine.pool import Key, key, line
from svcdns.manifests import sources
from svcdns.plugin.collect import function_of

#: Seconds that a worker spends on a scenario that asks, on one that asks pods, and on a change, by experience.
_ASKS, _ASKS_PODS, _CHANGES = 0.1, 0.5, 2.0

#: Seconds that it spends on changes in whose sentence these words are: most wait for pods, a restart for one after the other.
_CHANGES_THAT_WAIT = {
    " is restarted": 15.0,
    "namespace is deleted": 8.0,
    " is scaled to ": 5.0,
    " is deleted and replaced": 3.0,
    " becomes ": 1.0,
}

#: What a server may ask others for, and the seconds until it gives up on them.
_LEADS_OUT = re.compile(r'is an alias for "[^"]*\." when asked for (A|AAAA)$')
_OUTSIDE = 6.0


@dataclass
class _Unit:
    """What stays with one worker: nodes, and the seconds they take."""

    nodes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def shares(
    root: Path, nodes: Sequence[str], workers: int, began: Path | None = None, manifest_roots: tuple[Path, ...] = ()
) -> dict[str, int]:
    """Which share each test is in, by node id: below ``workers`` that of a worker, from there on one that is kept back.

    The longest are given away first, each to whoever has the least; and the longest of those kept back come first.

    Args:
        root: what the paths in node ids are relative to.
        nodes: all node ids of the run, in their order.
        workers: how many workers there are.
        began: where the run was started, to which the paths of files outside of the root are relative.
        manifest_roots: directories that the user names for manifests.
    """
    lines: Mapping[Key, dict[Key, _Unit]] = defaultdict(lambda: defaultdict(_Unit))
    kept_back: Mapping[Key, _Unit] = defaultdict(_Unit)
    for node in nodes:
        kin = _kinship(root, began or root, manifest_roots, node)
        unit = kept_back[kin.world] if kin.only_asks_services else lines[kin.line][kin.world]
        unit.nodes.append(node)
        unit.seconds += kin.seconds
    fair = sum(unit.seconds for worlds in lines.values() for unit in worlds.values()) / workers
    load = dict.fromkeys(range(workers), 0.0)
    share: dict[str, int] = {}
    for unit in _longest_first(unit for worlds in lines.values() for unit in _cut(list(worlds.values()), fair)):
        least = min(load, key=lambda worker: (load[worker], worker))
        load[least] += unit.seconds
        share |= dict.fromkeys(unit.nodes, least)
    for number, unit in enumerate(_longest_first(kept_back.values()), workers):
        share |= dict.fromkeys(unit.nodes, number)
    return share


def _longest_first(units: Iterable[_Unit]) -> list[_Unit]:
    return sorted(units, key=lambda unit: (-unit.seconds, unit.nodes))


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


class _Kin(NamedTuple):
    """What a test may share pods with, what it shares a world with, and the seconds it takes."""

    line: Key
    world: Key
    seconds: float
    only_asks_services: bool


def _kinship(root: Path, began: Path, manifest_roots: tuple[Path, ...], node: str) -> _Kin:
    """Whom a test belongs to; tests that are no scenarios stay with those of their file."""
    path, _, rest = node.partition("::")
    function = rest.partition("[")[0]
    read = (_scenarios(place / path, began, manifest_roots) for place in (root, began))
    found = (scenarios.get(function) for scenarios in read if scenarios)
    if (scenario := next(found, None)) is None:
        return _Kin((path,), (path,), _ASKS, only_asks_services=False)
    world, declared = key(node, scenario), line(scenario)
    waits = sum(map(_seconds_of, scenario.steps))
    seconds = waits + (_ASKS_PODS if declared else _ASKS)
    return _Kin(declared or world, world, seconds, only_asks_services=not declared and not scenario.changes)


def _seconds_of(step: Step) -> float:
    if step.type == "when":
        return next((seconds for words, seconds in _CHANGES_THAT_WAIT.items() if words in step.text), _CHANGES)
    return _OUTSIDE if _LEADS_OUT.search(step.text) else 0.0


@cache
def _scenarios(path: Path, began: Path, manifest_roots: tuple[Path, ...]) -> Mapping[str, Scenario]:
    """The scenarios of a feature file by their test functions; of an outline the first row stands for all."""
    if path.suffix != ".feature" or not path.is_file():
        return {}
    feature = gherkin.read(path, sources.of(path, began, manifest_roots))
    return {function_of(one): first for one in feature.scenarios if (first := next(one.rendered(), None))}
