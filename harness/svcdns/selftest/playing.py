"""Every scenario played on a target that is open, in this process and without a run of pytest around it.

The scenarios are those of the feature files, and the engine plays them as in any run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from svcdns.catalogue import features, tags
from svcdns.engine import player
from svcdns.engine.pool import WorldPool, letters, namespaces_of
from svcdns.engine.sentences import Script, script
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Judged, Rules
from svcdns.targets.target import Target


@dataclass(frozen=True, slots=True)
class Playable:
    """A scenario, or one example of an outline, with what its steps do.

    Attributes:
        id: its feature file below ``features/``, and its name.
    """

    id: str
    script: Script

    @property
    def level(self) -> str:
        """The scenario's level."""
        return tags.level_of(self.script.scenario.tags)


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
        Playable(f"{path}: {example.name}", script(example))
        for path, feature in features.packaged().items()
        for scenario in feature.scenarios
        for example in scenario.rendered()
    )


def play(target: Target, played: Sequence[Playable], dns_profile: str) -> Iterator[PlayedScenario]:
    """Play scenarios one after the other, and say what becomes of each."""
    pool = WorldPool(target, Clock(), namespaces_of(letters(5)))
    pool.plan((playable.id, playable.script.plan) for playable in played)
    rules = replace(Rules.of(target), dns_profile=dns_profile)
    try:
        for playable in played:
            outcome = player.play(pool.world(playable.id, playable.script.plan), playable.script, rules)
            pool.leave(playable.id)
            yield PlayedScenario(playable.id, outcome.judged, outcome.seconds)
    finally:
        pool.close()
