"""The state that a DNS server for Kubernetes answers from: Namespaces, Services, EndpointSlices and Pods at one moment.

A `ClusterState` is immutable. A change makes a new one that replaces some entries and shares the rest, so a server
replaces one by the next without a lock. `svcdns.state.listing` reads it from API objects and writes it as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from svcdns import addresses

Family = Literal["IPv4", "IPv6"]

#: The label that ties an EndpointSlice to its Service (EndpointSlice API, discovery.k8s.io/v1).
SERVICE_NAME_LABEL = "kubernetes.io/service-name"

CLUSTER_DOMAIN = "cluster.local"

#: The phases of a Pod whose containers have ended for good.
COMPLETED_PHASES = frozenset({"Succeeded", "Failed"})


class Key(NamedTuple):
    """The namespace and name of an object, unique among those of its kind."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Namespace; DNS needs only that it exists."""

    name: str


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service; ``name`` is empty for an unnamed port, ``target_port`` a number, a container port's name or None."""

    name: str
    protocol: str
    port: int
    target_port: int | str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A Service.

    Attributes:
        cluster_ips: its virtual IPs, one per family; empty for a headless or an ExternalName Service.
        families: ``spec.ipFamilies``, the first one first.
        selector: the labels it selects, or None where EndpointSlices are written by hand.
    """

    key: Key
    type: str = "ClusterIP"
    cluster_ips: tuple[str, ...] = ()
    families: tuple[Family, ...] = ("IPv4",)
    ports: tuple[ServicePort, ...] = ()
    selector: Mapping[str, str] | None = None
    external_name: str = ""
    publish_not_ready: bool = False

    @property
    def external(self) -> bool:
        """Whether the Service is an alias for a name elsewhere."""
        return self.type == "ExternalName"

    @property
    def headless(self) -> bool:
        """Whether the Service has no virtual IP, so that its name has its endpoints' addresses (specification, section 2.4)."""
        return not self.external and not self.cluster_ips

    def selects(self, pod: Pod) -> bool:
        """Return whether the Service selects a pod: one of its Namespace, by its labels; without a selector it selects none."""
        if not self.selector or pod.key.namespace != self.key.namespace:
            return False
        return matches(self.selector, pod.labels)


@dataclass(frozen=True, slots=True)
class EndpointPort:
    """A port of an EndpointSlice; a ``port`` of None means every port."""

    name: str
    protocol: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of an EndpointSlice; a condition of None is unset."""

    addresses: tuple[str, ...]
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None
    hostname: str = ""
    pod: str = ""
    node: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class EndpointSlice:
    """An EndpointSlice.

    Attributes:
        service: the Service that its label names, or empty.
        owner: what a controller made it for, as kind/name; empty where it was written by hand. No answer depends on it.
    """

    key: Key
    service: str
    address_type: str
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()
    owner: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Pod:
    """A Pod.

    Attributes:
        addresses: ``status.podIPs``, the first one first.
        ready: whether its Ready condition is true.
        terminating: whether it is being deleted.
        container_ports: the named ports of its containers, as (name, protocol) → number.
        owner: its controller, as kind/name, or empty.
        uid: tells it from others that had its name; no answer depends on it, so pods that differ in nothing else are equal.
    """

    key: Key
    labels: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    ready: bool = False
    phase: str = "Running"
    terminating: bool = False
    hostname: str = ""
    subdomain: str = ""
    container_ports: Mapping[tuple[str, str], int] = field(default_factory=dict)
    owner: str = ""
    uid: str = field(default="", compare=False)

    @property
    def completed(self) -> bool:
        """Whether its containers have ended for good; a completed pod is not an endpoint."""
        return self.phase in COMPLETED_PHASES

    def address(self, family: Family) -> str | None:
        """Return the pod's address of one family, or None."""
        return next((address for address in self.addresses if family_of(address) == family), None)


Object = Namespace | Service | EndpointSlice | Pod


def matches(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether labels have every name and value of a selector."""
    return selector.items() <= labels.items()


def family_of(address: str) -> Family:
    """Return the IP family of an address in any spelling; one that is mapped into IPv6 is IPv4.

    Raises:
        ValueError: if the text is not an address.
    """
    parsed = addresses.parse(address)
    if parsed is None:
        raise ValueError(f"{address!r} is not an IP address")
    return "IPv4" if parsed.version == 4 else "IPv6"  # noqa: PLR2004 - an IP version is its own name


@dataclass(frozen=True)
class ClusterState:
    """Everything that an answer depends on, at one moment.

    Attributes:
        domain: the cluster domain, without the final dot.
        serial: a number that grows with every change, for the SOA.
    """

    namespaces: Mapping[str, Namespace] = field(default_factory=dict)
    services: Mapping[Key, Service] = field(default_factory=dict)
    slices: Mapping[Key, EndpointSlice] = field(default_factory=dict)
    pods: Mapping[Key, Pod] = field(default_factory=dict)
    domain: str = CLUSTER_DOMAIN
    serial: int = 0

    @cached_property
    def slices_by_service(self) -> Mapping[Key, tuple[EndpointSlice, ...]]:
        """The EndpointSlices of each Service, in the order of their names."""
        by_service: dict[Key, list[EndpointSlice]] = defaultdict(list)
        for key in sorted(self.slices):
            by_service[Key(key.namespace, self.slices[key].service)].append(self.slices[key])
        return MappingProxyType({key: tuple(slices) for key, slices in by_service.items()})

    @cached_property
    def services_by_address(self) -> Mapping[str, tuple[Service, ...]]:
        """The Services that own each virtual IP."""
        by_address: dict[str, list[Service]] = defaultdict(list)
        for service in self.services.values():
            for address in service.cluster_ips:
                by_address[address].append(service)
        return MappingProxyType({address: tuple(services) for address, services in by_address.items()})

    @cached_property
    def slices_by_address(self) -> Mapping[str, tuple[EndpointSlice, ...]]:
        """The EndpointSlices that list each endpoint address, ready or not."""
        by_address: dict[str, dict[Key, EndpointSlice]] = defaultdict(dict)
        for key in sorted(self.slices):
            for endpoint in self.slices[key].endpoints:
                for address in endpoint.addresses:
                    by_address[address][key] = self.slices[key]
        return MappingProxyType({address: tuple(slices.values()) for address, slices in by_address.items()})

    @cached_property
    def pods_by_address(self) -> Mapping[str, tuple[Pod, ...]]:
        """The Pods that have each address; Pods in the host's network share theirs."""
        by_address: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods.values():
            for address in pod.addresses:
                by_address[address].append(pod)
        return MappingProxyType({address: tuple(pods) for address, pods in by_address.items()})

    def changed(self, put: Iterable[Object] = (), removed: Iterable[Object] = ()) -> ClusterState:
        """Return a state with some objects put or replaced and others removed; what did not change is shared."""
        tables: dict[type, dict[Any, Any]] = {
            Namespace: dict(self.namespaces),
            Service: dict(self.services),
            EndpointSlice: dict(self.slices),
            Pod: dict(self.pods),
        }
        for item in removed:
            tables[type(item)].pop(_key(item), None)
        for item in put:
            tables[type(item)][_key(item)] = item
        return replace(
            self,
            namespaces=MappingProxyType(tables[Namespace]),
            services=MappingProxyType(tables[Service]),
            slices=MappingProxyType(tables[EndpointSlice]),
            pods=MappingProxyType(tables[Pod]),
            serial=self.serial + 1,
        )

    def only(self, namespace: str) -> ClusterState:
        """Return the part of the state that lies in one namespace."""
        own = self.namespaces.get(namespace)
        return ClusterState(
            namespaces={namespace: own} if own else {},
            services={key: item for key, item in self.services.items() if key.namespace == namespace},
            slices={key: item for key, item in self.slices.items() if key.namespace == namespace},
            pods={key: item for key, item in self.pods.items() if key.namespace == namespace},
            domain=self.domain,
            serial=self.serial,
        )


def _key(item: Object) -> Key | str:
    return item.name if isinstance(item, Namespace) else item.key
