"""What a workload still has to do, by its own status and the pods that are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from svcdns.targets.cluster.watch.picture import Picture, Ref
from svcdns.targets.cluster.watch.settled import Wished

_OVER = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True, slots=True)
class _Owned:
    """A pod that a workload owns, and that is there to stay unless it is ``ending``, held by a ``preStop`` hook."""

    name: str
    revision: str
    wished: bool
    ending: bool


def unfinished(item: Mapping[str, Any], picture: Picture, wished: Wished) -> str:
    """What a workload, as the API server has it, still has to do; empty where it has finished."""
    metadata, status = item["metadata"], item.get("status") or {}
    # The status of a Job does not say which generation it is of (batch/v1, JobStatus).
    if item["kind"] != "Job" and status.get("observedGeneration", 0) < metadata.get("generation", 0):
        return "its controller has not seen the last change yet"
    pods = list(_owned(item, picture, wished))
    if item["kind"] == "StatefulSet" and any(pod.ending for pod in pods):
        # It does nothing while a pod of it ends: the next one would have the same name, or come out of order.
        return ""
    problem = _RULES[item["kind"]](item, [pod for pod in pods if not pod.ending])
    failures = (one for one in status.get("conditions") or () if one["type"] == "ReplicaFailure")
    return ": ".join([problem, *(one.get("message") or "" for one in failures)]) if problem else ""


def _owned(item: Mapping[str, Any], picture: Picture, wished: Wished) -> Iterator[_Owned]:
    metadata = item["metadata"]
    for key, pod in picture.state.pods.items():
        ending = pod.terminating and picture.progress[key].held
        if key.namespace != metadata["namespace"] or (pod.terminating and not ending) or pod.phase in _OVER:
            continue
        revision = picture.progress[key].revision
        if pod.owner == _owner(item, revision):
            yield _Owned(key.name, revision, wished(key, picture.identities[Ref("Pod", key)].uid), ending)


def _owner(item: Mapping[str, Any], revision: str) -> str:
    """Who a pod of the workload and this revision says it belongs to; a Deployment's belong to a ReplicaSet."""
    name = item["metadata"]["name"]
    return f"ReplicaSet/{name}-{revision}" if item["kind"] == "Deployment" else f"{item['kind']}/{name}"


def _count(wanted: int, pods: list[_Owned]) -> str:
    return "" if len(pods) == wanted else f"has {len(pods)} of {wanted} pods"


def _replica_set(item: Mapping[str, Any], pods: list[_Owned]) -> str:
    return _count(item["spec"].get("replicas", 1), pods)


def _deployment(item: Mapping[str, Any], pods: list[_Owned]) -> str:
    wanted, status = item["spec"].get("replicas", 1), item.get("status") or {}
    if _is_stuck(item, pods):
        return ""
    if problem := _count(wanted, pods):
        return problem
    if item["spec"].get("paused"):
        return ""
    updated = status.get("updatedReplicas", 0) == status.get("replicas", 0) == wanted
    return "" if updated and len({pod.revision for pod in pods}) <= 1 else "has pods of an old revision"


def _is_stuck(item: Mapping[str, Any], pods: list[_Owned]) -> bool:
    """Whether a rolling update waits for new pods that are wished unready, having made as many as it may.

    It has ``maxSurge`` pods more than wanted, and replaced ``maxUnavailable`` (pkg/controller/deployment/rolling.go).
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
    """A number of pods that may be written as a percentage of those wanted."""
    return whole(int(value.removesuffix("%")) * wanted / 100) if isinstance(value, str) else value


def _daemon_set(item: Mapping[str, Any], pods: list[_Owned]) -> str:
    status = item.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    on_delete = (item["spec"].get("updateStrategy") or {}).get("type") == "OnDelete"
    if problem := _count(wanted, pods):
        return problem
    return "" if on_delete or status.get("updatedNumberScheduled", 0) == wanted else "has pods of an old revision"


def _stateful_set(item: Mapping[str, Any], pods: list[_Owned]) -> str:
    """Waits as the controller does: behind a pod that is wished unready it goes on with nothing.

    Pods are created from the lowest on unless ``Parallel``, and updated from the highest down to the partition
    (pkg/controller/statefulset/stateful_set_control.go).
    """
    spec, name = item["spec"], item["metadata"]["name"]
    there = {pod.name: pod for pod in pods}
    start = (spec.get("ordinals") or {}).get("start", 0)
    ordinals = range(start, start + spec.get("replicas", 1))
    ordered = spec.get("podManagementPolicy") != "Parallel"
    # Up to the first that is missing, however many are wanted.
    for one in (f"{name}-{ordinal}" for ordinal in ordinals):
        if one not in there:
            return f"has no pod {one} yet"
        if ordered and not there[one].wished:
            return ""
    wanted = [f"{name}-{ordinal}" for ordinal in ordinals]
    if surplus := sorted(there.keys() - set(wanted)):
        return f"still has the pod {surplus[-1]}"
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return ""
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    for one in reversed(wanted[partition:]):
        if there[one].revision != (item.get("status") or {}).get("updateRevision"):
            return f"its pod {one} is of an old revision"
        if not there[one].wished:
            return ""
    return ""


def _job(item: Mapping[str, Any], pods: list[_Owned]) -> str:
    status, spec = item.get("status") or {}, item["spec"]
    if spec.get("suspend") or status.get("succeeded") or status.get("failed"):
        return ""
    return _count(min(spec.get("parallelism", 1), spec.get("completions") or spec.get("parallelism", 1)), pods)


_RULES: Mapping[str, Callable[[Mapping[str, Any], list[_Owned]], str]] = {
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "Job": _job,
    "ReplicaSet": _replica_set,
    "ReplicationController": _replica_set,
    "StatefulSet": _stateful_set,
}

#: The kinds that make pods.
KINDS = frozenset(_RULES)
