"""The direct vantage to a cluster whose node ports are mapped to this host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from svcdns.client import Channel, Direct
from svcdns.errors import TargetError
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages import making, servers
from svcdns.targets.cluster.vantages.following import Following
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.servers import DnsService, Replica, reassigned

#: The address of this host at which node ports are mapped. 127.0.0.1 leads to a node's IPv4 address, where kube-proxy
#: serves no node port of an IPv6 Service.
LOOPBACK = {"IPv4": "127.0.0.1", "IPv6": "::1"}

_DNS_PORT = 53
_ROLE = "dns"

#: The label of our EndpointSlices alone: those that Kubernetes makes for our Services have the Services' labels.
_MANAGED = {"endpointslice.kubernetes.io/managed-by": "svcdns.dev"}

#: The API server's words for a node port that another Service has (pkg/registry/core/service/portallocator).
_TAKEN = "already allocated"


def make(
    own: Ownership, mapped: Sequence[tuple[int, int]], plan: VantagePlan, life: ExitStack, host: str = ""
) -> VantagePlan:
    """Publish all DNS pods on one node port, and each on one of its own as long as node ports are left.

    Args:
        own: the objects of the run.
        mapped: (node port, port on the host) pairs; those that other Services use are skipped.
        plan: the DNS Service and its pods.
        life: removes everything at its end.
        host: the address of this host at which the ports are mapped; empty for the loopback.

    Raises:
        TargetError: if no node port is mapped or free.
    """
    service, replicas = plan.service, plan.replicas
    assert service is not None, "only DNS pods are reached through node ports"
    host = host or LOOPBACK[service.family]
    if not mapped:
        raise TargetError("no node port of the cluster is mapped to this host")
    pairs = iter(mapped)
    shared = _publish(own, _service(own.run, service, "", replicas[0].port, service.selector), pairs, life)
    if shared is None:
        raise TargetError("other Services use every mapped node port")
    ports: list[int] = []
    for replica in replicas:
        port = _publish(own, _service(own.run, service, f"-{len(ports)}", replica.port, {}), pairs, life)
        if port is None:
            break
        making.make(own, _slice(own.run, service, len(ports), replica), life)
        ports.append(port)
    each = "".join(f", {replica.pod} at {port}" for replica, port in zip(replicas, ports, strict=False))
    note = f"node ports on {host} reach all DNS pods at {shared}{each}"
    if len(ports) < len(replicas):
        note += f"; only {len(ports)} of {len(replicas)} DNS pods have one of their own, since no more are mapped"
    return replace(plan, servers=((host, shared),), places=tuple((host, port) for port in ports), note=note)


def channels(own: Ownership, service: DnsService, places: Sequence[tuple[str, int]]) -> list[Channel]:
    """Return a channel to each DNS pod through the node port that `make` gave it."""
    direct = [Direct(address, port) for address, port in places]
    return [Following(channel, partial(_aligned, own, service, channel)) for channel in direct]


def align(own: Ownership, service: DnsService) -> None:
    """Point every replica's node port to an existing DNS pod; several processes may do so at once."""
    labels = marks.labels(own.run, _ROLE) | _MANAGED
    slices = sorted(filter(own.has_made, own.api.list("EndpointSlice", service.namespace, labels=labels)), key=_name)
    current = [_replica(item) for item in slices]
    for place, replica in enumerate(reassigned(current, servers.replicas(own.api, service))):
        if replica != current[place]:
            wanted = _slice(own.run, service, place, replica)
            own.change_found(slices[place], {"endpoints": wanted["endpoints"], "ports": wanted["ports"]})


def _aligned(own: Ownership, service: DnsService, channel: Channel) -> Channel:
    align(own, service)
    return channel


def _publish(own: Ownership, item: dict[str, Any], pairs: Iterator[tuple[int, int]], life: ExitStack) -> int | None:
    """Create a Service on the first free node port; return the port on the host, or None where none is free."""
    for node_port, host_port in pairs:
        for port in item["spec"]["ports"]:
            port["nodePort"] = node_port
        try:
            making.make(own, item, life)
        except RefusedError as error:
            if _TAKEN not in str(error):
                raise
        else:
            return host_port
    return None


def _service(run: str, service: DnsService, suffix: str, target: int, selector: Mapping[str, str]) -> dict[str, Any]:
    ports = [
        {"name": f"dns-{kind.lower()}", "protocol": kind, "port": _DNS_PORT, "targetPort": target}
        for kind in ("UDP", "TCP")
    ]
    spec = {"type": "NodePort", "ipFamilyPolicy": "SingleStack", "ipFamilies": [service.family], "ports": ports}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(run, service, suffix),
        "spec": spec | ({"selector": dict(selector)} if selector else {}),
    }


def _slice(run: str, service: DnsService, place: int, replica: Replica) -> dict[str, Any]:
    metadata = _metadata(run, service, f"-{place}")
    metadata["labels"] |= {
        "kubernetes.io/service-name": metadata["name"],
        **_MANAGED,
    }
    target = {"kind": "Pod", "namespace": service.namespace, "name": replica.pod}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata,
        "addressType": service.family,
        "endpoints": [{"addresses": [replica.address], "conditions": {"ready": True}, "targetRef": target}],
        "ports": [{"name": f"dns-{kind.lower()}", "protocol": kind, "port": replica.port} for kind in ("UDP", "TCP")],
    }


def _metadata(run: str, service: DnsService, suffix: str) -> dict[str, Any]:
    return {"name": f"svcdns-{run}-dns{suffix}", "namespace": service.namespace, "labels": marks.labels(run, _ROLE)}


def _replica(item: Mapping[str, Any]) -> Replica:
    """Return the pod in one of our EndpointSlices."""
    endpoint = item["endpoints"][0]
    return Replica(endpoint["targetRef"]["name"], endpoint["addresses"][0], item["ports"][0]["port"])


def _name(item: Mapping[str, Any]) -> str:
    return str(item["metadata"]["name"])
