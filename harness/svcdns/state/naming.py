"""Names of the DNS schema: what each is about, as far as a state tells."""

from __future__ import annotations

from enum import StrEnum

import dns.exception
import dns.name
import dns.reversename

from svcdns.state.model import CLUSTER_DOMAIN, ClusterState, Key

_REVERSE_ZONES = (("in-addr", "arpa"), ("ip6", "arpa"))


class NameKind(StrEnum):
    """What kind of name was queried, in the words of a title."""

    CLUSTER_IP = "ClusterIP Services"
    HEADLESS = "headless Services"
    EXTERNAL_NAME = "ExternalName Services"
    SERVICE = "Service names"
    HOSTNAME = "hostnames below headless Services"
    UNNAMED_ENDPOINT = "endpoints without a hostname"
    ENDPOINT = "names below Services"
    PORT = "ports"
    HEADLESS_PORT = "ports of headless Services"
    VIRTUAL_IP_ADDRESS = "virtual IPs"
    ENDPOINT_ADDRESS = "endpoints"
    OTHER_ADDRESS = "other addresses"
    OTHER = "other names"


def labels(name: str) -> tuple[str, ...]:
    """Return the labels of a name in lower case, without the root."""
    try:
        parsed = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        return ()
    return tuple(label.decode("latin-1").lower() for label in parsed.labels[:-1])


def labels_below(name: str, zone: str) -> tuple[str, ...] | None:
    """Return the labels in front of a zone; None if the name is not in the zone."""
    own, end = labels(name), labels(zone)
    return own[: len(own) - len(end)] if own[len(own) - len(end) :] == end else None


def service_of(name: str, domain: str = CLUSTER_DOMAIN) -> Key | None:
    """Return the Service that a name would belong to, whether or not there is one; None for other names."""
    match labels_below(name, f"svc.{domain}"):
        case (*_, service, namespace):
            return Key(namespace, service)
    return None


def address_of(name: str) -> str | None:
    """Return the address that a complete reverse name stands for, else None."""
    if not is_reverse(name):
        return None
    try:
        return dns.reversename.to_address(dns.name.from_text(name))
    except (dns.exception.DNSException, ValueError):
        return None


def is_reverse(name: str) -> bool:
    """Return whether a name is in a reverse zone."""
    return labels(name)[-2:] in _REVERSE_ZONES


def dashed(address: str) -> str:
    """Return an address as the label that CoreDNS makes of it for an endpoint without a hostname."""
    label = address.replace(".", "-").replace(":", "-")
    return f"{label}0" if label.endswith("-") else label


def kind_of(name: str, state: ClusterState) -> NameKind:
    """Return what kind of name a state makes of a name."""
    if is_reverse(name):
        address = address_of(name) or ""
        if address in state.services_by_address:
            return NameKind.VIRTUAL_IP_ADDRESS
        return NameKind.ENDPOINT_ADDRESS if address in state.slices_by_address else NameKind.OTHER_ADDRESS
    kind = kind_by_labels(name, state.domain)
    key = service_of(name, state.domain)
    service = state.services.get(key) if key else None
    if key is None or service is None:
        return kind
    match kind:
        case NameKind.SERVICE if service.external:
            return NameKind.EXTERNAL_NAME
        case NameKind.SERVICE:
            return NameKind.HEADLESS if service.headless else NameKind.CLUSTER_IP
        case NameKind.PORT:
            return NameKind.HEADLESS_PORT if service.headless else NameKind.PORT
        case NameKind.ENDPOINT if service.headless:
            return _endpoint_kind(labels(name)[0], key, state)
    return kind


def kind_by_labels(name: str, domain: str = CLUSTER_DOMAIN) -> NameKind:
    """Return the kind of a name, as far as its labels alone tell."""
    if is_reverse(name):
        return NameKind.OTHER_ADDRESS
    match labels_below(name, f"svc.{domain}"):
        case (_, _):
            return NameKind.SERVICE
        case (port, protocol, _, _) if port.startswith("_") and protocol.startswith("_"):
            return NameKind.PORT
        case (_, _, _):
            return NameKind.ENDPOINT
    return NameKind.OTHER


def _endpoint_kind(label: str, service: Key, state: ClusterState) -> NameKind:
    for endpoint_slice in state.slices_by_service.get(service, ()):
        for endpoint in endpoint_slice.endpoints:
            if endpoint.hostname == label:
                return NameKind.HOSTNAME
            if not endpoint.hostname and label in map(dashed, endpoint.addresses):
                return NameKind.UNNAMED_ENDPOINT
    return NameKind.ENDPOINT
