"""The objects of a fresh cluster, which kubeadm and the control plane create."""

from __future__ import annotations

from svcdns.controllers.allocation import API_SERVER_PORT, RANGES, service_address
from svcdns.controllers.store import Json
from svcdns.manifests import Manifest
from svcdns.state import SERVICE_NAME_LABEL, Family

#: The Namespaces that the control plane creates; those marked True cannot be deleted.
NAMESPACES = {"default": True, "kube-system": True, "kube-public": True, "kube-node-lease": False}

_DNS = {"k8s-app": "kube-dns"}
_DNS_SERVICE_NUMBER = 10
_DNS_PORTS: list[Json] = [
    {"name": "dns", "protocol": "UDP", "port": 53},
    {"name": "dns-tcp", "protocol": "TCP", "port": 53},
    {"name": "metrics", "protocol": "TCP", "port": 9153},
]


def namespace(name: str) -> Manifest:
    """Return a Namespace."""
    return _manifest("v1", "Namespace", name)


def contents(family: Family) -> list[tuple[Manifest, str]]:
    """Return the objects of a fresh cluster with a first IP family, each with its namespace."""
    return [
        *((namespace(name), "") for name in NAMESPACES),
        (_api_service(family), "default"),
        (_api_endpoints(family), "default"),
        (_dns_service(family), "kube-system"),
        (_dns_deployment(), "kube-system"),
    ]


def _api_service(family: Family) -> Manifest:
    spec = {
        "clusterIP": service_address(family, 1),
        "ports": [{"name": "https", "port": 443, "targetPort": API_SERVER_PORT}],
    }
    return _manifest("v1", "Service", "kubernetes", {"component": "apiserver", "provider": "kubernetes"}, spec=spec)


def _api_endpoints(family: Family) -> Manifest:
    return _manifest(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "kubernetes",
        {SERVICE_NAME_LABEL: "kubernetes"},
        addressType=family,
        endpoints=[{"addresses": [RANGES[family].node], "conditions": {"ready": True}}],
        ports=[{"name": "https", "port": API_SERVER_PORT}],
    )


def _dns_service(family: Family) -> Manifest:
    labels = {**_DNS, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS"}
    spec = {"clusterIP": service_address(family, _DNS_SERVICE_NUMBER), "selector": _DNS, "ports": _DNS_PORTS}
    return _manifest("v1", "Service", "kube-dns", labels, spec=spec)


def _dns_deployment() -> Manifest:
    container = {
        "name": "coredns",
        "image": "registry.k8s.io/coredns/coredns:v1.14.7",
        "ports": [
            {"name": port["name"], "protocol": port["protocol"], "containerPort": port["port"]} for port in _DNS_PORTS
        ],
    }
    spec = {
        "replicas": 2,
        "selector": {"matchLabels": _DNS},
        "template": {"metadata": {"labels": _DNS}, "spec": {"containers": [container]}},
    }
    return _manifest("apps/v1", "Deployment", "coredns", _DNS, spec=spec)


def _manifest(api_version: str, kind: str, name: str, labels: Json | None = None, **fields: object) -> Manifest:
    metadata = {"name": name, **({"labels": labels} if labels else {})}
    data = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}
    return Manifest(data, "the cluster's own objects", {(): 1})
