"""The common parts of the two controllers that write EndpointSlices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.controllers.store import Json, Store, owner_reference
from svcdns.state import SERVICE_NAME_LABEL, Family

MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by"

PortsKey = tuple[tuple[tuple[str, Any], ...], ...]


def managed(store: Store, namespace: str, controller: str) -> dict[str, list[Json]]:
    """Return the EndpointSlices that a controller manages, by the name of their Service."""
    by_service: dict[str, list[Json]] = {}
    for item in store.objects("EndpointSlice", namespace):
        labels = item["metadata"].get("labels") or {}
        if labels.get(MANAGED_BY_LABEL) == controller and SERVICE_NAME_LABEL in labels:
            by_service.setdefault(labels[SERVICE_NAME_LABEL], []).append(item)
    return by_service


def ports_key(ports: list[Json] | None) -> PortsKey:
    """Return a key that is the same for the same ports in any order."""
    return tuple(sorted(tuple(sorted(port.items())) for port in ports or ()))


def write(
    store: Store,
    owner: Json,
    *,
    family: Family,
    labels: Mapping[str, str],
    ports: list[Json],
    endpoints: list[Json],
    before: Json | None,
) -> None:
    """Store an EndpointSlice of a Service or Endpoints object: a new one, or in place of the one ``before``."""
    namespace, base = owner["metadata"]["namespace"], f"{owner['metadata']['name']}-"
    metadata = (
        before["metadata"]
        if before
        else {
            **store.new_metadata(store.new_name("EndpointSlice", namespace, base), namespace),
            "generateName": base,
            "ownerReferences": [owner_reference(owner)],
        }
    )
    store.put(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**metadata, "labels": dict(labels)},
            "addressType": family,
            "endpoints": endpoints or None,
            "ports": ports or None,
        }
    )
