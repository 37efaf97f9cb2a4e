"""The documentation as plain data: each combination and each clause with its sentences, scenes and answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from svcdns import resources
from svcdns.catalogue import features
from svcdns.catalogue import tags as catalogue
from svcdns.catalogue.gherkin import Feature, Step
from svcdns.catalogue.tags import Clause
from svcdns.documentation import rows
from svcdns.documentation.comparison import Comparison, compare
from svcdns.documentation.excerpt import Excerpt, excerpts
from svcdns.documentation.picture import Picture, picture
from svcdns.documentation.play import DocumentedScenario, DocumentedStep, play
from svcdns.documentation.rows import Row
from svcdns.engine.declaration import Declaration
from svcdns.targets.target import Target


@dataclass(frozen=True, slots=True)
class Line:
    """A step with what was answered."""

    step: Step
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario, told; ``level`` is its level, or the family of servers whose habit it is."""

    name: str
    level: str
    rule: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What some scenarios that declare the same and change nothing were answered, and what stood behind it."""

    given: tuple[str, ...]
    ready: bool
    picture: Picture
    rows: tuple[Row, ...]
    manifests: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A feature, as far as it is told."""

    feature: Feature
    path: str
    scenes: tuple[Scene, ...]
    stories: tuple[Story, ...]

    @property
    def rules(self) -> Iterator[tuple[str, list[Story]]]:
        """The stories by the rule that they stand under."""
        for rule, stories in groupby(self.stories, key=lambda story: story.rule):
            yield rule, list(stories)


@dataclass(frozen=True, slots=True)
class Combination:
    """One of the four combinations; ``tag`` is that of its scenarios, ``title`` what it is called."""

    tag: str
    title: str
    chapter: Chapter


@dataclass(frozen=True, slots=True)
class Shown:
    """A clause of the specification with the chapters that show it, and the combinations that do so as well."""

    clause: Clause
    chapters: tuple[Chapter, ...]
    combinations: tuple[Combination, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """All of it."""

    comparison: Comparison
    combinations: tuple[Combination, ...]
    clauses: tuple[Shown, ...]


def write(target: Target) -> Book:
    """Play every scenario of a combination or a clause, and put what was answered in order.

    Raises:
        FeatureError: if a feature file cannot be read, or the target does not keep what a scenario promises.
    """
    played: dict[Path, list[DocumentedScenario]] = defaultdict(list)
    for feature in features.packaged().values():
        path = feature.path
        wanted = [one for one in feature.scenarios if _is_told(one.tags)]
        order = {one.line: number for number, one in enumerate(wanted)}
        played[path] = sorted(play(feature, wanted, target), key=lambda one: order[one.scenario.line])
    combinations = tuple(
        Combination(tag, title, _chapter([one for some in played.values() for one in some if tag in one.scenario.tags]))
        for tag, title in catalogue.COMBINATIONS.items()
    )
    return Book(
        comparison=compare((one.title, one.tag, one.chapter.scenes) for one in combinations),
        combinations=combinations,
        clauses=tuple(_shown(clause, played, combinations) for clause in catalogue.clauses().values()),
    )


def _is_told(tags: frozenset[str]) -> bool:
    return bool(tags & catalogue.COMBINATIONS.keys()) or any(tag.startswith("spec-") for tag in tags)


def _shown(clause: Clause, played: dict[Path, list[DocumentedScenario]], combinations: Sequence[Combination]) -> Shown:
    """A clause by the features of the specification; by others only where those say nothing."""
    tag = f"spec-{clause.id}"
    found = {path: own for path, some in played.items() if (own := [one for one in some if tag in one.scenario.tags])}
    specific = {path: own for path, own in found.items() if path.parent.name == "specification"} or found
    return Shown(
        clause=clause,
        chapters=tuple(_chapter(own) for own in specific.values()),
        combinations=tuple(one for one in combinations if one.chapter.feature.path in found),
    )


def _chapter(played: Sequence[DocumentedScenario]) -> Chapter:
    feature = played[0].feature
    scenes: dict[Declaration, list[DocumentedScenario]] = defaultdict(list)
    for one in played:
        if not one.changes and "needs-pod-resolver" not in one.scenario.tags:
            scenes[one.declaration].append(one)
    return Chapter(
        feature=feature,
        path=feature.path.relative_to(resources.root()).as_posix(),
        scenes=tuple(_scene(some) for some in scenes.values()),
        stories=tuple(_story(one) for one in played),
    )


def _scene(played: Sequence[DocumentedScenario]) -> Scene:
    said = [(one, step) for one in played for step in one.steps]
    drawn = picture(
        (reading.answer for _, step in said for reading in step.readings), played[0].state, played[0].steps[-1].symbols
    )
    services = [place.name.partition(".")[0] for place in drawn.services]
    return Scene(
        given=tuple(said.step.text for said in played[0].steps if said.step.type == "given" and not said.is_manifest),
        ready=played[0].declaration.ready,
        picture=drawn,
        rows=rows.merged(row for one, step in said for row in _rows(one, step)),
        manifests=tuple(excerpts(played[0].declaration, services)),
    )


def _story(played: DocumentedScenario) -> Story:
    lines = (Line(said.step, rows.merged(_rows(played, said))) for said in played.steps)
    return Story(
        name=played.scenario.name,
        level="CoreDNS" if "coredns" in played.scenario.tags else catalogue.level_of(played.scenario.tags),
        rule=played.scenario.rule,
        lines=tuple(lines),
    )


def _rows(played: DocumentedScenario, said: DocumentedStep) -> Iterable[Row]:
    left_open = "core" not in played.scenario.tags
    return (rows.row(reading.answer, said.symbols, left_open=left_open) for reading in said.readings)
