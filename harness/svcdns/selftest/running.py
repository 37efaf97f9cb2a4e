"""Every fault and every legal variation put in front of the reference, several at a time, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from svcdns.faults import FAULTS, VARIATIONS, Fault
from svcdns.selftest.baseline import heard, meets
from svcdns.selftest.faulty import wrong
from svcdns.selftest.matrix import Caught, Passed, caught, passed
from svcdns.selftest.playing import Playable, Played, play, scenarios

#: Faults in front of the reference at the same time, for each processor: some spend their time waiting for no answer.
AT_ONCE = 2


def run(names: Sequence[str], *, feature: str = "", processes: int | None = None) -> Iterator[Caught | Passed]:
    """What becomes of each of the faults and variations, in their order.

    Args:
        names: those of `svcdns.faults.FAULTS` and `svcdns.faults.VARIATIONS`.
        feature: the feature file below ``features/`` whose scenarios are played; empty for all.
        processes: how many to use; by default some for each processor.
    """
    processes = processes or AT_ONCE * _processors()
    # Forking a process with threads is unsafe, and `spawn` is there on every system.
    spawning = multiprocessing.get_context("spawn")
    # Every process has to hear a right server first, which is worth it where it has several wrong ones.
    playing = met if len(names) > processes else played
    with ProcessPoolExecutor(processes, mp_context=spawning) as pool:
        yield from pool.map(partial(judged, feature=feature, playing=playing), names)


def judged(
    name: str, *, feature: str, playing: Callable[[Fault, Sequence[Playable]], tuple[Played, ...]]
) -> Caught | Passed:
    """What becomes of one fault in front of every scenario, or of one variation in front of every core scenario."""
    every = {one.id: one for one in scenarios() if one.id.startswith(f"{feature}:" if feature else "")}
    if name in FAULTS:
        return caught(FAULTS[name], every, playing(FAULTS[name], tuple(every.values())))
    core = [one for one in every.values() if one.level == "core"]
    return passed(VARIATIONS[name], playing(VARIATIONS[name], core))


def played(fault: Fault, chosen: Sequence[Playable]) -> tuple[Played, ...]:
    """What becomes of scenarios where the reference's DNS server has a fault."""
    with wrong(fault) as target:
        return tuple(play(target, chosen, target.dns_profile))


def met(fault: Fault, chosen: Sequence[Playable]) -> tuple[Played, ...]:
    """The same, where only the scenarios that meet the fault are played again.

    A scenario none of whose answers the fault changes ends as it ended in front of the right server.
    """
    right = heard(scenarios())
    again = {one.id: one for one in played(fault, [one for one in chosen if meets(fault, right[one.id])])}
    return tuple(again.get(one.id) or right[one.id].played for one in chosen)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
