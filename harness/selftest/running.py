"""Every fault and every legal variation put in front of the reference, several at a time, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from harness.faults import FAULTS, VARIATIONS, Fault
from harness.selftest.matrix import Caught, Passed, caught, passed, shows
from harness.selftest.playing import Playable, Played, play, scenarios
from harness.selftest.wrong import wrong

#: Faults in front of the reference at the same time, for each processor: some spend their time waiting for no answer.
AT_ONCE = 2


def run(names: Sequence[str], *, quick: bool = False, processes: int | None = None) -> Iterator[Caught | Passed]:
    """What becomes of each of the faults and variations, in their order.

    Args:
        names: those of `harness.faults.FAULTS` and `harness.faults.VARIATIONS`.
        quick: whether only scenarios that show what a fault breaks are played before it.
        processes: how many to use; by default some for each processor.
    """
    # Forking a process with threads is unsafe, and `spawn` is there on every system.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes or AT_ONCE * _processors(), mp_context=spawning) as pool:
        yield from pool.map(partial(judged, quick=quick), names)


def judged(name: str, *, quick: bool) -> Caught | Passed:
    """What becomes of one fault in front of every scenario, or of one variation in front of every core scenario."""
    every = {one.id: one for one in scenarios()}
    if name in FAULTS:
        fault = FAULTS[name]
        chosen = [one for one in every.values() if not quick or shows(one, fault)]
        return caught(fault, every, played(fault, chosen))
    core = [one for one in every.values() if one.level == "core"]
    return passed(VARIATIONS[name], played(VARIATIONS[name], core))


def played(fault: Fault, chosen: Sequence[Playable]) -> tuple[Played, ...]:
    """What becomes of scenarios where the reference's DNS server has a fault."""
    with wrong(fault) as target:
        return tuple(play(target, chosen, target.dns_profile))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
