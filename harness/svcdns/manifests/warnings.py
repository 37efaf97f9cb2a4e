"""The warnings with which the API server accepts an object, in its words.

They are those of Kubernetes' ``pkg/api/service/warnings.go``, ``pkg/api/pod/warnings.go``, ``pkg/registry/*/strategy.go`` and
k8s.io/apimachinery ``pkg/util/validation/ip.go`` for the fields that DNS depends on.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from svcdns import addresses
from svcdns.manifests.field import Field
from svcdns.manifests.problem import dotted

#: Between an object's name and a warning, in a line for users.
ACCEPTED = "is accepted with the warning: "

_LONGEST_LABEL = 63


def warnings(data: Mapping[str, Any]) -> Iterator[str]:
    """Return what the API server warns of in an object that it accepts."""
    root = Field(data)
    rule = _RULES.get((root["apiVersion"].text, root["kind"].text))
    if rule:
        yield from rule(root)


def _service(root: Field) -> Iterator[str]:
    spec = root["spec"]
    type_ = spec["type"].text or "ClusterIP"
    virtual = spec["clusterIPs"].items() or [Field(spec["clusterIP"].value, ("spec", "clusterIPs", 0))]
    if type_ != "ExternalName":
        for address in virtual:
            yield from _address(address)
    for address in spec["externalIPs"].items():
        yield from _address(address)
    yield from _address(spec["loadBalancerIP"])
    for block in spec["loadBalancerSourceRanges"].items():
        yield from _network(block)
    if type_ == "ExternalName" and spec["externalIPs"].given:
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if type_ != "ExternalName" and spec["externalName"].given:
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'


def _endpoints(root: Field) -> Iterator[str]:
    yield "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
    for subset in root["subsets"].items():
        for address in (*subset["addresses"].items(), *subset["notReadyAddresses"].items()):
            yield from _address(address["ip"])


def _endpoint_slice(root: Field) -> Iterator[str]:
    if root["addressType"].text == "FQDN":
        yield "spec.addressType: FQDN endpoints are deprecated"
    for endpoint in root["endpoints"].items():
        for address in endpoint["addresses"].items():
            yield from _address(address)


def _pod(root: Field) -> Iterator[str]:
    yield from _hostname(root, "the Pod's hostname")
    yield from _pod_spec(root["spec"])


def _workload(root: Field) -> Iterator[str]:
    yield from _hostname(root, "Pod names and hostnames")
    yield from _pod_spec(root["spec"]["template"]["spec"])


def _controller(root: Field) -> Iterator[str]:
    yield from _pod_spec(root["spec"]["template"]["spec"])


def _hostname(root: Field, used: str) -> Iterator[str]:
    name = root["metadata"]["name"].text
    problems = ["must not contain dots"] if "." in name else []
    problems += [f"must be no more than {_LONGEST_LABEL} characters"] if len(name) > _LONGEST_LABEL else []
    if problems:
        yield (
            f"metadata.name: this is used in {used}, which can result in surprising behavior; a DNS label is recommended: "
            f"[{' '.join(problems)}]"
        )


def _pod_spec(spec: Field) -> Iterator[str]:
    for container in (*spec["initContainers"].items(), *spec["containers"].items()):
        yield from _container(container)
    grace = spec["terminationGracePeriodSeconds"]
    if (grace.number or 0) < 0:
        yield f"{dotted(grace.path)}: must be >= 0; negative values are invalid and will be treated as 1"
    for address in spec["dnsConfig"]["nameservers"].items():
        yield from _address(address)
    aliases = spec["hostAliases"].items()
    for alias in aliases:
        yield from _address(alias["ip"])


def _container(container: Field) -> Iterator[str]:
    for port in container["ports"].items():
        if port["hostIP"].given and not port["hostPort"].number:
            told = (
                f"{{Name:{port['name'].text} HostPort:0 ContainerPort:{port['containerPort'].number} "
                f"Protocol:{port['protocol'].text or 'TCP'} HostIP:{port['hostIP'].text}}}"
            )
            yield f"{dotted(port.path)}: hostIP set without hostPort: {told}"


def _address(field: Field) -> Iterator[str]:
    address = addresses.parse(field.text)
    if address is None:
        return
    if not addresses.is_standard(field.text):
        yield (
            f"{dotted(field.path)}: non-standard IP address {_go(field.text)} will be considered invalid in a future "
            f"Kubernetes release: use {_go(str(address))}"
        )
    elif str(address) != field.text:
        yield (
            f"{dotted(field.path)}: IPv6 address {_go(field.text)} should be in RFC 5952 canonical format "
            f"({_go(str(address))})"
        )


def _network(field: Field) -> Iterator[str]:
    parsed = addresses.parse_network(field.text)
    if parsed is None:
        return
    address, network = parsed
    where, written = dotted(field.path), _go(field.text)
    base = network.network_address
    ambiguous = base != (address if base.version == address.version else ipaddress.IPv6Address(f"::ffff:{address}"))
    if ambiguous:
        alone = f"{address}/{network.max_prefixlen}"
        yield f"{where}: CIDR value {written} is ambiguous in this context (should be {_go(str(network))} or {_go(alone)}?)"
    text, _, bits = field.text.partition("/")
    if not addresses.is_standard(text) or bits != str(int(bits)):
        yield (
            f"{where}: non-standard CIDR value {written} will be considered invalid in a future Kubernetes release: "
            f"use {_go(str(network))}"
        )
    elif not ambiguous and str(network) != field.text:
        yield f"{where}: IPv6 CIDR value {written} should be in RFC 5952 canonical format ({_go(str(network))})"


def _go(text: str) -> str:
    """Return a text as Go's ``%q`` writes it."""
    return json.dumps(text, ensure_ascii=False)


_RULES: dict[tuple[str, str], Callable[[Field], Iterator[str]]] = {
    ("v1", "Service"): _service,
    ("v1", "Endpoints"): _endpoints,
    ("v1", "Pod"): _pod,
    ("v1", "ReplicationController"): _workload,
    ("discovery.k8s.io/v1", "EndpointSlice"): _endpoint_slice,
    ("apps/v1", "Deployment"): _workload,
    ("apps/v1", "ReplicaSet"): _workload,
    ("apps/v1", "StatefulSet"): _controller,
    ("apps/v1", "DaemonSet"): _controller,
    ("batch/v1", "Job"): _workload,
}
