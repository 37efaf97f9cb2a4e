"""The embedded cluster: each operation on it is done as a whole or not at all."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Lock
from typing import Any

from svcdns.controllers import admission, bootstrap, kinds, naming, pods, reconcile
from svcdns.controllers.admission import Note
from svcdns.controllers.allocation import Allocator
from svcdns.controllers.expose import service_for
from svcdns.controllers.store import Json, ObjectRef, Store, ref_of
from svcdns.errors import TargetError
from svcdns.manifests import Manifest
from svcdns.state import ClusterState, Family, Key, Object, read_object

_SCALED = ("Deployment", "ReplicaSet", "StatefulSet", "ReplicationController")
_RESTARTED = ("Deployment", "StatefulSet", "DaemonSet")


class Cluster:
    """An API server with its controllers and kubelets, reduced to what DNS depends on.

    Every call returns when the controllers have nothing left to do. It either makes all its changes, or raises an error
    and makes none. Calls may come from any thread.

    Args:
        domain: the cluster domain, without the final dot.
        families: the IP families of Services and pods; single-stack Services have the first.
        seed: makes names, identities and addresses repeatable.
    """

    def __init__(
        self,
        *,
        domain: str = "cluster.local",
        families: tuple[Family, ...] = ("IPv4", "IPv6"),
        seed: int | None = None,
    ) -> None:
        random = Random(seed)  # noqa: S311 - names and addresses are no secrets, and a seed must repeat them
        self._lock = Lock()
        self._store = Store(Allocator(families, random), random)
        self._state = ClusterState(domain=domain)
        self._last_restart = datetime.fromtimestamp(0, UTC)
        with self._changing() as store:
            for manifest, namespace in bootstrap.contents(families[0]):
                admission.admit(store, manifest, admission.reference(store, manifest, namespace))

    @property
    def state(self) -> ClusterState:
        """The state that DNS depends on; immutable, and replaced by every change."""
        return self._state

    def create_namespace(self, name: str) -> None:
        """Create a Namespace.

        Raises:
            TargetError: if it exists.
        """
        with self._changing() as store:
            if store.get(ObjectRef("Namespace", "", name)):
                raise TargetError(f'the Namespace "{name}" already exists: choose another name, or delete it first')
            admission.admit(store, bootstrap.namespace(name), ObjectRef("Namespace", "", name))

    def apply(self, manifests: Sequence[Manifest], namespace: str) -> tuple[Note, ...]:
        """Create or update all objects, as ``kubectl apply --server-side`` would.

        An object keeps its virtual IPs, node ports and identity, and its number of replicas where the manifest sets none.

        Returns:
            remarks: warnings of the API server, and objects that have no effect on DNS or an unknown one.

        Raises:
            ManifestError: if the API server would refuse one of them.
        """
        notes: list[Note] = []
        seen: dict[ObjectRef, Manifest] = {}
        with self._changing() as store:
            for manifest in manifests:
                ref = admission.reference(store, manifest, namespace)
                if ref in seen:
                    first = seen[ref]
                    raise manifest.error(f"is given twice, first in {first.path}:{first.line()}; remove one")
                seen[ref] = manifest
                notes += admission.admit(store, manifest, ref)
        return tuple(notes)

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Delete an object and what it owns; what a controller keeps comes back.

        Here and below, a kind is taken as kubectl takes it: ``StatefulSet``, ``statefulset``, ``statefulsets.apps``.

        Raises:
            TargetError: if it does not exist, or cannot be deleted.
        """
        with self._changing() as store:
            item = _existing(store, kind, name, namespace)
            if item["kind"] == "Namespace" and bootstrap.NAMESPACES.get(name):
                raise TargetError(f'the Namespace "{name}" cannot be deleted: the cluster needs it')
            reconcile.delete(store, item)

    def scale(self, kind: str, name: str, replicas: int, namespace: str) -> None:
        """Set the number of replicas of a Deployment, ReplicaSet, StatefulSet or ReplicationController.

        Raises:
            TargetError: if it does not exist, or cannot be scaled.
        """
        with self._changing() as store:
            item = _existing(store, kind, name, namespace, allowed=_SCALED, done="scaled")
            if replicas < 0:
                raise TargetError(f'{item["kind"]} "{name}" cannot have {replicas} replicas')
            store.put({**item, "spec": {**item["spec"], "replicas": replicas}})
            # The number is no longer what was applied, so an apply without one leaves it.
            applied = dict(store.applied.get(ref_of(item), {}))
            applied.pop("replicas", None)
            store.applied[ref_of(item)] = applied

    def restart(self, kind: str, name: str, namespace: str) -> None:
        """Replace the pods of a Deployment, StatefulSet or DaemonSet, as ``kubectl rollout restart`` does.

        Raises:
            TargetError: if it does not exist, or cannot be restarted.
        """
        with self._changing() as store:
            item = _existing(store, kind, name, namespace, allowed=_RESTARTED, done="restarted")
            if item["spec"].get("paused"):
                raise TargetError(f'Deployment "{name}" is paused and cannot be restarted; remove "paused" first')
            # Two restarts within a second have to differ, or the second one would change nothing.
            self._last_restart = max(datetime.now(UTC), self._last_restart + timedelta(seconds=1))
            template = item["spec"]["template"]
            annotations = {
                **(template["metadata"].get("annotations") or {}),
                admission.RESTARTED_AT: naming.timestamp(self._last_restart),
            }
            template = {**template, "metadata": {**template["metadata"], "annotations": annotations}}
            store.put({**item, "spec": {**item["spec"], "template": template}})

    def set_ready(self, pod: str, namespace: str, *, ready: bool) -> None:
        """Make a pod ready or not: set its readiness gate ``svcdns.dev/ready``, or else pass or fail its readiness probe.

        Raises:
            TargetError: if the pod does not exist.
        """
        with self._changing() as store:
            store.tell(_existing(store, "Pod", pod, namespace), ready=ready)

    def wish_ready(self, namespace: str, *, ready: bool) -> None:
        """Make all pods of a namespace ready or not, also those that are created later.

        Raises:
            TargetError: if the namespace does not exist.
        """
        with self._changing() as store:
            _existing(store, "Namespace", namespace, "")
            store.wish(namespace, ready=ready)

    def finish_terminating(self, namespace: str) -> None:
        """Remove the terminating pods of a namespace, as if their containers had stopped.

        Raises:
            TargetError: if the namespace does not exist.
        """
        with self._changing() as store:
            _existing(store, "Namespace", namespace, "")
            for item in store.objects("Pod", namespace):
                if pods.is_terminating(item):
                    store.drop(item)

    def expose(
        self, kind: str, name: str, namespace: str, *, port: int, target_port: int | str | None, service: str
    ) -> None:
        """Create a Service for a workload, as ``kubectl expose`` does.

        Raises:
            TargetError: if kubectl would refuse, in kubectl's words.
            ManifestError: if the API server would refuse the Service.
        """
        with self._changing() as store:
            ref = ObjectRef(kinds.named(kind), namespace, name)
            manifest = service_for(store, ref, port=port, target_port=target_port, service=service)
            admission.admit(store, manifest, ObjectRef("Service", namespace, service))

    def objects(self, namespace: str | None = None) -> list[dict[str, Any]]:
        """Return copies of the stored objects, of one namespace or all, as ``kubectl get -o json`` prints them."""
        return copy.deepcopy(self._store.all(namespace))

    @contextmanager
    def _changing(self) -> Iterator[Store]:
        """Change a fork of the store; at the end the controllers run, and the fork replaces the store."""
        with self._lock:
            store = self._store.fork()
            yield store
            reconcile.settle(store)
            self._state = self._seen(store)
            self._store = store

    def _seen(self, store: Store) -> ClusterState:
        """Return the state with the changed objects of the store read again."""
        put: list[Object] = []
        removed: list[Object] = []
        state = self._state
        tables: dict[str, Any] = {"Service": state.services, "EndpointSlice": state.slices, "Pod": state.pods}
        for ref in store.changed:
            item = store.get(ref) if ref.kind in kinds.KINDS else None
            read = read_object(item) if item else None
            if read:
                put.append(read)
            elif ref.kind == "Namespace" and ref.name in state.namespaces:
                removed.append(state.namespaces[ref.name])
            elif (key := Key(ref.namespace, ref.name)) in tables.get(ref.kind, {}):
                removed.append(tables[ref.kind][key])
        return state.changed(put, removed) if put or removed else state


def _existing(
    store: Store, kind: str, name: str, namespace: str, *, allowed: tuple[str, ...] = (), done: str = ""
) -> Json:
    """Return the object of an operation.

    Raises:
        TargetError: if it does not exist, or its kind is not allowed.
    """
    known = kinds.named(kind)
    if allowed and known not in allowed:
        raise TargetError(f"a {known} cannot be {done}: only a {', '.join(allowed[:-1])} or {allowed[-1]} can")
    if known == "Namespace":
        namespace = ""
    item = store.get(ObjectRef(known, namespace, name))
    if item is None:
        place = f'the namespace "{namespace}"' if namespace else "the cluster"
        others = [other["metadata"]["name"] for other in store.objects(known, namespace)]
        there = f"it has {', '.join(others)}" if others else f"it has no {known}"
        raise TargetError(f'{known} "{name}" does not exist in {place}: {there}')
    return item
