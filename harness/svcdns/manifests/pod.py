"""The rules for Pods and pod templates.

ValidatePodSpec and what it calls in Kubernetes' ``pkg/apis/core/validation/validation.go``, as far as names, addresses,
ports, DNS and the parts' references to each other go; resources, probes, security contexts, affinities and the sources
of volumes are left to the API server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdns.manifests.address import ip_address
from svcdns.manifests.field import (
    INT32,
    PORTS,
    PROTOCOLS,
    Field,
    at_most,
    between,
    named,
    not_empty,
    one_of,
    required,
    unique,
)
from svcdns.manifests.metadata import labels, labels_and_annotations
from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain, port_name, qualified_name, search_domain
from svcdns.manifests.problem import Problem, quoted

#: The type of the readiness gate by which a run sets whether a pod is ready.
READINESS_GATE = "svcdns.dev/ready"

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_DNS_POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_MOST_NAMESERVERS = 3
_MOST_SEARCHES = 32
_SEARCH_LENGTH = 2048


def pod(root: Field) -> Iterator[Problem]:
    """Check a Pod."""
    spec = root["spec"]
    yield from _spec(spec)
    yield from hostnames(spec)
    if spec["ephemeralContainers"].given:
        yield spec["ephemeralContainers"].error("must not be given when a Pod is created")


def template(field: Field, claims: Iterable[str] = ()) -> Iterator[Problem]:
    """Check a pod template; ``claims`` are the volumes that a StatefulSet's claim templates add.

    Its hostname and subdomain are checked by `hostnames` alone.
    """
    yield from labels_and_annotations(field["metadata"])
    yield from _spec(field["spec"], claims)
    if field["spec"]["ephemeralContainers"].given:
        yield field["spec"]["ephemeralContainers"].error("must not be given in a pod template")


def hostnames(spec: Field) -> Iterator[Problem]:
    """Check the hostname and subdomain, which a StatefulSet's controller overwrites and no other controller does."""
    yield from named(spec["hostname"], dns_1123_label)
    yield from named(spec["subdomain"], dns_1123_label)


def _spec(spec: Field, claims: Iterable[str] = ()) -> Iterator[Problem]:
    yield from required(spec["containers"], ": at least one")
    containers = spec["containers"].items()
    starting = spec["initContainers"].items()
    volumes = spec["volumes"].items()
    known = {volume["name"].text for volume in volumes} | set(claims)
    for container in (*containers, *starting):
        yield from _container(container, known)
    yield from unique((container["name"].text, container["name"]) for container in (*containers, *starting))
    for volume in volumes:
        yield from named(volume["name"], dns_1123_label)
    yield from unique((volume["name"].text, volume["name"]) for volume in volumes)
    for gate in spec["readinessGates"].items():
        yield from not_empty(gate["conditionType"])
        yield from named(gate["conditionType"], qualified_name)
    yield from one_of(spec["restartPolicy"], _RESTART_POLICIES)
    yield from labels(spec["nodeSelector"])
    for name in ("nodeName", "serviceAccountName", "priorityClassName"):
        yield from named(spec[name], dns_1123_subdomain)
    yield from between(spec["activeDeadlineSeconds"], 1, INT32)
    yield from _dns(spec)
    if spec["hostNetwork"].value is True:
        yield from _host_ports(containers)


def _container(container: Field, volumes: set[str]) -> Iterator[Problem]:
    yield from required(container["name"])
    yield from named(container["name"], dns_1123_label)
    yield from required(container["image"])
    if container["image"].text != container["image"].text.strip():
        yield container["image"].error("must have no spaces around it")
    yield from one_of(container["imagePullPolicy"], _PULL_POLICIES)
    ports = container["ports"].items()
    for port in ports:
        yield from named(port["name"], port_name)
        yield from between(port["containerPort"], *PORTS)
        if port["hostPort"].number != 0:
            yield from between(port["hostPort"], *PORTS)
        yield from one_of(port["protocol"], PROTOCOLS)
    yield from unique((port["name"].text, port["name"]) for port in ports if port["name"].given)
    # Server-side apply tells a container's ports apart by these two, and refuses what it cannot tell apart.
    yield from unique(
        (f"{port['containerPort'].number}/{port['protocol'].text or 'TCP'}", port["containerPort"]) for port in ports
    )
    mounts = container["volumeMounts"].items()
    yield from unique((mount["mountPath"].text, mount["mountPath"]) for mount in mounts)
    for mount in mounts:
        if mount["name"].given and mount["name"].text not in volumes:
            yield mount["name"].error(f"must name a volume of the pod, not {quoted(mount['name'].text)}")


def _host_ports(containers: Iterable[Field]) -> Iterator[Problem]:
    for port in (port for container in containers for port in container["ports"].items()):
        if port["hostPort"].number and port["hostPort"].number != port["containerPort"].number:
            yield port["hostPort"].error("must equal containerPort where hostNetwork is true")


def _dns(spec: Field) -> Iterator[Problem]:
    """Check what the pod's /etc/resolv.conf and /etc/hosts are made of."""
    config = spec["dnsConfig"]
    yield from one_of(spec["dnsPolicy"], _DNS_POLICIES)
    if spec["dnsPolicy"].text == "None":
        yield from required(config["nameservers"], " with dnsPolicy None")
    yield from at_most(config["nameservers"], _MOST_NAMESERVERS, "nameservers")
    for server in config["nameservers"].items():
        yield from required(server)
        yield from named(server, ip_address)
    yield from at_most(config["searches"], _MOST_SEARCHES, "domains")
    searches = config["searches"].items()
    if len(" ".join(search.text for search in searches)) > _SEARCH_LENGTH:
        yield config["searches"].error(f"may hold at most {_SEARCH_LENGTH} characters in all")
    for search in searches:
        yield from named(search, search_domain)
    for option in config["options"].items():
        yield from required(option["name"])
    for alias in spec["hostAliases"].items():
        yield from required(alias["ip"])
        yield from named(alias["ip"], ip_address)
        for hostname in alias["hostnames"].items():
            yield from named(hostname, dns_1123_subdomain)
