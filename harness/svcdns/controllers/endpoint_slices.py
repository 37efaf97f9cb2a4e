"""The EndpointSlice controller (``staging/src/k8s.io/endpointslice``): the endpoints of Services from their pods."""

from __future__ import annotations

from svcdns.controllers import pods
from svcdns.controllers.packing import pack
from svcdns.controllers.slices import MANAGED_BY_LABEL, PortsKey, managed, ports_key, write
from svcdns.controllers.store import Json, Store
from svcdns.state import COMPLETED_PHASES, SERVICE_NAME_LABEL, Family, family_of, matches

HEADLESS_LABEL = "service.kubernetes.io/headless"
_CONTROLLER = "endpointslice-controller.k8s.io"
_RESERVED_LABELS = {SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL}


def endpoint_slices(store: Store, namespace: str) -> None:
    """Write the EndpointSlices of the Services of a namespace.

    An ExternalName Service and one without a selector are passed over: the EndpointSlices that they had stay.
    """
    candidates = [
        pod
        for pod in store.objects("Pod", namespace)
        if pod["status"].get("podIPs") and pod["status"]["phase"] not in COMPLETED_PHASES
    ]
    existing = managed(store, namespace, _CONTROLLER)
    for service in store.objects("Service", namespace):
        spec = service["spec"]
        if spec["type"] == "ExternalName" or not spec.get("selector"):
            continue
        selected = [pod for pod in candidates if matches(spec["selector"], pod["metadata"].get("labels") or {})]
        mine = existing.get(service["metadata"]["name"], [])
        for item in mine:
            if not _usable(item, service):
                store.drop(item)
        for family in spec["ipFamilies"]:
            usable = [item for item in mine if _usable(item, service) and item["addressType"] == family]
            _reconcile(store, service, family, selected, usable)


def _reconcile(store: Store, service: Json, family: Family, selected: list[Json], existing: list[Json]) -> None:
    """Write the EndpointSlices of one family of a Service, with as few changes as the controller makes."""
    groups: dict[PortsKey, tuple[list[Json], list[Json]]] = {}
    for pod in selected:
        ports = _ports(service, pod)
        endpoints = groups.setdefault(ports_key(ports), (ports, []))[1]
        endpoints.append(_endpoint(service, pod, family))
    kept: list[tuple[Json, list[Json]]] = []
    created: list[tuple[list[Json], list[Json]]] = []
    for key, (ports, desired) in groups.items():
        before = {item["metadata"]["name"]: item for item in existing if ports_key(item["ports"]) == key}
        filled, further = pack({name: item["endpoints"] or [] for name, item in before.items()}, desired)
        kept += [(before[name], endpoints) for name, endpoints in filled.items()]
        created += [(ports, endpoints) for endpoints in further]
    if not kept and not created:
        created.append(([], []))
    labels = _labels(service)
    for item, endpoints in kept:
        write(store, service, family=family, labels=labels, ports=item["ports"], endpoints=endpoints, before=item)
    names = {item["metadata"]["name"] for item, _ in kept}
    freed = [item for item in existing if item["metadata"]["name"] not in names]
    for ports, endpoints in created:
        reused = freed.pop(0) if freed else None
        write(store, service, family=family, labels=labels, ports=ports, endpoints=endpoints, before=reused)
    for item in freed:
        store.drop(item)


def _usable(item: Json, service: Json) -> bool:
    owners = item["metadata"].get("ownerReferences") or ()
    mine = any(owner["uid"] == service["metadata"]["uid"] for owner in owners)
    return mine and item["addressType"] in service["spec"]["ipFamilies"]


def _endpoint(service: Json, pod: Json, family: Family) -> Json:
    """Return the endpoint of a pod, which has an address of every family of the cluster (``utils.go``, ``podToEndpoint``)."""
    addresses = [address["ip"] for address in pod["status"]["podIPs"] if family_of(address["ip"]) == family]
    serving, terminating = pods.is_ready(pod), pods.is_terminating(pod)
    published = bool(service["spec"].get("publishNotReadyAddresses"))
    endpoint: Json = {
        "addresses": addresses,
        "conditions": {
            "ready": published or (serving and not terminating),
            "serving": serving,
            "terminating": terminating,
        },
    }
    metadata, spec = pod["metadata"], pod["spec"]
    if spec.get("hostname") and spec.get("subdomain") == service["metadata"]["name"]:
        endpoint["hostname"] = spec["hostname"]
    endpoint["targetRef"] = {
        "kind": "Pod",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }
    endpoint["nodeName"] = spec["nodeName"]
    return endpoint


def _ports(service: Json, pod: Json) -> list[Json]:
    """Return the Service's ports with this pod's numbers, without target ports whose name the pod lacks."""
    ports = []
    for port in service["spec"].get("ports") or ():
        number = _target(port["targetPort"], port["protocol"], pod)
        if number is not None:
            more = {"appProtocol": port["appProtocol"]} if "appProtocol" in port else {}
            ports.append({"name": port.get("name", ""), "protocol": port["protocol"], "port": number, **more})
    return ports


def _target(target: int | str, protocol: str, pod: Json) -> int | None:
    if isinstance(target, int):
        return target
    sidecars = (item for item in pod["spec"].get("initContainers") or () if item.get("restartPolicy") == "Always")
    for container in (*pod["spec"]["containers"], *sidecars):
        for port in container.get("ports") or ():
            if (port.get("name"), port["protocol"]) == (target, protocol):
                return int(port["containerPort"])
    return None


def _labels(service: Json) -> dict[str, str]:
    own = service["metadata"].get("labels") or {}
    headless = {HEADLESS_LABEL: ""} if service["spec"]["clusterIP"] == "None" else {}
    return {
        **{name: value for name, value in own.items() if name not in _RESERVED_LABELS},
        MANAGED_BY_LABEL: _CONTROLLER,
        SERVICE_NAME_LABEL: service["metadata"]["name"],
        **headless,
    }
