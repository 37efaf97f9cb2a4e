"""A diagram of what some answers are about: Services, EndpointSlices and endpoints, each with the names that resolve to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename
from dns.rdatatype import CNAME, PTR, SRV

from svcdns.client import Answer
from svcdns.documentation.rows import rank
from svcdns.documentation.symbols import Symbols, assigned_label
from svcdns.message import name as named
from svcdns.message import port, target
from svcdns.state import ClusterState, Endpoint, EndpointPort, EndpointSlice, Key, Pod, Service, ServicePort


class ResolvedName(NamedTuple):
    """A DNS name that resolves to an object, or, for a PTR record, the name that its address has.

    Attributes:
        type: the type of the record.
        name: the name, as a client in the namespace writes it.
        service: the Service at or above the name.
        detail: what else the record says, such as the port.
    """

    type: str
    name: str
    service: Key | None
    detail: str = ""

    @property
    def text(self) -> str:
        """The name and the detail; an arrow leads to the name that an address has."""
        return f"{'→ ' if self.type == 'PTR' else ''}{self.name}{self.detail}"


@dataclass(frozen=True, slots=True)
class DiagramObject:
    """A Service, an EndpointSlice, a pod or an endpoint that no pod is behind.

    Attributes:
        kind: what it is.
        title: its kind and name, as a heading.
        object_name: its name in Kubernetes; empty for an endpoint.
        dns_name: a Service's name, or a pod's label, as a client in the namespace writes it.
        addresses: its addresses, as symbols.
        facts: what else is known of it, after its addresses.
        names: the names that resolve to it.
        ready: whether it is ready, if that can be said of it.
        headless: whether it is a headless Service.
        below: the EndpointSlices of a Service, and the endpoints of an EndpointSlice.
    """

    kind: Literal["Service", "EndpointSlice", "Pod", "Endpoint"]
    title: str
    object_name: str = ""
    dns_name: str = ""
    addresses: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    names: tuple[ResolvedName, ...] = ()
    ready: bool = True
    headless: bool = False
    below: tuple[DiagramObject, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Its addresses and all that is known of it."""
        return (*self.addresses, *self.facts)


@dataclass(frozen=True, slots=True)
class Diagram:
    """Services with what is below them, and the names that do not exist."""

    services: tuple[DiagramObject, ...]
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Names:
    """The names that resolve to each address and to each Service, in the order in which they were asked for."""

    state: ClusterState
    symbols: Symbols
    of_address: dict[str, dict[ResolvedName, None]] = field(default_factory=dict)
    of_service: dict[Key, dict[ResolvedName, None]] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        for record in answer.answer:
            match record.type:
                case dns.rdatatype.A | dns.rdatatype.AAAA:
                    self._at(str(record.rdata), self._named(record.type, record.owner))
                case dns.rdatatype.SRV:
                    resolved = self._named(SRV, record.owner, f", port {port(record.rdata)}")
                    self._at_target(target(record.rdata), resolved)
                case dns.rdatatype.PTR:
                    self._at(dns.reversename.to_address(record.owner), self._named(PTR, target(record.rdata)))
                case dns.rdatatype.CNAME:
                    alias = self._named(CNAME, record.owner, f" → {self.symbols.name(target(record.rdata))}")
                    self._at_target(record.owner, alias)

    def _named(self, type_: dns.rdatatype.RdataType, name: dns.name.Name, detail: str = "") -> ResolvedName:
        return ResolvedName(dns.rdatatype.to_text(type_), self.symbols.name(name), service_of(name, self.state), detail)

    def _at(self, address: str, name: ResolvedName) -> None:
        self.of_address.setdefault(address, {})[name] = None

    def _at_target(self, target_name: dns.name.Name, name: ResolvedName) -> None:
        """Add a name to the Service of the target, or to the endpoints that have the target as their name below it."""
        service = service_of(target_name, self.state)
        if service is None:
            return
        below = target_name.relativize(_full_name(service, self.state)).to_text().lower()
        if below == "@":
            self.of_service.setdefault(service, {})[name] = None
        for endpoint_slice in self.state.slices_by_service.get(service, ()):
            for endpoint in endpoint_slice.endpoints:
                for address in endpoint.addresses:
                    if below in (endpoint.hostname.lower(), assigned_label(address)):
                        self._at(address, name)


def service_of(name: dns.name.Name, state: ClusterState) -> Key | None:
    """Return the Service at or above a name; for a reverse name, the one that the address belongs to."""
    try:
        address = dns.reversename.to_address(name)
    except dns.exception.SyntaxError:
        pass
    else:
        owners = [service.key for service in state.services_by_address.get(address, ())]
        slices = state.slices_by_address.get(address, ())
        owners += [Key(endpoint_slice.key.namespace, endpoint_slice.service) for endpoint_slice in slices]
        return next((key for key in owners if key in state.services), None)
    services = named(f"svc.{state.domain}")
    if not name.is_subdomain(services):
        return None
    labels = [label.decode().lower() for label in name.relativize(services).labels]
    key = Key(labels[-1], labels[-2]) if len(labels) > 1 else None
    return key if key in state.services else None


def diagram(answers: Iterable[Answer], state: ClusterState, symbols: Symbols) -> Diagram:
    """Return the Services of the scenario that some answers are about, with what is below them."""
    names = _Names(state, symbols)
    keys: dict[Key, None] = {}
    missing: dict[str, None] = {}
    for answer in answers:
        names.add(answer)
        key = service_of(answer.question.name, state)
        if key is not None and key.namespace in symbols.namespaces:
            keys[key] = None
        if answer.rcode == dns.rcode.NXDOMAIN:
            missing[symbols.name(answer.question.name)] = None
    return Diagram(
        tuple(_service(state.services[key], names) for key in keys),
        tuple(sorted(missing, key=lambda name: rank("", name))),
    )


def _service(service: Service, names: _Names) -> DiagramObject:
    found = dict(names.of_service.get(service.key, {}))
    for address in service.cluster_ips:
        found |= names.of_address.get(address, {})
    kind_facts: tuple[str, ...] = ()
    if service.external:
        kind_facts = (f"alias for {service.external_name}",)
    elif service.headless:
        kind_facts = ("headless: no virtual IP",)
    slices = sorted(
        names.state.slices_by_service.get(service.key, ()),
        key=lambda each: (_given_name(each), each.address_type, _ports(each.ports)),
    )
    listed = {
        Key(service.key.namespace, endpoint.pod) for endpoint_slice in slices for endpoint in endpoint_slice.endpoints
    }
    dns_name = names.symbols.name(_full_name(service.key, names.state))
    return DiagramObject(
        kind="Service",
        title=f"Service {dns_name}",
        object_name=service.key.name,
        dns_name=dns_name,
        addresses=tuple(map(names.symbols.address, service.cluster_ips)),
        facts=(*kind_facts, *_ports(service.ports)),
        names=_in_order(found),
        headless=service.headless,
        below=(
            *(_slice(each, names) for each in slices if each.endpoints or not service.selector),
            *(_unlisted_pod(pod, names) for pod in _selected(service, names.state) if pod.key not in listed),
        ),
    )


def _in_order(names: Iterable[ResolvedName]) -> tuple[ResolvedName, ...]:
    return tuple(sorted(names, key=lambda resolved: rank(resolved.type, resolved.name)))


def _given_name(endpoint_slice: EndpointSlice) -> str:
    """Return the name of an EndpointSlice that was written by hand; that of a controller differs from run to run."""
    return "" if endpoint_slice.owner else endpoint_slice.key.name


def _slice(endpoint_slice: EndpointSlice, names: _Names) -> DiagramObject:
    return DiagramObject(
        kind="EndpointSlice",
        title=f"EndpointSlice {_given_name(endpoint_slice)}".rstrip(),
        object_name=endpoint_slice.key.name,
        facts=_ports(endpoint_slice.ports),
        below=tuple(_endpoint(endpoint, endpoint_slice, names) for endpoint in _by_pod(endpoint_slice, names.symbols)),
    )


def _by_pod(endpoint_slice: EndpointSlice, symbols: Symbols) -> list[Endpoint]:
    """Return the endpoints in the order of their pods' names; those written by hand keep their order."""

    def pod_name(endpoint: Endpoint) -> str:
        pod = symbols.pods.get(Key(endpoint_slice.key.namespace, endpoint.pod))
        return pod.name if pod else ""

    return sorted(endpoint_slice.endpoints, key=pod_name)


def _endpoint(endpoint: Endpoint, endpoint_slice: EndpointSlice, names: _Names) -> DiagramObject:
    service = Key(endpoint_slice.key.namespace, endpoint_slice.service)
    found: dict[ResolvedName, None] = {}
    for address in endpoint.addresses:
        found |= names.of_address.get(address, {})
    pod = names.symbols.pods.get(Key(endpoint_slice.key.namespace, endpoint.pod))
    return DiagramObject(
        kind="Pod" if pod else "Endpoint",
        title=pod.title if pod else f"Endpoint {endpoint.hostname or 'without a hostname'}",
        object_name=endpoint.pod,
        dns_name=pod.label if pod else endpoint.hostname,
        addresses=tuple(map(names.symbols.address, endpoint.addresses)),
        facts=(_condition(endpoint),),
        # Several Services may list one address; each shows its own names.
        names=_in_order(resolved for resolved in found if resolved.service == service),
        ready=endpoint.ready is not False,
    )


def _condition(endpoint: Endpoint) -> str:
    if endpoint.terminating:
        return "terminating, still serving" if endpoint.serving else "terminating"
    return {True: "ready", False: "not ready", None: "ready condition unset"}[endpoint.ready]


def _unlisted_pod(pod: Pod, names: _Names) -> DiagramObject:
    """Return a pod that a Service selects and no EndpointSlice lists."""
    symbol = names.symbols.pods[pod.key]
    return DiagramObject(
        "Pod",
        symbol.title,
        object_name=pod.key.name,
        dns_name=symbol.label,
        facts=("in no EndpointSlice",),
        ready=False,
    )


def _selected(service: Service, state: ClusterState) -> Iterator[Pod]:
    return (pod for _, pod in sorted(state.pods.items()) if service.selects(pod))


def _ports(ports: Iterable[ServicePort | EndpointPort]) -> tuple[str, ...]:
    texts = [
        f"{each.name} {each.port}{'' if each.protocol == 'TCP' else f'/{each.protocol}'}".strip()
        + ("" if each.name else " without a name")
        for each in ports
    ]
    return (f"port{'s' if len(texts) > 1 else ''} {', '.join(texts)}",) if texts else ("no ports",)


def _full_name(service: Key, state: ClusterState) -> dns.name.Name:
    return named(f"{service.name}.{service.namespace}.svc.{state.domain}")
