"""The image of probe pods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api

DEFAULT = "docker.io/library/python:3.12-alpine"


class Image(NamedTuple):
    """An image, and whether every node is known to have it."""

    name: str
    on_nodes: bool


def choose(api: Api, wanted: str) -> Image:
    """The image that is wanted, or else one called ``*python*`` that most nodes have, or else `DEFAULT`.

    A node names at most 50 of its images (kubelet: ``nodeStatusMaxImages``), and a Role need not show nodes.

    Raises:
        UndeterminedError: if the API server cannot be reached any more.
    """
    try:
        nodes = [_names(node["status"].get("images") or ()) for node in api.list("Node")]
    except UndeterminedError:
        raise
    except TargetError:
        nodes = []
    counts = Counter(name for names in nodes for name in names)
    if not wanted:
        fitting = [name for name in counts if "@" not in name and "python" in _repository(name)]
        fitting.sort(key=lambda name: (-counts[name], _repository(name) != "python", name))
        wanted = next(iter(fitting), DEFAULT)
    return Image(wanted, bool(nodes) and counts[full_name(wanted)] == len(nodes))


def _names(images: Iterable[dict[str, list[str]]]) -> set[str]:
    return {name for image in images for name in image.get("names") or ()}


def _repository(name: str) -> str:
    """The last part of a name's path."""
    return name.rpartition("/")[2].partition(":")[0]


def full_name(name: str) -> str:
    """The name as nodes write it, with the registry and the tag that are meant where none is given."""
    registry, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not set(registry) & set(".:") and registry != "localhost":
        name = f"docker.io/{name}"
    return name if {":", "@"} & set(name.rpartition("/")[2]) else f"{name}:latest"
