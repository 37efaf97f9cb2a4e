"""The rules for Services.

ValidateServiceCreate in Kubernetes' ``pkg/apis/core/validation/validation.go``; `cluster_ips` has the rules for
addresses and families.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcdns.manifests.address import endpoint_address, network
from svcdns.manifests.cluster_ips import ADDRESS_FIELDS, cluster_ips, is_headless
from svcdns.manifests.field import PORTS, PROTOCOLS, Field, between, named, not_empty, one_of, required, unique
from svcdns.manifests.metadata import labels
from svcdns.manifests.names import dns_1123_label, external_name, port_name, qualified_name
from svcdns.manifests.problem import Problem

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_AFFINITIES = ("None", "ClientIP")
_TRAFFIC_POLICIES = ("Cluster", "Local")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_LOAD_BALANCER_FIELDS = ("loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts")
_DAY = 86400


def service(root: Field) -> Iterator[Problem]:
    """Check a Service."""
    spec = root["spec"]
    type_ = spec["type"].text or "ClusterIP"
    yield from one_of(spec["type"], _TYPES)
    if type_ == "ExternalName":
        yield from _external_name(spec)
    else:
        yield from cluster_ips(spec)
        if is_headless(spec) and type_ != "ClusterIP":
            yield spec["clusterIP"].error(f'must not be "None" in a Service of type {type_}')
        if not is_headless(spec):
            yield from required(spec["ports"], ", except in a headless or an ExternalName Service")
    yield from _ports(spec, type_)
    yield from labels(spec["selector"])
    yield from one_of(spec["sessionAffinity"], _AFFINITIES)
    if spec["sessionAffinity"].text == "ClientIP":
        yield from between(spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"], 1, _DAY)
    yield from _traffic(spec, type_)


def _external_name(spec: Field) -> Iterator[Problem]:
    yield from required(spec["externalName"], " in a Service of type ExternalName")
    yield from named(spec["externalName"], external_name)
    for name in ADDRESS_FIELDS:
        if spec[name].given:
            yield spec[name].error("must not be given in a Service of type ExternalName")


def _ports(spec: Field, type_: str) -> Iterator[Problem]:
    ports = spec["ports"].items()
    for port in ports:
        if len(ports) > 1:
            yield from required(port["name"], " where a Service has several ports")
        yield from named(port["name"], dns_1123_label)
        yield from between(port["port"], *PORTS)
        yield from one_of(port["protocol"], PROTOCOLS)
        # 0 and "" mean the default, the port itself.
        if port["targetPort"].number != 0:
            yield from between(port["targetPort"], *PORTS)
        yield from named(port["targetPort"], port_name)
        yield from not_empty(port["appProtocol"])
        yield from named(port["appProtocol"], qualified_name)
        if port["nodePort"].number:
            yield from between(port["nodePort"], *PORTS)
            if type_ == "ClusterIP":
                yield port["nodePort"].error("must not be given in a Service of type ClusterIP")
    yield from unique((port["name"].text, port["name"]) for port in ports if port["name"].given)
    yield from unique(((_protocol(port), port["port"].number), port) for port in ports if port["port"].number)
    node_ports = [(port, port["nodePort"]) for port in ports if port["nodePort"].number]
    yield from unique(((_protocol(port), node_port.number), node_port) for port, node_port in node_ports)


def _protocol(port: Field) -> str:
    return port["protocol"].text or "TCP"


def _traffic(spec: Field, type_: str) -> Iterator[Problem]:
    for address in spec["externalIPs"].items():
        yield from required(address)
        yield from named(address, endpoint_address)
    for block in spec["loadBalancerSourceRanges"].items():
        yield from required(block)
        yield from named(block, network)
    for name in _LOAD_BALANCER_FIELDS:
        if spec[name].given and type_ != "LoadBalancer":
            yield spec[name].error("is only for a Service of type LoadBalancer")
    yield from not_empty(spec["loadBalancerClass"])
    yield from named(spec["loadBalancerClass"], qualified_name)
    policy, health = spec["externalTrafficPolicy"], spec["healthCheckNodePort"]
    yield from one_of(policy, _TRAFFIC_POLICIES)
    if policy.given and type_ not in {"NodePort", "LoadBalancer"} and not spec["externalIPs"].given:
        yield policy.error("is only for a Service of type NodePort or LoadBalancer, or with externalIPs")
    if health.number:
        yield from between(health, *PORTS)
        if (type_, policy.text) != ("LoadBalancer", "Local"):
            yield health.error("is only for a Service of type LoadBalancer with externalTrafficPolicy Local")
    yield from one_of(spec["internalTrafficPolicy"], _TRAFFIC_POLICIES)
    yield from one_of(spec["trafficDistribution"], _DISTRIBUTIONS)
