"""The clauses of the specification and the behaviours that scenarios show: the only sources of their tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from harness import data
from harness.errors import FeatureError
from harness.target import Capability

Level = Literal["core", "extended", "quirk"]

#: From the strictest: a scenario without a level of its own has none.
LEVELS: dict[Level, str] = {
    "core": "must hold on any cluster",
    "extended": "may be absent",
    "quirk": "records what a server does, and fails only where the answer is none of the legal choices",
}

COMBINATIONS = {
    "combo-1": "a Deployment behind a ClusterIP Service",
    "combo-2": "a Deployment behind a headless Service",
    "combo-3": "a StatefulSet behind a ClusterIP Service",
    "combo-4": "a StatefulSet behind a headless Service",
}

OTHER_TAGS = {
    "coredns": "holds for CoreDNS; elsewhere it is observed",
    "disruptive": "disturbs the cluster's DNS for everybody; on a cluster you have it runs with --disruptive alone",
}


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
    content = _content(data.fixtures() / "specification.yaml", "clauses")
    return Specification(content["specification"], content["version"], content["source"])


@cache
def clauses() -> dict[str, Clause]:
    """The clauses by their ids, such as ``2.4.1-a``."""
    rows = _rows(data.fixtures() / "specification.yaml", "clauses")
    return {row["id"]: Clause(row["id"], row["level"], row["sentence"]) for row in rows}


@cache
def behaviours() -> dict[str, Behaviour]:
    """The behaviours by their ids, such as ``C01``."""
    rows = _rows(data.fixtures() / "behaviours.yaml", "behaviours")
    return {row["id"]: Behaviour(row["id"], row["level"], row["sentence"], row["source"]) for row in rows}


@cache
def left_out() -> dict[str, str]:
    """The behaviours that are deliberately not shown by any scenario, by their ids, with the reason."""
    return {row["id"]: row["reason"] for row in _rows(data.fixtures() / "not-covered.yaml", "behaviours")}


def tags() -> Iterator[tuple[str, str]]:
    """Every tag there is, with what it means."""
    yield from LEVELS.items()
    yield from COMBINATIONS.items()
    yield from OTHER_TAGS.items()
    yield from ((f"needs-{capability}", f"needs a target that offers {capability}") for capability in Capability)
    yield from ((f"spec-{clause.id}", clause.sentence) for clause in clauses().values())
    yield from ((behaviour.id, behaviour.sentence) for behaviour in behaviours().values())


def _rows(path: Path, key: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", _content(path, key)[key])


@cache
def _content(path: Path, *keys: str) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return {key: content[key] for key in (*content, *keys)}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise FeatureError(f"{path}: cannot be read: {error}") from error
