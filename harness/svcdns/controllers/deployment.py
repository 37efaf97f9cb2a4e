"""The Deployment controller: a ReplicaSet for each pod template, and the update from the old ones to the new one."""

from __future__ import annotations

from math import ceil, floor

from svcdns.controllers import naming, pods
from svcdns.controllers.store import Json, ObjectRef, Store, owner_reference

_HASH = "pod-template-hash"


def deployments(store: Store, namespace: str) -> None:
    """Take each Deployment of a namespace one step further (``pkg/controller/deployment``)."""
    for deployment in store.objects("Deployment", namespace):
        uid = deployment["metadata"]["uid"]
        sets = [
            item
            for item in store.objects("ReplicaSet", namespace)
            if any(owner["uid"] == uid for owner in item["metadata"].get("ownerReferences") or ())
        ]
        wanted = deployment["spec"]["replicas"]
        name = f"{deployment['metadata']['name']}-{naming.template_hash(deployment['spec']['template'])}"
        new = next((item for item in sets if item["metadata"]["name"] == name), None)
        if deployment["spec"].get("paused"):
            serving = [item for item in sets if item["spec"]["replicas"]] or sets
            if serving:
                _scale(store, serving[-1], wanted)
            continue
        if new is None:
            if store.get(ObjectRef("ReplicaSet", namespace, name)):
                continue
            new = _create(store, deployment, name)
        old = [item for item in sets if item is not new]
        if deployment["spec"]["strategy"].get("type") == "Recreate":
            _recreate(store, new, old, wanted)
        else:
            _roll(store, deployment, new, old)
        _forget(store, old, deployment["spec"]["revisionHistoryLimit"])


def _create(store: Store, deployment: Json, name: str) -> Json:
    spec, namespace = deployment["spec"], deployment["metadata"]["namespace"]
    mark = {_HASH: name.rpartition("-")[2]}
    template_metadata = spec["template"]["metadata"]
    labels = {**(template_metadata.get("labels") or {}), **mark}
    selector = {**spec["selector"], "matchLabels": {**(spec["selector"].get("matchLabels") or {}), **mark}}
    replica_set: Json = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            **store.new_metadata(name, namespace),
            "labels": labels,
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": selector,
            "template": {**spec["template"], "metadata": {**template_metadata, "labels": labels}},
        },
    }
    store.put(replica_set)
    return replica_set


def _recreate(store: Store, new: Json, old: list[Json], wanted: int) -> None:
    for item in old:
        _scale(store, item, 0)
    if not any(pods.owned(store, item) for item in old):
        _scale(store, new, wanted)


def _roll(store: Store, deployment: Json, new: Json, old: list[Json]) -> None:
    """Take one step of a rolling update (``rolling.go``), within ``maxSurge`` and ``maxUnavailable``."""
    wanted = deployment["spec"]["replicas"]
    surge, unavailable = _limits(deployment["spec"]["strategy"].get("rollingUpdate") or {}, wanted)
    size = new["spec"]["replicas"]
    total = size + sum(item["spec"]["replicas"] for item in old)
    if size > wanted:
        _scale(store, new, wanted)
        return
    if size < wanted and total < wanted + surge:
        _scale(store, new, size + min(wanted - size, wanted + surge - total))
        return
    available = [_available(store, item) for item in old]
    available_new = _available(store, new)
    spare = total - (wanted - unavailable) - (size - available_new)
    if spare <= 0:
        return
    sizes = [item["spec"]["replicas"] for item in old]
    for index in range(len(old)):
        # Pods that are not available are removed first.
        broken = min(spare, max(0, sizes[index] - available[index]))
        sizes[index] -= broken
        spare -= broken
    surplus = max(0, available_new + sum(available) - (wanted - unavailable))
    for index, item in enumerate(old):
        fewer = min(surplus, sizes[index])
        surplus -= fewer
        _scale(store, item, sizes[index] - fewer)


def _limits(strategy: Json, wanted: int) -> tuple[int, int]:
    surge = _share(strategy.get("maxSurge", "25%"), wanted, up=True)
    unavailable = _share(strategy.get("maxUnavailable", "25%"), wanted, up=False)
    return surge, unavailable if surge or unavailable else 1


def _share(value: int | str, total: int, *, up: bool) -> int:
    if isinstance(value, int):
        return value
    share = int(value.rstrip("%")) * total / 100
    return ceil(share) if up else floor(share)


def _available(store: Store, replica_set: Json) -> int:
    return sum(pods.is_available(pod) for pod in pods.owned(store, replica_set))


def _scale(store: Store, replica_set: Json, replicas: int) -> None:
    store.put({**replica_set, "spec": {**replica_set["spec"], "replicas": replicas}})


def _forget(store: Store, old: list[Json], limit: int) -> None:
    idle = [item for item in old if not item["spec"]["replicas"] and not pods.owned(store, item)]
    for item in idle[: max(0, len(idle) - limit)]:
        store.drop(item)
