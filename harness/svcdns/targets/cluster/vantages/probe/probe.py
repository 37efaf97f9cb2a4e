"""The probe vantage: queries from inside a pod."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from svcdns.client import Channel
from svcdns.errors import TargetError
from svcdns.targets.cluster.namespaces import what_holds
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import making
from svcdns.targets.cluster.vantages.following import Following
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.probe import probe_pod
from svcdns.targets.cluster.vantages.probe.relaying import Relay, Relayed
from svcdns.targets.cluster.vantages.servers import Replicas
from svcdns.targets.target import SECONDS_TO_DELETE
from svcdns.targets.waits import Waits

_DNS_PORT = 53
_PAUSE_SECONDS = 0.1


def make(own: Ownership, image: str, plan: VantagePlan, life: ExitStack, waits: Waits) -> VantagePlan:
    """Run a probe pod in a Namespace of its own; ``life`` removes both.

    Raises:
        TargetError: if the pod cannot run.
        NoPodStartsError: if it gets no node.
    """
    name = f"svcdns-{own.run}-probe"
    making.make(own, probe_pod.namespace(own.run, name), life, partial(_remove, own, name, waits))
    probe_pod.create(own, name, image)
    with waits.on(f"the probe pod {name}/{probe_pod.NAME} to start"):
        probe_pod.wait(own.api, name, image, is_first=True)
    virtual = tuple((ip, _DNS_PORT) for ip in plan.service.cluster_ips) if plan.service else plan.servers
    note = f"the pod {name}/{probe_pod.NAME} with the image {image} sends the queries"
    return replace(plan, servers=virtual, namespace=name, image=image, note=note)


def channels(relay: Relay, replicas: Replicas) -> list[Channel]:
    """Return a channel to each DNS pod through a relay."""
    places = range(len(replicas))
    return [Following(_at(relay, replicas, place), partial(_at_now, relay, replicas, place)) for place in places]


def _remove(own: Ownership, namespace: str, waits: Waits) -> None:
    """Delete the Namespace and wait until it is gone, or another has its name.

    Raises:
        TargetError: if it is not gone at the deadline; with what holds it.
    """
    with waits.on(f"the namespace {namespace} to be gone"):
        _await_removed(own, namespace)


def _await_removed(own: Ownership, namespace: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_DELETE
    own.undo("Namespace", namespace)
    while (left := own.api.get("Namespace", namespace)) and own.has_made(left):
        if "deletionTimestamp" not in left["metadata"]:
            own.delete_found(left)
        if time.monotonic() > deadline:
            raise TargetError(
                f'Namespace "{namespace}" is not gone after {SECONDS_TO_DELETE:.0f} s: {what_holds(left)}'
            )
        time.sleep(_PAUSE_SECONDS)


def _at(relay: Relay, replicas: Replicas, place: int) -> Channel:
    replica = replicas.at(place)
    return Relayed(relay, replica.address, replica.port)


def _at_now(relay: Relay, replicas: Replicas, place: int) -> Channel:
    replicas.refresh()
    return _at(relay, replicas, place)
