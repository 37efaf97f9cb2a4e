"""The controllers' loop: over each namespace that changed, until nothing is left to do."""

from __future__ import annotations

from svcdns.controllers import kinds, pods
from svcdns.controllers.deployment import deployments
from svcdns.controllers.endpoint_slices import endpoint_slices
from svcdns.controllers.mirroring import mirrored_slices
from svcdns.controllers.stateful_set import stateful_sets
from svcdns.controllers.store import Json, ObjectRef, Store
from svcdns.controllers.workloads import daemon_sets, jobs, replica_sets

_UNTIL_STABLE = (deployments, replica_sets, stateful_sets, daemon_sets, jobs, pods.run)
_AFTERWARDS = (endpoint_slices, mirrored_slices)


def settle(store: Store) -> None:
    """Run the controllers in every namespace that changed since the fork."""
    for namespace in dict.fromkeys(ref.namespace for ref in store.changed if ref.namespace):
        version = -1
        while version != store.version:
            version = store.version
            collect_garbage(store, namespace)
            for controller in _UNTIL_STABLE:
                controller(store, namespace)
        for controller in _AFTERWARDS:
            controller(store, namespace)


def collect_garbage(store: Store, namespace: str) -> None:
    """Delete objects whose owners are gone (``pkg/controller/garbagecollector``)."""
    for item in store.all(namespace):
        owners = item["metadata"].get("ownerReferences") or ()
        if owners and not any(_exists(store, owner, namespace) for owner in owners):
            delete(store, item)


def delete(store: Store, item: Json) -> None:
    """Delete an object: a Namespace with all its objects; a pod may stay as terminating."""
    if item["kind"] == "Pod":
        pods.delete(store, item)
        return
    if item["kind"] == "Namespace":
        name = item["metadata"]["name"]
        store.wishes.pop(name, None)
        for inside in store.all(name):
            store.drop(inside)
    store.drop(item)


def _exists(store: Store, owner: Json, namespace: str) -> bool:
    kind = kinds.key(owner["apiVersion"], owner["kind"])
    item = store.get(ObjectRef(kind, namespace, owner["name"])) or store.get(ObjectRef(kind, "", owner["name"]))
    return item is not None and item["metadata"]["uid"] == owner["uid"]
