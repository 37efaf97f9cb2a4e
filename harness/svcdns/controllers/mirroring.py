"""The EndpointSlice mirroring controller (``pkg/controller/endpointslicemirroring``): hand-written Endpoints as slices."""

from __future__ import annotations

from svcdns.addresses import canonical
from svcdns.controllers.slices import MANAGED_BY_LABEL, PortsKey, managed, ports_key, write
from svcdns.controllers.store import Json, ObjectRef, Store
from svcdns.state import SERVICE_NAME_LABEL, Family, family_of

_CONTROLLER = "endpointslicemirroring-controller.k8s.io"
_SKIP_LABEL = "endpointslice.kubernetes.io/skip-mirror"
_LEADER_ANNOTATION = "control-plane.alpha.kubernetes.io/leader"

#: The controller's default for ``--mirroring-max-endpoints-per-subset``.
_MOST_ADDRESSES = 1000

_Group = tuple[Family, PortsKey]


def mirrored_slices(store: Store, namespace: str) -> None:
    """Write an EndpointSlice for each family and set of ports of the Endpoints whose Service has no selector."""
    existing = managed(store, namespace, _CONTROLLER)
    for item in store.objects("Endpoints", namespace):
        if _is_mirrored(store, item):
            _mirror(store, item, existing.pop(item["metadata"]["name"], []))
    for slices in existing.values():
        for stale in slices:
            store.drop(stale)


def _is_mirrored(store: Store, item: Json) -> bool:
    metadata = item["metadata"]
    service = store.get(ObjectRef("Service", metadata["namespace"], metadata["name"]))
    return (
        service is not None
        and not service["spec"].get("selector")
        and (metadata.get("labels") or {}).get(_SKIP_LABEL) != "true"
        and _LEADER_ANNOTATION not in (metadata.get("annotations") or {})
    )


def _mirror(store: Store, item: Json, existing: list[Json]) -> None:
    wanted: dict[_Group, tuple[list[Json], dict[str, Json]]] = {}
    for subset in item.get("subsets") or ():
        ports = [{"name": "", **port} for port in subset.get("ports") or ()]
        addresses = [(address, True) for address in subset.get("addresses") or ()]
        addresses += [(address, False) for address in subset.get("notReadyAddresses") or ()]
        for address, ready in addresses[:_MOST_ADDRESSES]:
            endpoint = _endpoint(address, ready=ready)
            (ip,) = endpoint["addresses"]
            wanted.setdefault((family_of(ip), ports_key(ports)), (ports, {}))[1][ip] = endpoint
    labels = {
        **(item["metadata"].get("labels") or {}),
        SERVICE_NAME_LABEL: item["metadata"]["name"],
        MANAGED_BY_LABEL: _CONTROLLER,
    }
    free = {(before["addressType"], ports_key(before["ports"])): before for before in existing}
    for (family, key), (ports, endpoints) in wanted.items():
        before = free.pop((family, key), None)
        write(store, item, family=family, labels=labels, ports=ports, endpoints=list(endpoints.values()), before=before)
    for before in free.values():
        store.drop(before)


def _endpoint(address: Json, *, ready: bool) -> Json:
    """Return the endpoint of an address, in canonical form; serving and terminating are unset."""
    more = {field: address[field] for field in ("hostname", "targetRef", "nodeName") if address.get(field)}
    return {"addresses": [canonical(address["ip"])], "conditions": {"ready": ready}, **more}
