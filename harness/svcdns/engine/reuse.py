"""When a Namespace may pass from one scenario to the next, which saves a live cluster from starting the same pods again.

What it is put back to has to be what a new one would be, and nobody may remember what it was in between: names of a
Service are asked until a deadline that begins anew, but reverse names are kept for 30 s by the cache of shipped
Corefiles, so whoever asks for those gets no pods whose reverse names were asked shortly before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import dns.name
from dns.rdatatype import PTR

from svcdns.judge import Reading
from svcdns.manifests import Manifest, is_known
from svcdns.message import reverse_name
from svcdns.state import ClusterState, Pod
from svcdns.targets.target import PROBE_LABEL

#: For how many seconds shipped Corefiles keep answers for reverse names (``cache 30``).
KEPT_SECONDS = 30.0

#: Objects that are put back by applying them again.
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "Pod"})

#: Objects that are deleted and then applied, so that nothing of the earlier ones is left in them.
_MADE_ANEW = frozenset({"Service", "EndpointSlice"})


def can_be_reset(declared: Sequence[Manifest], *, ready: bool) -> bool:
    """Whether objects are the same again once they are applied again.

    Where no pod is to be ready, an ordered StatefulSet would have one pod alone.
    """
    ordered = [
        item
        for item in declared
        if item.kind == "StatefulSet" and item.data["spec"].get("podManagementPolicy") != "Parallel"
    ]
    plain = all(item.kind in _MADE_ANEW | _WORKLOADS and is_known(item) and not item.namespace for item in declared)
    return plain and (ready or not ordered)


def leaves_as_it_was(applied: Iterable[Manifest], declared: Iterable[Manifest]) -> bool:
    """Whether what a scenario applied is deleted for the next, or was a pod that is applied again as it was declared."""
    pods = {item.name for item in declared if item.kind == "Pod"}
    return all(item.kind in _MADE_ANEW or (item.kind == "Pod" and item.name in pods) for item in applied)


def reverse_names(readings: Sequence[Reading]) -> set[dns.name.Name]:
    """The names whose PTR records were asked for."""
    return {reading.answer.question.name for reading in readings if reading.answer.question.type == PTR}


def may_be_remembered(asked: Mapping[dns.name.Name, float], pods: Iterable[Pod], now: float) -> bool:
    """Whether a cache may still hold an answer for the reverse name of a pod.

    Args:
        asked: when each reverse name was last asked for, in the seconds of a clock.
        pods: the pods.
        now: the time by the same clock.
    """
    names = {reverse_name(address) for pod in pods for address in pod.addresses}
    return any(now - seconds < KEPT_SECONDS for name, seconds in asked.items() if name in names)


def made_anew(state: ClusterState, namespace: str) -> list[tuple[str, str]]:
    """What has to go from a Namespace before the next declares its own, as (kind, name).

    EndpointSlices that were written by hand come first: those of a controller go with the Service, also later than it.
    """
    own = state.only(namespace)
    written = [("EndpointSlice", key.name) for key, item in own.slices.items() if not item.owner]
    return [*written, *(("Service", key.name) for key in own.services)]


def is_as_declared(state: ClusterState, namespace: str, declared: Sequence[Manifest]) -> bool:
    """Whether a Namespace holds what was declared there, and no other pods, Services or EndpointSlices."""
    own = state.only(namespace)
    pods = [pod for pod in own.pods.values() if PROBE_LABEL not in pod.labels]
    wanted = sum(
        item.data["spec"].get("replicas", 1) for item in declared if item.kind in _WORKLOADS and is_known(item)
    )
    return (
        len(pods) == wanted
        and not any(pod.terminating for pod in pods)
        and set(made_anew(own, namespace)) == {(item.kind, item.name) for item in declared if item.kind in _MADE_ANEW}
    )
