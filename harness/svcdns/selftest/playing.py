"""Every scenario played on a target that is open, in this process and without a run of pytest around it.

The scenarios are those of the feature files, their steps those that pytest-bdd runs, and their verdicts follow the same
rules (`svcdns.engine.verdicts`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from svcdns.catalogue import features, tags
from svcdns.catalogue.gherkin import Scenario
from svcdns.engine import sentences, verdicts
from svcdns.engine.pool import Worlds, letters
from svcdns.engine.sentences import Say
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Judged
from svcdns.engine.world import World
from svcdns.errors import HarnessError
from svcdns.targets.target import Capability, Target


@dataclass(frozen=True, slots=True)
class Playable:
    """A scenario, or one example of an outline, with what its steps do.

    Attributes:
        id: its feature file below ``features/``, and its name.
        steps: what its When and Then steps do; what is given is declared by its world.
    """

    id: str
    scenario: Scenario
    steps: tuple[Say, ...]

    @property
    def level(self) -> str:
        """The scenario's level."""
        return tags.level_of(self.scenario.tags)


@dataclass(frozen=True, slots=True)
class PlayedScenario:
    """What became of a scenario."""

    id: str
    judged: Judged
    seconds: float


@cache
def scenarios() -> tuple[Playable, ...]:
    """Every scenario there is, each example of an outline by itself.

    Raises:
        FeatureError: if a feature file cannot be read, or nothing says one of its steps.
    """
    return tuple(
        Playable(f"{path}: {one.name}", one, tuple(_says(one)))
        for path, feature in features.packaged().items()
        for scenario in feature.scenarios
        for one in scenario.rendered()
    )


def _says(scenario: Scenario) -> Iterator[Say]:
    for step in scenario.steps:
        yield sentences.saying(step, sentences.definitions())


def play(target: Target, played: Sequence[Playable], dns_profile: str) -> Iterator[PlayedScenario]:
    """Play scenarios one after the other, and say what becomes of each."""
    able = target.capabilities | ({Capability.UDP} if "udp" in target.vantages[0].transports else set())
    worlds = Worlds(target, letters(5), Clock(), budget=target.capacity(), keep=False)
    worlds.plan([(one.id, one.scenario) for one in played], _declare)
    try:
        for one in played:
            start = time.perf_counter()
            judged = verdicts.of_inability(one.scenario.tags, able, target.name)
            if judged is None:
                judged = _judged(worlds.enter(one.id, one.scenario), one, dns_profile, target.facts.corefile)
            worlds.leave(one.id, one.scenario)
            yield PlayedScenario(one.id, judged, time.perf_counter() - start)
    finally:
        worlds.close()


def _judged(world: World, playable: Playable, dns_profile: str, corefile: Sequence[str]) -> Judged:
    try:
        for say in playable.steps:
            say(world)
    except HarnessError as error:
        return verdicts.of_error(error, playable.scenario.tags, dns_profile, corefile)
    return verdicts.of_end(world.readings)


def _declare(world: World, scenario: Scenario) -> None:
    sentences.declare(sentences.definitions(), world, scenario)
