"""The clauses of the specification and the behaviours, which are the only sources of tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from svcdns import resources
from svcdns.errors import FeatureError
from svcdns.targets.target import Capability

Level = Literal["core", "extended", "quirk"]

#: The levels, from the strictest; every scenario names its own.
LEVELS: dict[Level, str] = {
    "core": "must hold on any cluster",
    "extended": "may be absent",
    "quirk": "records what a server does, and fails only where the answer is none of the legal choices",
}


class Combination(NamedTuple):
    """One of the four combinations of a workload and a Service."""

    workload: Literal["Deployment", "StatefulSet"]
    service: Literal["ClusterIP", "headless"]

    @property
    def title(self) -> str:
        """The combination in words."""
        return f"a {self.workload} behind a {self.service} Service"


COMBINATIONS = {
    "deployment-clusterip": Combination("Deployment", "ClusterIP"),
    "deployment-headless": Combination("Deployment", "headless"),
    "statefulset-clusterip": Combination("StatefulSet", "ClusterIP"),
    "statefulset-headless": Combination("StatefulSet", "headless"),
}

OTHER_TAGS = {
    "coredns": "holds for CoreDNS; elsewhere it is observed",
    "disruptive": "disturbs the cluster's DNS for everybody; on a cluster you have it runs with --disruptive alone",
}

_CLAUSE, _BEHAVIOUR = re.compile(r"\d+(\.\d+)*-[a-z]"), re.compile(r"[A-Z]\d\d")
_EXAMPLES = {_CLAUSE: "2.4.1-a", _BEHAVIOUR: "C01"}

#: The key of the line in which a mapping begins.
_LINE = "line of its own"


@dataclass(frozen=True, slots=True)
class Specification:
    """The specification that the clauses belong to."""

    name: str
    version: str
    source: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A normative sentence of the specification, in our own words."""

    id: str
    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A behaviour that can be observed from outside, with its source.

    Attributes:
        demand: for a core behaviour, the sentence that demands it, in short: the section, and what it says; else empty.
    """

    id: str
    level: Level
    sentence: str
    source: str
    demand: str = ""


def specification() -> Specification:
    """Return the specification that the clauses belong to."""
    path = resources.fixtures() / "specification.yaml"
    content = _content(path)
    _check(path, content, ("specification", "version", "source"))
    return Specification(content["specification"], content["version"], content["source"])


@cache
def clauses() -> dict[str, Clause]:
    """Return the clauses by their ids, such as ``2.4.1-a``."""
    return read_clauses(resources.fixtures() / "specification.yaml")


@cache
def behaviours() -> dict[str, Behaviour]:
    """Return the behaviours by their ids, such as ``C01``."""
    return read_behaviours(resources.fixtures() / "behaviours.yaml")


@cache
def not_covered() -> dict[str, str]:
    """Return the behaviours that no scenario covers on purpose, by their ids, with the reason."""
    rows = _rows(resources.fixtures() / "not-covered.yaml", "behaviours", _BEHAVIOUR, "reason")
    return {row["id"]: row["reason"] for row in rows}


def level_of(tags_of_scenario: frozenset[str]) -> Level:
    """Return the level among the tags of a packaged scenario, which always has one."""
    return next(level for level in LEVELS if level in tags_of_scenario)


def read_clauses(path: Path) -> dict[str, Clause]:
    """Return the clauses of a file by their ids.

    Raises:
        FeatureError: with file and line, if it cannot be read or a row is wrong.
    """
    rows = _rows(path, "clauses", _CLAUSE, "level", "sentence")
    return {row["id"]: Clause(row["id"], row["level"], row["sentence"]) for row in rows}


def read_behaviours(path: Path) -> dict[str, Behaviour]:
    """Return the behaviours of a file by their ids.

    Raises:
        FeatureError: as `read_clauses`.
    """
    rows = _rows(path, "behaviours", _BEHAVIOUR, "level", "sentence", "source")
    for row in rows:
        if row["level"] == "core":
            _check(path, row, ("demand",))
        elif "demand" in row:
            raise FeatureError(f"{path}:{row[_LINE]}: {row['id']} is not core and has a demand; remove the demand")
    return {
        row["id"]: Behaviour(row["id"], row["level"], row["sentence"], row["source"], row.get("demand", ""))
        for row in rows
    }


def meanings() -> Iterator[tuple[str, str]]:
    """Return every tag with its meaning."""
    yield from LEVELS.items()
    yield from ((tag, combination.title) for tag, combination in COMBINATIONS.items())
    yield from OTHER_TAGS.items()
    yield from ((f"needs-{capability}", f"needs a target that offers {capability}") for capability in Capability)
    yield from ((f"spec-{clause.id}", clause.sentence) for clause in clauses().values())
    yield from ((behaviour.id, behaviour.sentence) for behaviour in behaviours().values())


def _rows(path: Path, key: str, ids: re.Pattern[str], *fields: str) -> list[dict[str, Any]]:
    """Return the rows below a key of a file, each checked, since a wrong tag would check nothing."""
    content = _content(path)
    rows = content.get(key)
    if not isinstance(rows, list):
        raise FeatureError(f"{path}:{content[_LINE]}: {key} is not a list of rows")
    lines: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise FeatureError(f"{path}:{content[_LINE]}: row {number} of {key} is not a mapping: {row!r}")
        _check(path, row, ("id", *fields))
        own, line = row["id"], row[_LINE]
        if not ids.fullmatch(own):
            raise FeatureError(f"{path}:{line}: {own!r} is not an id of {key}; use one such as {_EXAMPLES[ids]}")
        if own in lines:
            raise FeatureError(f"{path}:{line}: the id {own} is also in line {lines[own]}; use another one")
        if "level" in fields and row["level"] not in LEVELS:
            raise FeatureError(f"{path}:{line}: {own} has the unknown level {row['level']!r}; use {', '.join(LEVELS)}")
        lines[own] = line
    return rows


def _check(path: Path, row: dict[str, Any], fields: tuple[str, ...]) -> None:
    """Check that a row has some fields, each a text."""
    for field in fields:
        if field not in row:
            raise FeatureError(f"{path}:{row[_LINE]}: {row.get('id', 'a row')} has no {field}")
        if not isinstance(row[field], str) or not row[field].strip():
            raise FeatureError(
                f"{path}:{row[_LINE]}: the {field} {row[field]!r} is not a text; put it in quotation marks"
            )


@cache
def _content(path: Path) -> dict[str, Any]:
    try:
        octets = path.read_bytes()
        content = yaml.load(octets, Loader=_Loader)  # noqa: S506 - it is a safe one  # nosec B506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise FeatureError(f"{path}:{mark.line + 1 if mark else 1}: is not YAML: {error.problem}") from error
    except (OSError, yaml.YAMLError) as error:
        raise FeatureError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise FeatureError(f"{path}:1: is not a mapping")
    return content


class _Loader(yaml.CSafeLoader):
    """A loader that notes where each mapping begins."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True) | {_LINE: node.start_mark.line + 1}


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
