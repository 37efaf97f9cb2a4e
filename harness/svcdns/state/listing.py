"""A state as a v1 ``List``, the way `svcdns.state.load` reads it: nothing but the fields that DNS looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.state.model import SERVICE_NAME_LABEL, ClusterState, Endpoint, EndpointSlice, Key, Pod, Service

Json = dict[str, Any]


def of(state: ClusterState) -> Json:
    """The whole state; each kind in the order of its names."""
    items: list[Json] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in sorted(state.namespaces)
    ]
    items += [_service(state.services[key]) for key in sorted(state.services)]
    items += [_slice(state.slices[key]) for key in sorted(state.slices)]
    items += [_pod(state.pods[key]) for key in sorted(state.pods)]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _service(service: Service) -> Json:
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


def _slice(item: EndpointSlice) -> Json:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": _metadata(item.key, {SERVICE_NAME_LABEL: item.service} if item.service else {}),
        "addressType": item.address_type,
        "endpoints": [_endpoint(endpoint, item.key.namespace) for endpoint in item.endpoints],
        "ports": [_filled(name=port.name, protocol=port.protocol, port=port.port) for port in item.ports],
    }


def _endpoint(endpoint: Endpoint, namespace: str) -> Json:
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


def _pod(pod: Pod) -> Json:
    metadata = _metadata(pod.key, pod.labels)
    if pod.terminating:
        # Only that it is there is looked at.
        metadata["deletionTimestamp"] = "1970-01-01T00:00:00Z"
    if pod.owner:
        kind, _, name = pod.owner.partition("/")
        metadata["ownerReferences"] = [{"kind": kind, "name": name, "controller": True}]
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


def _filled(**fields: Any) -> Json:
    """The fields that say something; a number does, also 0, which equals False."""
    return {name: value for name, value in fields.items() if value is not False and value not in (None, "", [], {})}
