"""The rules for EndpointSlices and Endpoints.

Kubernetes' ``pkg/apis/discovery/validation/validation.go`` and, for Endpoints,
``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from svcdns.manifests.address import endpoint_address, ipv4_address, ipv6_address
from svcdns.manifests.field import PORTS, PROTOCOLS, Field, at_most, between, named, not_empty, one_of, required, unique
from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain, fully_qualified, qualified_name
from svcdns.manifests.problem import Problem

_ADDRESS_RULES = {"IPv4": ipv4_address, "IPv6": ipv6_address, "FQDN": fully_qualified}
_MOST_ENDPOINTS = 1000
_MOST_ADDRESSES = 100
_MOST_PORTS = 20_000


def endpoint_slice(root: Field) -> Iterator[Problem]:
    """Check an EndpointSlice."""
    type_ = root["addressType"]
    yield from required(type_)
    yield from one_of(type_, _ADDRESS_RULES)
    yield from at_most(root["endpoints"], _MOST_ENDPOINTS, "endpoints")
    for endpoint in root["endpoints"].items():
        yield from required(endpoint["addresses"], ": at least one")
        yield from at_most(endpoint["addresses"], _MOST_ADDRESSES, "addresses")
        for address in endpoint["addresses"].items():
            yield from required(address)
            if type_.text in _ADDRESS_RULES:
                yield from named(address, _ADDRESS_RULES[type_.text])
        yield from named(endpoint["nodeName"], dns_1123_subdomain)
        yield from not_empty(endpoint["hostname"])
        yield from named(endpoint["hostname"], dns_1123_label)
    ports = root["ports"].items()
    yield from at_most(root["ports"], _MOST_PORTS, "ports")
    for port in ports:
        yield from _port(port)
        # The API server accepts any number here, but no SRV record could carry it.
        yield from between(port["port"], 0, PORTS[1])
    # An unnamed port here is one whose name is empty, and there may be one.
    yield from unique((port["name"].text, port["name"]) for port in ports)


def endpoints(root: Field) -> Iterator[Problem]:
    """Check an Endpoints object."""
    for subset in root["subsets"].items():
        if not (subset["addresses"].given or subset["notReadyAddresses"].given):
            yield subset["addresses"].error("is required, or notReadyAddresses")
        for address in (*subset["addresses"].items(), *subset["notReadyAddresses"].items()):
            yield from required(address["ip"])
            yield from named(address["ip"], endpoint_address)
            yield from named(address["hostname"], dns_1123_label)
            yield from not_empty(address["nodeName"])
            yield from named(address["nodeName"], dns_1123_subdomain)
        ports = subset["ports"].items()
        for port in ports:
            if len(ports) > 1:
                yield from required(port["name"], " where there are several ports")
            yield from _port(port)
            yield from between(port["port"], *PORTS)


def _port(port: Field) -> Iterator[Problem]:
    yield from named(port["name"], dns_1123_label)
    yield from one_of(port["protocol"], PROTOCOLS)
    yield from not_empty(port["appProtocol"])
    yield from named(port["appProtocol"], qualified_name)
