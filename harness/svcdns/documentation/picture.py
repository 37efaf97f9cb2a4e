"""What stands behind some answers: Services, EndpointSlices and endpoints, each with the names that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import dns.exception
import dns.name
import dns.rcode
import dns.reversename
from dns.rdatatype import AAAA, CNAME, PTR, SRV, A

from svcdns.client import Answer
from svcdns.documentation.rows import rank
from svcdns.documentation.symbols import Symbols, dashed
from svcdns.message import Record, port, target
from svcdns.message import name as named
from svcdns.state import ClusterState, Endpoint, EndpointPort, EndpointSlice, Key, Pod, Service, ServicePort


class Tie(NamedTuple):
    """A name that leads to something: the type asked for, the name, and what else the answer says."""

    type: str
    name: str
    more: str = ""

    @property
    def said(self) -> str:
        """The name and what is said with it; an address leads back to the name of a PTR record."""
        return f"{'→ ' if self.type == 'PTR' else ''}{self.name}{self.more}"


@dataclass(frozen=True, slots=True)
class Place:
    """A Service, an EndpointSlice or an endpoint: what it is, what it is called, what is to be known, and who leads to it."""

    kind: str
    name: str
    facts: tuple[str, ...]
    ties: tuple[Tie, ...] = ()
    ready: bool = True
    below: tuple[Place, ...] = ()

    @property
    def title(self) -> str:
        """What it is and what it is called, without saying it twice."""
        return self.name.capitalize() if self.name.startswith(self.kind.lower()) else f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Picture:
    """Services with what is behind them, and the names that lead nowhere."""

    services: tuple[Place, ...]
    denied: tuple[str, ...]


@dataclass(slots=True)
class _Ties:
    """The names that lead to each address and to each Service, in the order in which they were asked for."""

    state: ClusterState
    symbols: Symbols
    to_address: dict[str, dict[Tie, None]] = field(default_factory=dict)
    to_service: dict[Key, dict[Tie, None]] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        for record in answer.answer:
            if record.type in (A, AAAA):
                self._at(str(record.rdata), Tie(_type(record), self.symbols.name(record.owner)))
            elif record.type == SRV:
                number = f", port {port(record.rdata)}"
                self._at_name(target(record.rdata), Tie("SRV", self.symbols.name(record.owner), number))
            elif record.type == PTR:
                leads = self.symbols.name(target(record.rdata))
                self._at(dns.reversename.to_address(record.owner), Tie("PTR", leads))
            elif record.type == CNAME:
                alias = Tie("CNAME", self.symbols.name(record.owner), f" → {self.symbols.name(target(record.rdata))}")
                self._at_name(record.owner, alias)

    def _at(self, address: str, tie: Tie) -> None:
        self.to_address.setdefault(address, {})[tie] = None

    def _at_name(self, name: dns.name.Name, tie: Tie) -> None:
        """A tie to the Service of that name, or to the endpoints that have the name below their Service."""
        service = service_of(name, self.state)
        if service is None:
            return
        below = name.relativize(_full(service, self.state)).to_text().lower()
        if below == "@":
            self.to_service.setdefault(service, {})[tie] = None
        for endpoint_slice in self.state.slices_by_service.get(service, ()):
            for endpoint in endpoint_slice.endpoints:
                for address in endpoint.addresses:
                    if below in (endpoint.hostname.lower(), dashed(address)):
                        self._at(address, tie)


def service_of(name: dns.name.Name, state: ClusterState) -> Key | None:
    """The Service whose name this is, or lies above it; of a reverse name, the one that the address belongs to."""
    try:
        address = dns.reversename.to_address(name)
    except dns.exception.SyntaxError:
        pass
    else:
        owners = [service.key for service in state.services_by_address.get(address, ())]
        owners += [Key(one.key.namespace, one.service) for one in state.slices_by_address.get(address, ())]
        return next((key for key in owners if key in state.services), None)
    services = named(f"svc.{state.domain}")
    if not name.is_subdomain(services):
        return None
    labels = [label.decode().lower() for label in name.relativize(services).labels]
    key = Key(labels[-1], labels[-2]) if len(labels) > 1 else None
    return key if key in state.services else None


def picture(answers: Iterable[Answer], state: ClusterState, symbols: Symbols) -> Picture:
    """The Services that some answers are about, as far as they belong to the scenario, with what is behind them."""
    ties = _Ties(state, symbols)
    keys: dict[Key, None] = {}
    denied: dict[str, None] = {}
    for answer in answers:
        ties.add(answer)
        key = service_of(answer.question.name, state)
        if key is not None and key.namespace in symbols.places:
            keys[key] = None
        if answer.rcode == dns.rcode.NXDOMAIN:
            denied[symbols.name(answer.question.name)] = None
    return Picture(
        tuple(_service(state.services[key], ties) for key in keys),
        tuple(sorted(denied, key=lambda name: rank("", name))),
    )


def _service(service: Service, ties: _Ties) -> Place:
    found = dict(ties.to_service.get(service.key, {}))
    for address in service.cluster_ips:
        found |= ties.to_address.get(address, {})
    if service.external:
        what = [f"alias for {service.external_name}"]
    elif service.headless:
        what = ["headless: no address of its own"]
    else:
        what = [ties.symbols.address(address) for address in service.cluster_ips]
    slices = ties.state.slices_by_service.get(service.key, ())
    pods = {Key(service.key.namespace, name) for one in slices for name in (each.pod for each in one.endpoints)}
    return Place(
        kind="Service",
        name=ties.symbols.name(_full(service.key, ties.state)),
        facts=(*what, *_ports(service.ports)),
        ties=_in_order(found),
        below=(
            *(_slice(one, ties) for one in slices if one.endpoints or not service.selector),
            *(_pod(pod, ties) for pod in _selected(service, ties.state) if pod.key not in pods),
        ),
    )


def _in_order(ties: Iterable[Tie]) -> tuple[Tie, ...]:
    return tuple(sorted(ties, key=lambda tie: rank(tie.type, tie.name)))


def _slice(endpoint_slice: EndpointSlice, ties: _Ties) -> Place:
    by_hand = not any(endpoint.pod for endpoint in endpoint_slice.endpoints)
    return Place(
        kind="EndpointSlice",
        name=endpoint_slice.key.name if by_hand else "",
        facts=_ports(endpoint_slice.ports),
        below=tuple(_endpoint(endpoint, endpoint_slice, ties) for endpoint in _sorted(endpoint_slice, ties.symbols)),
    )


def _sorted(endpoint_slice: EndpointSlice, symbols: Symbols) -> list[Endpoint]:
    """The endpoints in the order of their pods' names; those written by hand stay as they stand."""
    return sorted(
        endpoint_slice.endpoints,
        key=lambda endpoint: symbols.pods.get(Key(endpoint_slice.key.namespace, endpoint.pod), ""),
    )


def _endpoint(endpoint: Endpoint, endpoint_slice: EndpointSlice, ties: _Ties) -> Place:
    found: dict[Tie, None] = {}
    for address in endpoint.addresses:
        found |= ties.to_address.get(address, {})
    pod = ties.symbols.pods.get(Key(endpoint_slice.key.namespace, endpoint.pod))
    return Place(
        kind="Pod" if pod else "Endpoint",
        name=pod or (endpoint.hostname or "without a hostname"),
        facts=(*(ties.symbols.address(address) for address in endpoint.addresses), _condition(endpoint)),
        ties=_in_order(tie for tie in found if _is_about(tie, endpoint_slice, ties)),
        ready=endpoint.ready is not False,
    )


def _is_about(tie: Tie, endpoint_slice: EndpointSlice, ties: _Ties) -> bool:
    """Whether a name that leads to an address belongs to the Service of this EndpointSlice, of all that list the address."""
    service = ties.symbols.name(_full(Key(endpoint_slice.key.namespace, endpoint_slice.service), ties.state)).lower()
    return f".{tie.name.lower()}".endswith(f".{service}")


def _condition(endpoint: Endpoint) -> str:
    if endpoint.terminating:
        return "terminating, still serving" if endpoint.serving else "terminating"
    return {True: "ready", False: "not ready", None: "readiness left open"}[endpoint.ready]


def _pod(pod: Pod, ties: _Ties) -> Place:
    """A pod that a Service selects and no EndpointSlice lists."""
    return Place("Pod", ties.symbols.pods[pod.key], ("in no EndpointSlice",), ready=False)


def _selected(service: Service, state: ClusterState) -> Iterator[Pod]:
    return (pod for _, pod in sorted(state.pods.items()) if service.selects(pod))


def _ports(ports: Iterable[ServicePort | EndpointPort]) -> tuple[str, ...]:
    said = [
        f"{one.name} {one.port}{'' if one.protocol == 'TCP' else f'/{one.protocol}'}".strip()
        + ("" if one.name else " without a name")
        for one in ports
    ]
    return (f"port{'s' if len(said) > 1 else ''} {', '.join(said)}",) if said else ("no ports",)


def _full(service: Key, state: ClusterState) -> dns.name.Name:
    return named(f"{service.name}.{service.namespace}.svc.{state.domain}")


def _type(record: Record) -> str:
    return "A" if record.type == A else "AAAA"
