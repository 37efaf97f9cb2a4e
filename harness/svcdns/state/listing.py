"""A state read from decoded API objects, and written as them.

The form is a v1 ``List``, as ``kubectl get namespaces,services,endpointslices,pods -A -o json`` prints it. Only the fields
that DNS looks at are read and written, so a state that is written and read again is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from svcdns.errors import ManifestError
from svcdns.state.model import (
    CLUSTER_DOMAIN,
    SERVICE_NAME_LABEL,
    ClusterState,
    Endpoint,
    EndpointPort,
    EndpointSlice,
    Key,
    Namespace,
    Object,
    Pod,
    Service,
    ServicePort,
)

Json = dict[str, Any]


def read(objects: Iterable[Mapping[str, Any]], *, domain: str = CLUSTER_DOMAIN) -> ClusterState:
    """Return the state that decoded API objects describe; other kinds than DNS looks at are passed over."""
    items = (read_object(item) for item in objects)
    return ClusterState(domain=domain).changed(put=[item for item in items if item is not None])


def load(path: Path, *, domain: str = CLUSTER_DOMAIN) -> ClusterState:
    """Return the state in a file that holds a v1 ``List`` as JSON.

    Raises:
        ManifestError: if the file cannot be read or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return read(content["items"], domain=domain)
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ManifestError(f"{path}: is not a v1 List of API objects as JSON ({error!r})") from error


def read_object(item: Mapping[str, Any]) -> Object | None:
    """Return one decoded API object as data, or None for a kind that DNS does not look at."""
    reader = _READERS.get(item["kind"])
    return reader(item) if reader else None


def of(state: ClusterState) -> Json:
    """Return the state as a v1 ``List``, each kind in the order of its names."""
    items: list[Json] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in sorted(state.namespaces)
    ]
    items += [_service_item(state.services[key]) for key in sorted(state.services)]
    items += [_slice_item(state.slices[key]) for key in sorted(state.slices)]
    items += [_pod_item(state.pods[key]) for key in sorted(state.pods)]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _key_of(item: Mapping[str, Any]) -> Key:
    metadata = item["metadata"]
    return Key(metadata.get("namespace", ""), metadata["name"])


def _read_namespace(item: Mapping[str, Any]) -> Namespace:
    return Namespace(item["metadata"]["name"])


def _read_service(item: Mapping[str, Any]) -> Service:
    spec = item.get("spec") or {}
    addresses = spec.get("clusterIPs") or [spec.get("clusterIP") or "None"]
    return Service(
        key=_key_of(item),
        type=spec.get("type") or "ClusterIP",
        cluster_ips=tuple(address for address in addresses if address != "None"),
        families=tuple(spec.get("ipFamilies") or ("IPv4",)),
        ports=tuple(
            ServicePort(port.get("name") or "", port.get("protocol") or "TCP", port["port"], port.get("targetPort"))
            for port in spec.get("ports") or ()
        ),
        selector=spec.get("selector") or None,
        external_name=spec.get("externalName") or "",
        publish_not_ready=bool(spec.get("publishNotReadyAddresses")),
    )


def _read_slice(item: Mapping[str, Any]) -> EndpointSlice:
    labels = item["metadata"].get("labels") or {}
    return EndpointSlice(
        key=_key_of(item),
        service=labels.get(SERVICE_NAME_LABEL, ""),
        address_type=item["addressType"],
        endpoints=tuple(_read_endpoint(endpoint) for endpoint in item.get("endpoints") or ()),
        ports=tuple(
            EndpointPort(port.get("name") or "", port.get("protocol") or "TCP", port.get("port"))
            for port in item.get("ports") or ()
        ),
        owner=_owner(item),
    )


def _owner(item: Mapping[str, Any]) -> str:
    """What controls an object, as kind/name, or nothing."""
    references = item["metadata"].get("ownerReferences") or ()
    return next((f"{owner['kind']}/{owner['name']}" for owner in references if owner.get("controller")), "")


def _read_endpoint(item: Mapping[str, Any]) -> Endpoint:
    conditions = item.get("conditions") or {}
    return Endpoint(
        addresses=tuple(item.get("addresses") or ()),
        ready=conditions.get("ready"),
        serving=conditions.get("serving"),
        terminating=conditions.get("terminating"),
        hostname=item.get("hostname") or "",
        pod=(item.get("targetRef") or {}).get("name", ""),
        node=item.get("nodeName") or "",
        zone=item.get("zone") or "",
    )


def _read_pod(item: Mapping[str, Any]) -> Pod:
    metadata, spec, status = item["metadata"], item.get("spec") or {}, item.get("status") or {}
    first = [{"ip": status["podIP"]}] if status.get("podIP") else []
    conditions = {condition["type"]: condition["status"] for condition in status.get("conditions") or ()}
    return Pod(
        key=_key_of(item),
        labels=MappingProxyType(dict(metadata.get("labels") or {})),
        addresses=tuple(address["ip"] for address in status.get("podIPs") or first),
        ready=conditions.get("Ready") == "True",
        phase=status.get("phase") or "Pending",
        terminating="deletionTimestamp" in metadata,
        hostname=spec.get("hostname") or "",
        subdomain=spec.get("subdomain") or "",
        container_ports=MappingProxyType(
            {
                (port["name"], port.get("protocol") or "TCP"): port["containerPort"]
                for container in spec.get("containers") or ()
                for port in container.get("ports") or ()
                if port.get("name")
            }
        ),
        owner=_owner(item),
        uid=metadata.get("uid") or "",
    )


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Object]] = {
    "Namespace": _read_namespace,
    "Service": _read_service,
    "EndpointSlice": _read_slice,
    "Pod": _read_pod,
}


def _service_item(service: Service) -> Json:
    ports = [
        _filled(name=port.name, protocol=port.protocol, port=port.port, targetPort=port.target_port)
        for port in service.ports
    ]
    addresses = list(service.cluster_ips or ([] if service.external else ["None"]))
    spec = _filled(
        type=service.type,
        clusterIP=addresses[0] if addresses else "",
        clusterIPs=addresses,
        ipFamilies=list(service.families),
        ports=ports,
        selector=dict(service.selector or {}),
        externalName=service.external_name,
        publishNotReadyAddresses=service.publish_not_ready,
    )
    return {"apiVersion": "v1", "kind": "Service", "metadata": _metadata(service.key), "spec": spec}


def _slice_item(item: EndpointSlice) -> Json:
    metadata = _metadata(item.key, {SERVICE_NAME_LABEL: item.service} if item.service else {})
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata | _owned(item.owner),
        "addressType": item.address_type,
        "endpoints": [_endpoint_item(endpoint, item.key.namespace) for endpoint in item.endpoints],
        "ports": [_filled(name=port.name, protocol=port.protocol, port=port.port) for port in item.ports],
    }


def _endpoint_item(endpoint: Endpoint, namespace: str) -> Json:
    conditions = {"ready": endpoint.ready, "serving": endpoint.serving, "terminating": endpoint.terminating}
    reference = {"kind": "Pod", "namespace": namespace, "name": endpoint.pod} if endpoint.pod else {}
    return _filled(
        addresses=list(endpoint.addresses),
        conditions={name: value for name, value in conditions.items() if value is not None},
        hostname=endpoint.hostname,
        targetRef=reference,
        nodeName=endpoint.node,
        zone=endpoint.zone,
    )


def _pod_item(pod: Pod) -> Json:
    metadata = _metadata(pod.key, pod.labels) | _owned(pod.owner)
    if pod.terminating:
        # DNS reads whether there is a deletion timestamp, not which.
        metadata["deletionTimestamp"] = "1970-01-01T00:00:00Z"
    ports = [
        {"name": name, "protocol": protocol, "containerPort": number}
        for (name, protocol), number in sorted(pod.container_ports.items())
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": _filled(hostname=pod.hostname, subdomain=pod.subdomain, containers=[{"ports": ports}] if ports else []),
        "status": _filled(
            phase=pod.phase,
            podIPs=[{"ip": address} for address in pod.addresses],
            conditions=[{"type": "Ready", "status": "True" if pod.ready else "False"}],
        ),
    }


def _metadata(key: Key, labels: Mapping[str, str] | None = None) -> Json:
    return _filled(namespace=key.namespace, name=key.name, labels=dict(labels or {}))


def _owned(owner: str) -> Json:
    kind, _, name = owner.partition("/")
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True}]} if owner else {}


def _filled(**fields: Any) -> Json:
    """Return the fields that are set; a number is, also 0, which equals False."""
    return {name: value for name, value in fields.items() if value is not False and value not in (None, "", [], {})}
