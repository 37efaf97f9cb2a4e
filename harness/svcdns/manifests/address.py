"""The rules for IP addresses in manifests.

Kubernetes keeps an address as it was written and compares it as text, so one address must have one spelling: the
canonical one. The API demands it of new fields and of IPv6 EndpointSlices, and elsewhere warns (k8s.io/apimachinery
``pkg/util/validation/ip.go``). It refuses leading zeros and IPv4-mapped IPv6 addresses with the feature gate
StrictIPCIDRValidation.
"""

from __future__ import annotations

import ipaddress

from svcdns.manifests.problem import quoted

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# ValidateEndpointIP in Kubernetes' pkg/apis/core/validation/validation.go.
_NOT_FOR_ENDPOINTS = {
    "the unspecified address": ("0.0.0.0/32", "::/128"),
    "a loopback address": ("127.0.0.0/8", "::1/128"),
    "a link-local address": ("169.254.0.0/16", "fe80::/10"),
    "a link-local multicast address": ("224.0.0.0/24", "ff02::/16"),
}
_NETWORKS = [(ipaddress.ip_network(net), words) for words, nets in _NOT_FOR_ENDPOINTS.items() for net in nets]


def parse(text: str) -> _IPAddress | None:
    """Return the address that a text spells, or None."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def ip_address(text: str) -> str | None:
    """Return what is wrong with a text as an IP address in canonical form, or None."""
    address = parse(text)
    if address is None or getattr(address, "scope_id", None):
        return f"must be an IP address such as 10.9.8.7 or 2001:db8::1, not {quoted(text)}"
    if getattr(address, "ipv4_mapped", None):
        return f"must not be an IPv4-mapped IPv6 address, but is {quoted(text)}"
    return None if str(address) == text else f'must be written as "{address}", not {quoted(text)}'


def ipv4_address(text: str) -> str | None:
    """Return what is wrong with a text as the IPv4 address of an endpoint, or None."""
    return _endpoint_of(text, ipaddress.IPv4Address, "an IPv4 address")


def ipv6_address(text: str) -> str | None:
    """Return what is wrong with a text as the IPv6 address of an endpoint, or None."""
    return _endpoint_of(text, ipaddress.IPv6Address, "an IPv6 address")


def endpoint_address(text: str) -> str | None:
    """Return what is wrong with a text as the address of an endpoint, or None."""
    if problem := ip_address(text):
        return problem
    address = ipaddress.ip_address(text)
    return next((f"must not be {words}, but is {text}" for net, words in _NETWORKS if address in net), None)


def _endpoint_of(text: str, family: type[_IPAddress], words: str) -> str | None:
    if parse(text) and not isinstance(parse(text), family):
        return f"must be {words}, not {quoted(text)}"
    return endpoint_address(text)
