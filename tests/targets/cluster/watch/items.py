"""API objects of a small Namespace, as watches return them."""

from __future__ import annotations

from typing import Any

from svcdns.state import ClusterState
from svcdns.targets.cluster.watch.view import ClusterView

DELETED = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
PRE_STOP = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "uid": "n", "resourceVersion": "1"}}
SECRET = "hunter2"


def metadata(name: str, **more: Any) -> dict[str, Any]:
    return {"namespace": "n", "name": name, "uid": name, "resourceVersion": "5", **more}


def pod(name: str, address: str = "10.0.0.1", *, ready: bool = True, gated: bool = True, **more: Any) -> dict[str, Any]:
    """A pod that runs; ``more`` are ``metadata``, ``spec``, ``status`` and conditions beside it."""
    conditions = {"Ready": str(ready), "ContainersReady": "True", **more.get("conditions", {})}
    container = {"name": "c", "image": "i", "env": [{"name": "TOKEN", "value": SECRET}], **more.get("container", {})}
    return {
        "kind": "Pod",
        "metadata": metadata(name, labels={"app": "web"}, annotations={"token": SECRET}, **more.get("metadata", {})),
        "spec": {
            "containers": [container],
            "readinessGates": [{"conditionType": "svcdns.dev/ready"}] if gated else [],
            **more.get("spec", {}),
        },
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": address}],
            "conditions": [
                {"type": type_, "status": status, "message": "the words"} for type_, status in conditions.items()
            ],
            **more.get("status", {}),
        },
    }


def service(**spec: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]
    whole = {"selector": {"app": "web"}, "clusterIP": "None", "ipFamilies": ["IPv4"], "ports": ports, **spec}
    return {"kind": "Service", "metadata": metadata("web"), "spec": whole}


def endpoint_slice(*endpoints: dict[str, Any], number: int = 8080, **more: Any) -> dict[str, Any]:
    return {
        "kind": "EndpointSlice",
        "metadata": metadata(
            "web-1", labels={"kubernetes.io/service-name": "web"}, ownerReferences=[{"uid": "web", "kind": "Service"}]
        ),
        "addressType": "IPv4",
        "endpoints": list(endpoints),
        "ports": [{"name": "http", "port": number, "protocol": "TCP"}],
        **more,
    }


def endpoint(address: str = "10.0.0.1", *, ready: bool = True, **more: Any) -> dict[str, Any]:
    conditions = {"ready": ready, "serving": ready, "terminating": False, **more.pop("conditions", {})}
    return {"addresses": [address], "conditions": conditions, **more}


def view(*items: dict[str, Any]) -> ClusterView:
    """What the watches show of a Namespace with these objects."""
    seen = ClusterView(ClusterState())
    for item in (NAMESPACE, *items):
        seen = seen.put(item)
    return seen
