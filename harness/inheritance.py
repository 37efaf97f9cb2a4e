"""When a Namespace may pass from one scenario to the next, which saves a live cluster from starting the same pods again.

What it is put back to has to be what a new one would be, and nobody may remember what it was in between: names of a
Service are asked until a deadline that begins anew, but reverse names of pods are kept for 30 s by the cache of shipped
Corefiles, so a Namespace in which one was asked is not passed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dns.rdatatype import PTR

from harness.judge import Reading
from harness.manifests import Manifest
from harness.state import ClusterState
from harness.target import PROBE_LABEL

#: Objects that are put back by applying them again, and by deleting those that were not declared.
_WORKLOADS = frozenset({"Deployment", "StatefulSet"})
_SERVICES = frozenset({"Service"})


def can_be_put_back(declared: Sequence[Manifest], *, ready: bool) -> bool:
    """Whether objects are the same again once they are applied again.

    Where no pod is to be ready, an ordered StatefulSet would have one pod alone.
    """
    ordered = [
        item
        for item in declared
        if item.kind == "StatefulSet" and item.data["spec"].get("podManagementPolicy") != "Parallel"
    ]
    return all(item.kind in _SERVICES | _WORKLOADS for item in declared) and (ready or not ordered)


def leaves_as_it_was(applied: Iterable[Manifest]) -> bool:
    """Whether what a scenario applied goes with its Services."""
    return all(item.kind in _SERVICES for item in applied)


def asks_reverse_names(readings: Sequence[Reading]) -> bool:
    """Whether one of the questions was for a PTR record."""
    return any(reading.answer.question.type == PTR for reading in readings)


def is_as_declared(state: ClusterState, namespace: str, declared: Sequence[Manifest]) -> bool:
    """Whether a Namespace holds the pods and Services that were declared there, and no others."""
    own = state.only(namespace)
    pods = [pod for pod in own.pods.values() if PROBE_LABEL not in pod.labels]
    wanted = sum(item.data["spec"].get("replicas", 1) for item in declared if item.kind in _WORKLOADS)
    return (
        len(pods) == wanted
        and not any(pod.terminating for pod in pods)
        and {key.name for key in own.services} == {item.name for item in declared if item.kind in _SERVICES}
    )
