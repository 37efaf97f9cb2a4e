"""The nodes: which there are, and how many pods they can still take."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from svcdns.errors import NoPodStartsError, TargetError, UndeterminedError
from svcdns.state import COMPLETED_PHASES
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError

#: The share of the nodes' free places that a run may use, since others want to run pods too.
_SHARE = 0.6

#: The number of pods where the nodes do not say how many they can take.
UNKNOWN_CAPACITY = 60

#: The reasons of Events by which an autoscaler adds a node for a pod: of Cluster Autoscaler, and of Karpenter.
_NODE_COMES = frozenset({"TriggeredScaleUp", "Nominated"})


def listed(api: Api) -> list[dict[str, Any]]:
    """Return the nodes; none where we may not list them.

    Raises:
        UndeterminedError: if the API server cannot be reached any more.
    """
    try:
        return api.list("Node")
    except UndeterminedError:
        raise
    except TargetError:
        return []


def capacity(api: Api) -> int:
    """Return how many pods a run may have at a time: 60 % of the free places, or 60 where the nodes do not say."""
    allocatable = {node["metadata"]["name"]: _allocatable(node) for node in listed(api) if takes_pods(node)}
    if not allocatable or None in allocatable.values():
        return UNKNOWN_CAPACITY
    scheduled = [
        pod
        for pod in api.list("Pod")
        if pod["spec"].get("nodeName") in allocatable and (pod.get("status") or {}).get("phase") not in COMPLETED_PHASES
    ]
    free = sum(pods for pods in allocatable.values() if pods is not None) - len(scheduled)
    return max(0, int(free * _SHARE))


def events(api: Api, pod: str, namespace: str) -> list[dict[str, Any]]:
    """Return the Events about a pod, the latest last; none where we may not read them."""
    with suppress(RefusedError):
        return [event for event in api.events(namespace) if event["involvedObject"].get("name") == pod]
    return []


def node_comes(about: list[dict[str, Any]]) -> bool:
    """Return whether by the Events about a pod an autoscaler adds a node for it."""
    return any(event.get("reason") in _NODE_COMES for event in about)


def no_pod_starts(why: str) -> NoPodStartsError:
    """Return the error for a run none of whose pods starts, in the words of the scheduler, the kubelet or an Event."""
    return NoPodStartsError(
        f"no pod of this run starts: {why}; fix that in the cluster, or name images that its nodes can have with "
        "--pause-image and --probe-image"
    )


def takes_pods(node: Mapping[str, Any]) -> bool:
    """Return whether pods without tolerations are scheduled on a node."""
    spec = node["spec"]
    taints = spec.get("taints") or ()
    return not spec.get("unschedulable") and all(taint["effect"] == "PreferNoSchedule" for taint in taints)


def _allocatable(node: Mapping[str, Any]) -> int | None:
    pods = (node["status"].get("allocatable") or {}).get("pods", "")
    return int(pods) if pods.isdecimal() else None
