"""The images of a run's pods: where possible, images that the nodes have already.

A node lists at most 50 of its images (kubelet: ``nodeStatusMaxImages``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from svcdns.targets.cluster import nodes
from svcdns.targets.cluster.apiserver.api import Api

PAUSE_IMAGE = "registry.k8s.io/pause:3.10"
PROBE_IMAGE = "docker.io/library/python:3.12-alpine"


class Image(NamedTuple):
    """An image, and whether every node is known to have it."""

    name: str
    on_nodes: bool


def pause_image(api: Api) -> str:
    """Return the pause image that most nodes have, else `PAUSE_IMAGE`; its containers do nothing."""
    counts = Counter(name for node in nodes.listed(api) if nodes.takes_pods(node) for name in _names(node))
    return _most_common(counts, lambda name: name.rpartition("/")[2].startswith("pause:")) or PAUSE_IMAGE


def probe_image(api: Api, wanted: str) -> Image:
    """Return the wanted image of probe pods, or an image called ``*python*`` that most nodes have, or `PROBE_IMAGE`.

    Raises:
        UndeterminedError: if the API server cannot be reached any more.
    """
    listed = nodes.listed(api)
    counts = Counter(name for node in listed for name in _names(node))
    name = (
        wanted
        or _most_common(counts, lambda name: "python" in _repository(name), lambda name: _repository(name) == "python")
        or PROBE_IMAGE
    )
    return Image(name, bool(listed) and counts[full_name(name)] == len(listed))


def full_name(name: str) -> str:
    """Return the name as nodes write it: with its registry and tag, also where they are the default."""
    registry, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not set(registry) & set(".:") and registry != "localhost":
        name = f"docker.io/{name}"
    return name if {":", "@"} & set(name.rpartition("/")[2]) else f"{name}:latest"


def _most_common(
    counts: Mapping[str, int], fits: Callable[[str], bool], preferred: Callable[[str], bool] = lambda _: True
) -> str:
    """Return the tagged name that fits and that most nodes have, of several a preferred one; empty where none fits."""
    fitting = (name for name in counts if "@" not in name and fits(name))
    return min(fitting, key=lambda name: (-counts[name], not preferred(name), name), default="")


def _names(node: Mapping[str, Any]) -> set[str]:
    return {name for image in node["status"].get("images") or () for name in image.get("names") or ()}


def _repository(name: str) -> str:
    """Return the last part of a name's path."""
    return name.rpartition("/")[2].partition(":")[0]
