"""The rules for Services.

ValidateServiceCreate in Kubernetes' ``pkg/apis/core/validation/validation.go``, and what the allocators check of IP
families without knowing the cluster (initIPFamilyFields in ``pkg/registry/core/service/storage/alloc.go``). Whether an
address or a node port is free, or a family is configured, is not to be seen from the Service alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.manifests.address import endpoint_address, ip_address, parse
from harness.manifests.field import (
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
from harness.manifests.metadata import labels
from harness.manifests.names import dns_1123_label, external_name, port_name, qualified_name
from harness.manifests.problem import Problem, listed

HEADLESS = "None"
_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_FAMILIES = ("IPv4", "IPv6")
_FAMILY_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack")
_AFFINITIES = ("None", "ClientIP")
_TRAFFIC_POLICIES = ("Cluster", "Local")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_LOAD_BALANCER_FIELDS = ("loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts")
_ADDRESS_FIELDS = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
_DAY = 86400


def service(root: Field) -> Iterator[Problem]:
    """A Service."""
    spec = root["spec"]
    type_ = spec["type"].text or "ClusterIP"
    headless = [field.text for field in _addresses(spec)] == [HEADLESS]
    yield from one_of(spec["type"], _TYPES)
    if type_ == "ExternalName":
        yield from _external_name(spec)
    else:
        yield from _families(spec)
        yield from _cluster_ips(spec)
        if headless and type_ in {"NodePort", "LoadBalancer"}:
            yield _addresses(spec)[0].error(f'must not be "None" in a Service of type {type_}')
        if not headless:
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
    for name in _ADDRESS_FIELDS:
        if spec[name].given:
            yield spec[name].error("must not be given in a Service of type ExternalName")


def _addresses(spec: Field) -> list[Field]:
    """The cluster IPs that are given, in whichever of the two fields."""
    return spec["clusterIPs"].items() or [spec["clusterIP"]] * spec["clusterIP"].given


def _cluster_ips(spec: Field) -> Iterator[Problem]:
    addresses = _addresses(spec)
    if addresses and not spec["clusterIP"].given:
        yield spec["clusterIP"].error("is required with clusterIPs: the first of them")
    elif addresses and addresses[0].text != spec["clusterIP"].text:
        yield spec["clusterIPs"].error("must begin with the address in clusterIP")
    yield from at_most(spec["clusterIPs"], len(_FAMILIES), "addresses")
    for field in addresses:
        if field.text != HEADLESS:
            yield from named(field, ip_address)
            yield from required(field)
        elif len(addresses) > 1:
            yield field.error('must not be "None" beside other addresses')
    found = [(_family(field), field) for field in addresses if _family(field)]
    yield from unique((family, field) for family, field in found)
    for (family, field), wanted in zip(found, spec["ipFamilies"].items(), strict=False):
        if wanted.text in _FAMILIES and family != wanted.text:
            yield field.error(f"must be an {wanted.text} address, as {'.'.join(map(str, wanted.path[:2]))} says")


def _family(field: Field) -> str:
    address = parse(field.text)
    return f"IPv{address.version}" if address else ""


def _families(spec: Field) -> Iterator[Problem]:
    families = spec["ipFamilies"].items()
    for family in families:
        yield from not_empty(family)
        yield from one_of(family, _FAMILIES)
    yield from unique((family.text, family) for family in families)
    policy = spec["ipFamilyPolicy"]
    yield from one_of(policy, _FAMILY_POLICIES)
    # A headless Service without selector is dual-stack unless it says otherwise; every other one is single-stack.
    selectorless = spec["clusterIP"].text == HEADLESS and not spec["selector"].given
    single = policy.text == "SingleStack" or (not policy.given and not selectorless)
    if single and max(len(families), len(spec["clusterIPs"].items())) == len(_FAMILIES):
        yield policy.error("must be PreferDualStack or RequireDualStack with two families or addresses")


def _ports(spec: Field, type_: str) -> Iterator[Problem]:
    ports = spec["ports"].items()
    for port in ports:
        if len(ports) > 1:
            yield from required(port["name"], " where a Service has several ports")
        yield from named(port["name"], dns_1123_label)
        yield from between(port["port"], *PORTS)
        yield from one_of(port["protocol"], PROTOCOLS)
        # 0 and "" are the default: the port itself.
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
        yield from named(address, endpoint_address)
    for name in _LOAD_BALANCER_FIELDS:
        if spec[name].given and type_ != "LoadBalancer":
            yield spec[name].error("must not be given but in a Service of type LoadBalancer")
    yield from not_empty(spec["loadBalancerClass"])
    yield from named(spec["loadBalancerClass"], qualified_name)
    policy = spec["externalTrafficPolicy"]
    yield from one_of(policy, _TRAFFIC_POLICIES)
    reachable = type_ in {"NodePort", "LoadBalancer"} or (type_ == "ClusterIP" and spec["externalIPs"].given)
    if policy.given and not reachable:
        outside = listed(("a Service of type NodePort", "of type LoadBalancer", "with externalIPs"))
        yield policy.error(f"must not be given but in {outside}")
    if spec["healthCheckNodePort"].number and not (type_ == "LoadBalancer" and policy.text == "Local"):
        yield spec["healthCheckNodePort"].error(
            "must not be given but with LoadBalancer and externalTrafficPolicy Local"
        )
    yield from one_of(spec["internalTrafficPolicy"], _TRAFFIC_POLICIES)
    yield from one_of(spec["trafficDistribution"], _DISTRIBUTIONS)
