"""What the controller of a workload still has to do, by the workload's status and the pods that the watches show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from svcdns.targets.cluster.watch.view import ClusterView, Wished


@dataclass(frozen=True, slots=True)
class _OwnedPod:
    """A pod that a workload owns and that stays, unless it is ``ending``: terminating, and held by a ``preStop`` hook."""

    name: str
    revision: str
    wished: bool
    ending: bool


def unfinished(item: Mapping[str, Any], view: ClusterView, wished: Wished) -> str:
    """Return what the controller of a workload still has to do, or empty; the workload is as the API server has it."""
    metadata, status = item["metadata"], item.get("status") or {}
    # The status of a Job does not name the generation that it is of (batch/v1, JobStatus).
    if item["kind"] != "Job" and status.get("observedGeneration", 0) < metadata.get("generation", 0):
        return "its controller has not seen the last change yet"
    pods = list(_owned_pods(item, view, wished))
    if item["kind"] == "StatefulSet" and any(pod.ending for pod in pods):
        # The controller waits for the pod to end: the next one would have the same name, or come out of order.
        return ""
    problem = _RULES[item["kind"]](item, [pod for pod in pods if not pod.ending])
    failures = (item for item in status.get("conditions") or () if item["type"] == "ReplicaFailure")
    return ": ".join([problem, *(failure.get("message") or "" for failure in failures)]) if problem else ""


def _owned_pods(item: Mapping[str, Any], view: ClusterView, wished: Wished) -> Iterator[_OwnedPod]:
    metadata = item["metadata"]
    for key, pod in view.state.pods.items():
        ending = pod.terminating and view.progress[key].held
        if key.namespace != metadata["namespace"] or (pod.terminating and not ending) or pod.completed:
            continue
        revision = view.progress[key].revision
        if pod.owner == _owner(item, revision):
            yield _OwnedPod(key.name, revision, wished(key, view.uid(key)), ending)


def _owner(item: Mapping[str, Any], revision: str) -> str:
    """Return the owner that a pod of the workload and this revision names; a Deployment's pod names a ReplicaSet."""
    name = item["metadata"]["name"]
    return f"ReplicaSet/{name}-{revision}" if item["kind"] == "Deployment" else f"{item['kind']}/{name}"


def _count(wanted: int, pods: list[_OwnedPod]) -> str:
    return "" if len(pods) == wanted else f"has {len(pods)} of {wanted} pods"


def _replica_set(item: Mapping[str, Any], pods: list[_OwnedPod]) -> str:
    return _count(item["spec"].get("replicas", 1), pods)


def _deployment(item: Mapping[str, Any], pods: list[_OwnedPod]) -> str:
    wanted, status = item["spec"].get("replicas", 1), item.get("status") or {}
    if _is_stuck(item, pods):
        return ""
    if problem := _count(wanted, pods):
        return problem
    if item["spec"].get("paused"):
        return ""
    updated = status.get("updatedReplicas", 0) == status.get("replicas", 0) == wanted
    return "" if updated and len({pod.revision for pod in pods}) <= 1 else "has pods of an old revision"


def _is_stuck(item: Mapping[str, Any], pods: list[_OwnedPod]) -> bool:
    """Return whether a rolling update waits for new pods that are wished unready, and may not create more.

    By then it has ``maxSurge`` pods more than wanted, and has replaced ``maxUnavailable``
    (pkg/controller/deployment/rolling.go).
    """
    wanted, status = item["spec"].get("replicas", 1), item.get("status") or {}
    rolling = (item["spec"].get("strategy") or {}).get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", 0), wanted, ceil)
    replaced = surge + _share(rolling.get("maxUnavailable", 0), wanted, floor)
    revisions = {revision: [pod for pod in pods if pod.revision == revision] for revision in {p.revision for p in pods}}
    return (
        status.get("updatedReplicas", 0) == replaced < wanted
        and len(pods) == status.get("replicas", 0) == wanted + surge
        and any(len(here) == replaced and not any(pod.wished for pod in here) for here in revisions.values())
    )


def _share(value: int | str, wanted: int, whole: Callable[[float], int]) -> int:
    """Return a number of pods, which may be written as a percentage of those wanted."""
    return whole(int(value.removesuffix("%")) * wanted / 100) if isinstance(value, str) else value


def _daemon_set(item: Mapping[str, Any], pods: list[_OwnedPod]) -> str:
    status = item.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    on_delete = (item["spec"].get("updateStrategy") or {}).get("type") == "OnDelete"
    if problem := _count(wanted, pods):
        return problem
    return "" if on_delete or status.get("updatedNumberScheduled", 0) == wanted else "has pods of an old revision"


def _stateful_set(item: Mapping[str, Any], pods: list[_OwnedPod]) -> str:
    """Return what the controller still has to do. It stops at a pod that is wished unready.

    Unless ``Parallel``, it creates pods from the lowest ordinal up. It updates them from the highest down to the
    partition (pkg/controller/statefulset/stateful_set_control.go).
    """
    spec, name = item["spec"], item["metadata"]["name"]
    there = {pod.name: pod for pod in pods}
    start = (spec.get("ordinals") or {}).get("start", 0)
    ordinals = range(start, start + spec.get("replicas", 1))
    ordered = spec.get("podManagementPolicy") != "Parallel"
    # A generator, since a manifest may want any number of pods: it ends at the first that is missing.
    for pod in (f"{name}-{ordinal}" for ordinal in ordinals):
        if pod not in there:
            return f"has no pod {pod} yet"
        if ordered and not there[pod].wished:
            return ""
    wanted = [f"{name}-{ordinal}" for ordinal in ordinals]
    if surplus := sorted(there.keys() - set(wanted)):
        return f"still has the pod {surplus[-1]}"
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return ""
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    for pod in reversed(wanted[partition:]):
        if there[pod].revision != (item.get("status") or {}).get("updateRevision"):
            return f"its pod {pod} is of an old revision"
        if not there[pod].wished:
            return ""
    return ""


def _job(item: Mapping[str, Any], pods: list[_OwnedPod]) -> str:
    status, spec = item.get("status") or {}, item["spec"]
    if spec.get("suspend") or status.get("succeeded") or status.get("failed"):
        return ""
    return _count(min(spec.get("parallelism", 1), spec.get("completions") or spec.get("parallelism", 1)), pods)


_RULES: Mapping[str, Callable[[Mapping[str, Any], list[_OwnedPod]], str]] = {
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "Job": _job,
    "ReplicaSet": _replica_set,
    "ReplicationController": _replica_set,
    "StatefulSet": _stateful_set,
}

#: The kinds of workloads, whose controllers create pods.
KINDS = frozenset(_RULES)
