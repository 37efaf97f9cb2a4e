"""The rules for IP addresses in manifests.

Most fields take every spelling of `svcdns.addresses` and keep it; the API server answers with a warning where it is not
the canonical one (`svcdns.manifests.warnings`). IPv6 EndpointSlices, and every field with the feature gate
StrictIPCIDRValidation, take the canonical spelling alone (k8s.io/apimachinery ``pkg/util/validation/ip.go``).
"""

from __future__ import annotations

import ipaddress

from svcdns import addresses
from svcdns.addresses import IPAddress, parse
from svcdns.manifests.problem import quoted

# ValidateEndpointIP in Kubernetes' pkg/apis/core/validation/validation.go.
_NOT_FOR_ENDPOINTS = {
    "the unspecified address": ("0.0.0.0/32", "::/128"),
    "a loopback address": ("127.0.0.0/8", "::1/128"),
    "a link-local address": ("169.254.0.0/16", "fe80::/10"),
    "a link-local multicast address": ("224.0.0.0/24", "ff02::/16"),
}
_NETWORKS = [(ipaddress.ip_network(net), words) for words, nets in _NOT_FOR_ENDPOINTS.items() for net in nets]


def ip_address(text: str) -> str | None:
    """Return what is wrong with a text as an IP address in any spelling, or None."""
    return None if parse(text) else f"must be an IP address such as 10.9.8.7 or 2001:db8::1, not {quoted(text)}"


def network(text: str) -> str | None:
    """Return what is wrong with a text as a range of addresses; spaces around it are allowed."""
    if addresses.parse_network(text.strip()):
        return None
    return f"must be a range of addresses such as 10.9.8.0/24 or 2001:db8::/64, not {quoted(text)}"


def ipv4_address(text: str) -> str | None:
    """Return what is wrong with a text as an address of an IPv4 EndpointSlice, or None."""
    return _endpoint_of(text, ipaddress.IPv4Address, "an IPv4 address")


def ipv6_address(text: str) -> str | None:
    """Return what is wrong with a text as an address of an IPv6 EndpointSlice, or None."""
    address = parse(text)
    if address and ":" in text and isinstance(address, ipaddress.IPv4Address):
        return f"must not be an IPv4-mapped IPv6 address, but is {quoted(text)}"
    if problem := _endpoint_of(text, ipaddress.IPv6Address, "an IPv6 address"):
        return problem
    return None if str(address) == text else f'must be written as "{address}", not {quoted(text)}'


def endpoint_address(text: str) -> str | None:
    """Return what is wrong with a text as the address of an endpoint, or None."""
    address = parse(text)
    if address is None:
        return ip_address(text)
    return next((f"must not be {words}, but is {text}" for net, words in _NETWORKS if address in net), None)


def _endpoint_of(text: str, family: type[IPAddress], words: str) -> str | None:
    if parse(text) and not isinstance(parse(text), family):
        return f"must be {words}, not {quoted(text)}"
    return endpoint_address(text)
