"""What the nodes can take, and what they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster.apiserver.api import Api

#: The part of what the nodes can still take that a run may use: others want to run pods too.
_SHARE = 0.6

#: The number of pods where the nodes do not say what they can take.
UNKNOWN_CAPACITY = 60

PAUSE_IMAGE = "registry.k8s.io/pause:3.10"

_OVER = frozenset({"Succeeded", "Failed"})


def capacity(api: Api) -> int:
    """How many pods a run may have at a time: 60 % of what the nodes can still take, 60 where they do not say."""
    nodes = {node["metadata"]["name"]: _allocatable(node) for node in _nodes(api) if _takes_pods(node)}
    if not nodes or None in nodes.values():
        return UNKNOWN_CAPACITY
    scheduled = [
        pod
        for pod in api.list("Pod")
        if pod["spec"].get("nodeName") in nodes and (pod.get("status") or {}).get("phase") not in _OVER
    ]
    free = sum(pods for pods in nodes.values() if pods is not None) - len(scheduled)
    return max(0, int(free * _SHARE))


def pause_image(api: Api) -> str:
    """An image that does nothing: the pause image that most nodes have, else `PAUSE_IMAGE`.

    A node names at most 50 of its images (kubelet: ``nodeStatusMaxImages``).
    """
    counts = Counter(
        name
        for node in _nodes(api)
        if _takes_pods(node)
        for image in node["status"].get("images") or ()
        for name in image.get("names") or ()
        if name.rpartition("/")[2].startswith("pause:") and "@" not in name
    )
    return max(sorted(counts), key=lambda name: counts[name], default=PAUSE_IMAGE)


def _nodes(api: Api) -> list[dict[str, Any]]:
    """The nodes; none where a Role does not show them."""
    try:
        return api.list("Node")
    except UndeterminedError:
        raise
    except TargetError:
        return []


def _takes_pods(node: Mapping[str, Any]) -> bool:
    """Whether pods without tolerations are scheduled on a node."""
    spec = node["spec"]
    taints = spec.get("taints") or ()
    return not spec.get("unschedulable") and all(taint["effect"] == "PreferNoSchedule" for taint in taints)


def _allocatable(node: Mapping[str, Any]) -> int | None:
    pods = (node["status"].get("allocatable") or {}).get("pods", "")
    return int(pods) if pods.isdecimal() else None
