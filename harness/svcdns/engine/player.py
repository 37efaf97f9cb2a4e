"""Plays a scenario: says its sentences in a world, one after the other, and judges what they met."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from svcdns.catalogue.gherkin import Step
from svcdns.client import Answer
from svcdns.engine import verdicts
from svcdns.engine.sentences import Script
from svcdns.engine.verdicts import Judged, Rules
from svcdns.engine.world import World
from svcdns.errors import HarnessError
from svcdns.judge import Reading
from svcdns.results import Convergence, StepResult, Verdict
from svcdns.state import ClusterState, naming
from svcdns.state.naming import NameKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario.

    Attributes:
        judged: its verdict.
        error: what it ended in, or None where it came to its end.
        steps: those that were played, the one that failed last.
        readings: every response that was judged.
        heard: what a client was answered before anything changed.
        name_kinds: what kind of name each of them was asked for.
        elsewhere: what the other servers and transports answer to the query that failed.
        looks: how often the last promise was looked at, and for how many seconds.
        convergence: how long each change took to show, the declared objects first.
        namespace: where it was played; empty where it was not.
        state: what the cluster held in the end, where anything is to be explained.
        seconds: how long it took.
        evidence: what a failure on a live target should be looked at with: file names and their text.
    """

    judged: Judged
    error: HarnessError | None = None
    steps: tuple[StepResult, ...] = ()
    readings: tuple[Reading, ...] = ()
    heard: tuple[Reading, ...] = ()
    name_kinds: tuple[NameKind, ...] = ()
    elsewhere: tuple[Answer, ...] = ()
    looks: tuple[int, float] = (0, 0.0)
    namespace: str = ""
    state: ClusterState | None = None
    seconds: float = 0.0
    evidence: Mapping[str, str] = field(default_factory=dict)
    convergence: tuple[Convergence, ...] = ()

    @property
    def observed(self) -> tuple[str, ...]:
        """What was seen where more than one answer is right, each once."""
        seen = [reading.observed for reading in self.readings if reading.observed]
        return tuple(dict.fromkeys([*seen, *([self.judged.observed] if self.judged.observed else [])]))


def play(
    world: World,
    script: Script,
    rules: Rules,
    after: Callable[[Step], None] = lambda _: None,
    evidence: Callable[[str], Mapping[str, str]] | None = None,
) -> Outcome:
    """Play a scenario.

    Args:
        world: where.
        script: the scenario with what its steps do.
        rules: what its verdict depends on beside.
        after: is told each step once it was played.
        evidence: as for `outcome`.
    """
    begun = time.perf_counter()
    if lacking := verdicts.of_inability(script.scenario.tags, rules):
        return Outcome(lacking)
    world.asks_once = rules.only_observes(script.scenario.tags)
    steps: list[StepResult] = []
    error = None
    for step, say in script.sentences:
        start = time.perf_counter()
        try:
            say(world)
        except HarnessError as raised:
            error = raised
        ended: Literal["passed", "failed"] = "failed" if error else "passed"
        steps.append(StepResult(step.keyword, step.text, step.line, ended, time.perf_counter() - start))
        if error:
            break
        after(step)
    return outcome(world, script.scenario.tags, rules, error, steps, time.perf_counter() - begun, evidence)


def outcome(
    world: World,
    tags: frozenset[str],
    rules: Rules,
    error: HarnessError | None,
    steps: Iterable[StepResult],
    seconds: float,
    evidence: Callable[[str], Mapping[str, str]] | None = None,
) -> Outcome:
    """Judge what a scenario met in a world.

    Args:
        world: the world.
        tags: those of the scenario.
        rules: what its verdict depends on beside.
        error: what it ended in, or None where it came to its end.
        steps: those that were played.
        seconds: how long it took.
        evidence: collects what a failure in a Namespace should be looked at with, where there is anything to collect.
    """
    judged = verdicts.of_end(world.readings) if error is None else verdicts.of_error(error, tags, rules)
    undetermined = judged.verdict is Verdict.NOT_DETERMINED and "core" in tags
    troubled = world.is_entered and (undetermined or judged.verdict is Verdict.NOT_CONFORMANT)
    state = _state(world) if world.is_entered else None
    return Outcome(
        judged,
        error,
        tuple(steps),
        tuple(world.readings),
        tuple(world.environment.heard) if world.is_entered else (),
        _name_kinds(world.readings, state or ClusterState()),
        world.elsewhere() if judged.verdict is Verdict.NOT_CONFORMANT else (),
        world.looks,
        world.namespace if world.is_entered else "",
        state if judged.verdict is not Verdict.CONFORMANT else None,
        seconds,
        _collected(evidence, world.namespace) if evidence and troubled else {},
        tuple(world.convergence) if world.is_entered else (),
    )


def _name_kinds(readings: Sequence[Reading], state: ClusterState) -> tuple[NameKind, ...]:
    kinds = {reading.answer.question.name: NameKind.OTHER for reading in readings}
    for name in kinds:
        kinds[name] = naming.kind_of(str(name), state)
    return tuple(kinds[reading.answer.question.name] for reading in readings)


def _collected(evidence: Callable[[str], Mapping[str, str]], namespace: str) -> Mapping[str, str]:
    try:
        return evidence(namespace)
    except HarnessError as error:
        return {"lost.txt": f"{error}\n"}


def _state(world: World) -> ClusterState | None:
    """What the cluster holds; None where the target itself was lost."""
    try:
        return world.state()
    except HarnessError:
        return None
