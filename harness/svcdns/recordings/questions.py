"""The queries that a recording of a state consists of: names that exist, in every type, and names that almost do.

Nothing here knows an answer, so a wrong server is asked the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from typing import NamedTuple, TypeVar

import dns.exception
import dns.name
from dns.rdatatype import AAAA, ANY, CNAME, HTTPS, MX, NS, PTR, SOA, SRV, TXT, A, RdataType

from svcdns import addresses, message
from svcdns.client import Transport
from svcdns.message import Question
from svcdns.state import ClusterState, Endpoint, EndpointPort, Pod, Service, ServicePort, matches

TYPES: tuple[RdataType, ...] = (A, AAAA, SRV, CNAME, TXT, NS, SOA, MX, PTR, ANY, HTTPS)

#: The payload size offered by default: enough for nearly every answer.
EDNS_OCTETS = 4096

#: The other transports: TCP; UDP as RFC 1035 has it; and smaller payload sizes (RFC 6891).
OTHER_WAYS: tuple[tuple[Transport, int | None], ...] = (("tcp", None), ("udp", None), ("udp", 512), ("udp", 1232))

#: At most this many similar objects are asked for: the others would show nothing more.
ALIKE = 3

#: Addresses that no cluster allocates: they are reserved for documentation (RFC 5737, RFC 3849).
_NOWHERE = ("192.0.2.200", "2001:db8::200")

_Item = TypeVar("_Item")


class PlannedQuery(NamedTuple):
    """A query to be recorded: a question and its transport.

    Attributes:
        name: the owner name as text, since two names that differ in case are equal, and both are asked.
        edns: the payload size offered, or None for no EDNS.
    """

    name: str
    type: RdataType
    transport: Transport = "udp"
    edns: int | None = EDNS_OCTETS

    @property
    def question(self) -> Question:
        """The owner name and the type."""
        return Question(message.name(self.name), self.type)


def planned_queries(state: ClusterState, namespaces: Collection[str] | None = None) -> tuple[PlannedQuery, ...]:
    """Return every query once, in an order that depends on the state alone.

    Args:
        state: the state of the cluster.
        namespaces: the Namespaces whose names are asked; None for all of them.
    """
    wanted = sorted(state.namespaces if namespaces is None else namespaces)
    services = [service for key, service in sorted(state.services.items()) if key.namespace in wanted]
    pods = _few(
        (pod for key, pod in sorted(state.pods.items()) if key.namespace in wanted),
        lambda pod: (pod.key.namespace, pod.ready, pod.phase, pod.terminating, bool(pod.hostname), pod.subdomain),
    )
    domain = state.domain
    names = [
        *_zone_names(domain),
        *(f"{labels}.{domain}" for namespace in wanted for labels in _namespace_labels(namespace)),
    ]
    names += [f"{_dashed(address)}.{pod.key.namespace}.pod.{domain}" for pod in pods for address in pod.addresses]
    main = [f"dns-version.{domain}"]
    for service in services:
        base = f"{service.key.name}.{service.key.namespace}.svc"
        names += [f"{base}.{domain}", f"{base.upper()}.{domain.title()}"]
        names += [f"{labels}.{base}.{domain}" for labels in _labels_below(state, service, pods)]
        ports = [f"_{name}._{protocol}.{base}.{domain}" for name, protocol in _ports(state, service)]
        main += [f"{base}.{domain}", *ports]
    reverse = tuple(_reverse_names(state, services, pods))
    found = dict.fromkeys(PlannedQuery(str(name), type_) for name in (*_names(names), *reverse) for type_ in TYPES)
    found |= dict.fromkeys(
        PlannedQuery(str(name), type_, *way)
        for name in _names(main)
        for type_ in (A, AAAA, SRV, TXT)
        for way in OTHER_WAYS
    )
    found |= dict.fromkeys(PlannedQuery(str(name), PTR, *way) for name in reverse for way in OTHER_WAYS[:1])
    return tuple(found)


def _zone_names(domain: str) -> Iterator[str]:
    """The apex, the schema version, the name server, the empty non-terminals, and names that do not exist (A01-A12, G19)."""
    for labels in ("", "dns-version.", "x.dns-version.", "dns.", "ns.dns.", "svc.", "pod.", "nosuch.", "*.svc."):
        yield f"{labels}{domain}"
    for labels in ("nosuch.svc.", "x.nosuch.svc.", "nosuch.pod.", "1-2-3-4.nosuch.pod."):
        yield f"{labels}{domain}"
    for labels in ("", "DNS-Version.", "ns.dns.", "nOsUcH.svc."):
        yield f"{labels}{domain.title()}"


def _namespace_labels(namespace: str) -> Iterator[str]:
    """The Namespace below ``svc`` and ``pod``, and names there that do not exist (A10, A11, K01-K07)."""
    yield from (f"{namespace}.svc", f"*.{namespace}.svc", f"nosuch.{namespace}.svc", f"{namespace}.pod", namespace)
    yield from (f"{label}.{namespace}.pod" for label in ("1-2-3-4", "x.1-2-3-4", "fd00--1", "notanip"))


def _labels_below(state: ClusterState, service: Service, pods: Iterable[Pod]) -> Iterator[str]:
    """Below a Service: its ports, its endpoints, and names that look like either (C11, C21, E16-E18)."""
    yield from ("*", "nosuch", "a.b.c", "_tcp", "_nosuch._tcp", "_._tcp")
    ports = _ports(state, service) or [("http", "tcp")]
    for name, protocol in ports:
        other = "udp" if protocol == "tcp" else "tcp"
        yield from (f"_{name}._{protocol}", f"_{name}._{protocol}".upper(), f"_{name}._{other}")
        yield from (f"{name}.{protocol}", f"_{name}")
    yield from (f"_{port.port}._{port.protocol.lower()}" for port in service.ports)
    yield from map(_dashed, service.cluster_ips)
    labels = tuple(dict.fromkeys(_endpoint_labels(state, service, pods)))
    yield from labels
    # The same names exist below every endpoint.
    yield from (f"{left}.{labels[0]}" for left in ("x", f"_{ports[0][0]}._{ports[0][1]}") if labels)


def _ports(state: ClusterState, service: Service) -> list[tuple[str, str]]:
    """The named ports of the Service and its EndpointSlices, with their protocols in lower case."""
    slices = state.slices_by_service.get(service.key, ())
    ports: list[ServicePort | EndpointPort] = [
        *service.ports,
        *(port for endpoint_slice in slices for port in endpoint_slice.ports),
    ]
    return sorted({(port.name, port.protocol.lower()) for port in ports if port.name})


def _endpoint_labels(state: ClusterState, service: Service, pods: Iterable[Pod]) -> Iterator[str]:
    """The labels that an endpoint may have: its hostname, its pod's name, or its address with dashes (C07-C10, I08)."""
    for endpoint in _endpoints(state, service):
        yield from filter(None, (endpoint.hostname, endpoint.pod))
        yield from map(_dashed, endpoint.addresses)
        yield from (f"{_dashed(address)}0" for address in endpoint.addresses if address.endswith("::"))
    for pod in pods:
        if pod.key.namespace == service.key.namespace and matches(service.selector or {}, pod.labels):
            yield from filter(None, (pod.key.name, pod.hostname))
            yield from map(_dashed, pod.addresses)


def _endpoints(state: ClusterState, service: Service) -> list[Endpoint]:
    """Some of a Service's endpoints of each kind."""
    slices = state.slices_by_service.get(service.key, ())
    several = [
        (endpoint_slice.address_type, endpoint) for endpoint_slice in slices for endpoint in endpoint_slice.endpoints
    ]
    alike = _few(several, lambda listed: (listed[0], listed[1].ready, listed[1].terminating, bool(listed[1].hostname)))
    return [endpoint for _, endpoint in alike]


def _reverse_names(state: ClusterState, services: Iterable[Service], pods: Iterable[Pod]) -> Iterator[dns.name.Name]:
    """The reverse names of addresses, the name above the first of each family, and unused addresses (F01-F14)."""
    every = [address for service in services for address in service.cluster_ips]
    every += [
        text
        for service in services
        for endpoint in _endpoints(state, service)
        for text in endpoint.addresses
        if _is_ip(text)
    ]
    every += [address for pod in pods for address in pod.addresses]
    found = dict.fromkeys(message.reverse_name(text) for text in every)
    yield from found
    yield from map(message.reverse_name, _NOWHERE)
    for zone in ("in-addr.arpa", "ip6.arpa"):
        first = next((name for name in found if name.is_subdomain(message.name(zone))), None)
        if first is not None:
            yield from (first.parent(), dns.name.from_text(str(first).upper()))


def _few(items: Iterable[_Item], kind: Callable[[_Item], Hashable]) -> list[_Item]:
    """Return the first `ALIKE` items of each kind, in their order."""
    seen: dict[Hashable, int] = defaultdict(int)
    kept = []
    for item in items:
        seen[kind(item)] += 1
        if seen[kind(item)] <= ALIKE:
            kept.append(item)
    return kept


def _names(texts: Iterable[str]) -> Iterator[dns.name.Name]:
    """Return the names that fit into a message."""
    for text in dict.fromkeys(texts):
        try:
            yield message.name(text)
        except dns.exception.DNSException:
            # A pod's name may be longer than a label.
            continue


def _is_ip(text: str) -> bool:
    # An EndpointSlice may list names instead of addresses.
    return addresses.parse(text) is not None


def _dashed(address: str) -> str:
    return address.replace(".", "-").replace(":", "-")
