"""Every fault and every legal variation in front of the reference, several at a time, each in its own process."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from svcdns.faults import FAULTS, VARIATIONS, Fault
from svcdns.selftest.baseline import baselines, meets
from svcdns.selftest.faulty import faulty_reference
from svcdns.selftest.matrix import FaultResult, VariationResult, fault_result, names, variation_result
from svcdns.selftest.playing import Playable, PlayedScenario, play, scenarios

#: The number of faults at the same time for each processor: some spend their time waiting for an answer that never comes.
AT_ONCE = 2


def run(
    faults: Sequence[str], *, feature: str = "", processes: int | None = None
) -> Iterator[FaultResult | VariationResult]:
    """Play the scenarios in front of each of the faults and variations; the results in their order.

    Args:
        faults: names of `svcdns.faults.FAULTS` and `svcdns.faults.VARIATIONS`.
        feature: the feature file below ``features/`` whose scenarios are played; empty for all.
        processes: the number of processes; by default `AT_ONCE` for each processor.
    """
    processes = processes or AT_ONCE * _processors()
    # Forking a process with threads is unsafe, and `spawn` exists on every system.
    spawning = multiprocessing.get_context("spawn")
    # Each process has to play the baseline first, which pays off only if it gets several faults.
    few = len(faults) <= processes
    with ProcessPoolExecutor(processes, mp_context=spawning) as pool:
        yield from pool.map(partial(result, feature=feature, few=few), faults)


def result(name: str, *, feature: str, few: bool) -> FaultResult | VariationResult:
    """Play the scenarios in front of one fault, or every core scenario in front of one variation.

    Args:
        name: that of the fault or variation.
        feature: as for `run`.
        few: whether what fails beside the scenarios that name what is wrong is shown too.
    """
    every = {
        playable.id: playable for playable in scenarios() if playable.id.startswith(f"{feature}:" if feature else "")
    }
    playing = play_all if few else play_affected
    if name in FAULTS:
        fault = FAULTS[name]
        chosen = tuple(one for one in every.values() if few or names(one, fault))
        return fault_result(fault, every, playing(fault, chosen))
    core = [playable for playable in every.values() if playable.level == "core"]
    return variation_result(VARIATIONS[name], playing(VARIATIONS[name], core))


def play_all(fault: Fault, chosen: Sequence[Playable]) -> tuple[PlayedScenario, ...]:
    """Play scenarios on the reference with a fault."""
    with faulty_reference(fault) as target:
        return tuple(play(target, chosen, target.dns_profile))


def play_affected(fault: Fault, chosen: Sequence[Playable]) -> tuple[PlayedScenario, ...]:
    """Play only the scenarios that a fault affects; the others end as they did against the right server."""
    known = baselines(scenarios())
    affected = [playable for playable in chosen if meets(fault, known[playable.id])]
    again = {played.id: played for played in play_all(fault, affected)}
    return tuple(again.get(playable.id) or known[playable.id].played for playable in chosen)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
