"""The clauses of the specification and the behaviours that scenarios show: the only sources of their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from svcdns import resources
from svcdns.errors import FeatureError
from svcdns.targets.target import Capability

Level = Literal["core", "extended", "quirk"]

#: From the strictest: a scenario without a level of its own has none.
LEVELS: dict[Level, str] = {
    "core": "must hold on any cluster",
    "extended": "may be absent",
    "quirk": "records what a server does, and fails only where the answer is none of the legal choices",
}

COMBINATIONS = {
    "deployment-clusterip": "a Deployment behind a ClusterIP Service",
    "deployment-headless": "a Deployment behind a headless Service",
    "statefulset-clusterip": "a StatefulSet behind a ClusterIP Service",
    "statefulset-headless": "a StatefulSet behind a headless Service",
}

OTHER_TAGS = {
    "coredns": "holds for CoreDNS; elsewhere it is observed",
    "disruptive": "disturbs the cluster's DNS for everybody; on a cluster you have it runs with --disruptive alone",
}

_CLAUSE, _BEHAVIOUR = re.compile(r"\d+(\.\d+)*-[a-z]"), re.compile(r"[A-Z]\d\d")
_EXAMPLES = {_CLAUSE: "2.4.1-a", _BEHAVIOUR: "C01"}

#: The key under which a mapping has the line that it begins in.
_LINE = "line of its own"


@dataclass(frozen=True, slots=True)
class Specification:
    """The specification that the clauses are of."""

    name: str
    version: str
    source: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One normative sentence of the specification, in our own words."""

    id: str
    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One behaviour that can be shown from outside, with its source."""

    id: str
    level: Level
    sentence: str
    source: str


def specification() -> Specification:
    """What the clauses are of."""
    path = resources.fixtures() / "specification.yaml"
    content = _content(path)
    _check(path, content, ("specification", "version", "source"))
    return Specification(content["specification"], content["version"], content["source"])


@cache
def clauses() -> dict[str, Clause]:
    """The clauses by their ids, such as ``2.4.1-a``."""
    return read_clauses(resources.fixtures() / "specification.yaml")


@cache
def behaviours() -> dict[str, Behaviour]:
    """The behaviours by their ids, such as ``C01``."""
    return read_behaviours(resources.fixtures() / "behaviours.yaml")


@cache
def not_covered() -> dict[str, str]:
    """The behaviours that are deliberately not shown by any scenario, by their ids, with the reason."""
    rows = _rows(resources.fixtures() / "not-covered.yaml", "behaviours", _BEHAVIOUR, "reason")
    return {row["id"]: row["reason"] for row in rows}


def level_of(tags_of_scenario: frozenset[str]) -> Level:
    """Return the level among the tags of a packaged scenario, which always has one."""
    return next(level for level in LEVELS if level in tags_of_scenario)


def read_clauses(path: Path) -> dict[str, Clause]:
    """The clauses of a file by their ids.

    Raises:
        FeatureError: with file and line, if it cannot be read or a row is not as it should be.
    """
    rows = _rows(path, "clauses", _CLAUSE, "level", "sentence")
    return {row["id"]: Clause(row["id"], row["level"], row["sentence"]) for row in rows}


def read_behaviours(path: Path) -> dict[str, Behaviour]:
    """The behaviours of a file by their ids.

    Raises:
        FeatureError: as `read_clauses`.
    """
    rows = _rows(path, "behaviours", _BEHAVIOUR, "level", "sentence", "source")
    return {row["id"]: Behaviour(row["id"], row["level"], row["sentence"], row["source"]) for row in rows}


def meanings() -> Iterator[tuple[str, str]]:
    """Every tag there is, with what it means."""
    yield from LEVELS.items()
    yield from COMBINATIONS.items()
    yield from OTHER_TAGS.items()
    yield from ((f"needs-{capability}", f"needs a target that offers {capability}") for capability in Capability)
    yield from ((f"spec-{clause.id}", clause.sentence) for clause in clauses().values())
    yield from ((behaviour.id, behaviour.sentence) for behaviour in behaviours().values())


def _rows(path: Path, key: str, ids: re.Pattern[str], *fields: str) -> list[dict[str, Any]]:
    """The rows below a key of a file, each checked: they become tags, and a tag in doubt would check nothing."""
    content = _content(path)
    rows = content.get(key)
    if not isinstance(rows, list):
        raise FeatureError(f"{path}:{content[_LINE]}: {key} is no list of rows")
    lines: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise FeatureError(f"{path}:{content[_LINE]}: the row {number} of {key} is no mapping: {row!r}")
        _check(path, row, ("id", *fields))
        own, line = row["id"], row[_LINE]
        if not ids.fullmatch(own):
            raise FeatureError(f"{path}:{line}: {own!r} is no id of {key}; one looks like {_EXAMPLES[ids]}")
        if own in lines:
            raise FeatureError(f"{path}:{line}: the id {own} is that of line {lines[own]} as well")
        if "level" in fields and row["level"] not in LEVELS:
            raise FeatureError(f"{path}:{line}: {own} has the level {row['level']!r}, none of {', '.join(LEVELS)}")
        lines[own] = line
    return rows


def _check(path: Path, row: dict[str, Any], fields: tuple[str, ...]) -> None:
    """See that a row has some fields, each a text."""
    for field in fields:
        if field not in row:
            raise FeatureError(f"{path}:{row[_LINE]}: {row.get('id', 'a row')} has no {field}")
        if not isinstance(row[field], str) or not row[field].strip():
            raise FeatureError(f"{path}:{row[_LINE]}: the {field} {row[field]!r} is no text; put it in quotation marks")


@cache
def _content(path: Path) -> dict[str, Any]:
    try:
        octets = path.read_bytes()
        content = yaml.load(octets, Loader=_Loader)  # noqa: S506 - it is a safe one  # nosec B506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise FeatureError(f"{path}:{mark.line + 1 if mark else 1}: is no YAML: {error.problem}") from error
    except (OSError, yaml.YAMLError) as error:
        raise FeatureError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise FeatureError(f"{path}:1: is no mapping")
    return content


class _Loader(yaml.CSafeLoader):
    """Notes where each mapping begins."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True) | {_LINE: node.start_mark.line + 1}


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
