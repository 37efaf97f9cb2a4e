"""The shapes of what an API server says: of each kind the fields on which something here relies, with their rules.

Sources are the Kubernetes API reference and its validation; a server that keeps to them breaks no rule here. Fields that
are not named may hold anything. A field that is null is absent, as it is to Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain, external_name, fully_qualified, path_segment
from svcdns.manifests.problem import quoted
from svcdns.targets.cluster import marks

#: Words of a field that Kubernetes writes in capitals.
_CAPITALS = {"ip": "IP", "ips": "IPs", "cidrs": "CIDRs"}

_INT32 = 2**31 - 1

_KIND = re.compile(r"[A-Za-z][-A-Za-z0-9]{0,62}")
_GROUP_VERSION = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?v[a-z0-9]{1,62}")

_NO_ADDRESS = "None"

_Item = TypeVar("_Item")

Count = Annotated[int, Meta(ge=0, le=_INT32)]
Port = Annotated[int, Meta(ge=1, le=65535)]
#: 0 stands for no port at all.
AnyPort = Annotated[int, Meta(ge=0, le=65535)]
Moment = Annotated[datetime, Meta(tz=True)]
Protocol = Literal["TCP", "UDP", "SCTP"]
Family = Literal["IPv4", "IPv6"]
#: A quantity such as ``110``.
Quantity = Annotated[str, Meta(max_length=32)]
Version = Annotated[str, Meta(max_length=64)]
#: A number or a percentage of pods.
Share = Count | Annotated[str, Meta(pattern=r"\A[0-9]{1,9}%\Z")]


def wire(name: str) -> str:
    """A field as JSON has it: ``pod_ips`` is ``podIPs``."""
    first, *others = name.split("_")
    return first + "".join(_CAPITALS.get(word, word.title()) for word in others)


class Shape(Struct, rename=wire, omit_defaults=True, kw_only=True):
    """The base of all shapes; what may be absent is None then."""


class Present(Shape):
    """An object of which only matters that it is there."""


class Owner(Shape):
    """An owner reference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None


class Annotations(Struct, rename={"uid": marks.UID, "word": marks.WORD}, omit_defaults=True, kw_only=True):
    """The annotations by which a run knows what it has made; others may have any size, and are nobody's business."""

    uid: str | None = None
    word: str | None = None


class Metadata(Shape):
    """``metadata`` of any object."""

    name: Annotated[str, Meta(min_length=1)]
    uid: Annotated[str, Meta(min_length=1)]
    namespace: str | None = None
    resource_version: Version | None = None
    generation: int | None = None
    creation_timestamp: Moment | None = None
    deletion_timestamp: Moment | None = None
    labels: dict[str, str] | None = None
    annotations: Annotations | None = None
    owner_references: list[Owner] | None = None
    finalizers: list[str] | None = None

    def __post_init__(self) -> None:
        _named("name", path_segment, self.name)
        _named("namespace", dns_1123_label, self.namespace)


class Object(Shape, kw_only=True):
    """An object of any kind."""

    metadata: Metadata
    kind: str | None = None
    api_version: str | None = None


class Condition(Shape):
    """A condition of a status."""

    type: str
    status: str
    reason: str | None = None
    message: str | None = None


class NamespaceStatus(Shape):
    """``status`` of a Namespace."""

    conditions: list[Condition] | None = None


class Namespace(Object):
    """A Namespace."""

    status: NamespaceStatus | None = None

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_label, self.metadata.name)


class ServicePort(Shape):
    """A port of a Service."""

    port: Port
    name: str | None = None
    protocol: Protocol | None = None
    target_port: AnyPort | str | None = None
    node_port: AnyPort | None = None

    def __post_init__(self) -> None:
        _named("name", dns_1123_label, self.name)


class ServiceSpec(Shape):
    """``spec`` of a Service."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] | None = None
    cluster_ip: str | None = None
    cluster_ips: Annotated[list[str], Meta(max_length=2)] | None = None
    ip_families: Annotated[list[Family], Meta(max_length=2)] | None = None
    ports: list[ServicePort] | None = None
    selector: dict[str, str] | None = None
    external_name: str | None = None
    publish_not_ready_addresses: bool | None = None

    def __post_init__(self) -> None:
        if self.cluster_ip != _NO_ADDRESS:
            _named("clusterIP", _address, self.cluster_ip)
        _each("clusterIPs", _address, [one for one in self.cluster_ips or () if one != _NO_ADDRESS])
        if self.type == "ExternalName":
            _each("externalName", external_name, [self.external_name or ""])


class Service(Object):
    """A Service."""

    spec: ServiceSpec

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_label, self.metadata.name)


class EndpointConditions(Shape):
    """The conditions of an endpoint."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Reference(Shape):
    """A reference to an object."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: str | None = None


class Endpoint(Shape):
    """An endpoint of an EndpointSlice."""

    addresses: Annotated[list[str], Meta(min_length=1, max_length=100)]
    conditions: EndpointConditions | None = None
    hostname: str | None = None
    target_ref: Reference | None = None
    node_name: str | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        _named("hostname", dns_1123_label, self.hostname)


class EndpointPort(Shape):
    """A port of an EndpointSlice."""

    name: str | None = None
    protocol: Protocol | None = None
    port: AnyPort | None = None

    def __post_init__(self) -> None:
        _named("name", dns_1123_label, self.name)


class EndpointSlice(Object):
    """An EndpointSlice, with no more than one may have (Kubernetes: pkg/apis/discovery/validation)."""

    address_type: Literal["IPv4", "IPv6", "FQDN"]
    endpoints: Annotated[list[Endpoint], Meta(max_length=1_000)] | None = None
    ports: Annotated[list[EndpointPort], Meta(max_length=20_000)] | None = None

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_subdomain, self.metadata.name)
        rule = _ADDRESSES[self.address_type]
        for index, endpoint in enumerate(self.endpoints or ()):
            _each(f"endpoints[{index}].addresses", rule, endpoint.addresses)


class ContainerPort(Shape):
    """A port of a container."""

    container_port: Port
    name: str | None = None
    protocol: Protocol | None = None


class Lifecycle(Shape):
    """The hooks of a container."""

    pre_stop: Present | None = None


class Container(Shape):
    """A container of a Pod."""

    image: str
    ports: list[ContainerPort] | None = None
    lifecycle: Lifecycle | None = None
    readiness_probe: Present | None = None


class ReadinessGate(Shape):
    """A readiness gate."""

    condition_type: str


class ConfigMapVolume(Shape):
    """A volume's ConfigMap."""

    name: str | None = None


class Volume(Shape):
    """A volume of a Pod."""

    config_map: ConfigMapVolume | None = None


class PodSpec(Shape):
    """``spec`` of a Pod."""

    containers: Annotated[list[Container], Meta(min_length=1)]
    readiness_gates: list[ReadinessGate] | None = None
    active_deadline_seconds: int | None = None
    hostname: str | None = None
    subdomain: str | None = None
    node_name: str | None = None
    volumes: list[Volume] | None = None

    def __post_init__(self) -> None:
        _named("hostname", dns_1123_label, self.hostname)
        _named("subdomain", dns_1123_label, self.subdomain)


class PodIP(Shape):
    """An address of a Pod."""

    ip: str

    def __post_init__(self) -> None:
        _each("ip", _address, [self.ip])


class StateDetail(Shape):
    """Why a container waits or has ended."""

    reason: str | None = None
    message: str | None = None


class ContainerState(Shape):
    """The state of a container."""

    waiting: StateDetail | None = None
    running: Present | None = None
    terminated: StateDetail | None = None


class ContainerStatus(Shape):
    """The status of a container."""

    image: str
    state: ContainerState | None = None
    last_state: ContainerState | None = None


class PodStatus(Shape):
    """``status`` of a Pod."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    pod_ip: str | None = None
    pod_ips: list[PodIP] | None = None
    conditions: list[Condition] | None = None
    init_container_statuses: list[ContainerStatus] | None = None
    container_statuses: list[ContainerStatus] | None = None

    def __post_init__(self) -> None:
        _named("podIP", _address, self.pod_ip)


class Pod(Object):
    """A Pod."""

    spec: PodSpec
    status: PodStatus

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_subdomain, self.metadata.name)


class Taint(Shape):
    """A taint of a node."""

    effect: str


class NodeSpec(Shape):
    """``spec`` of a Node."""

    pod_cidrs: list[str] | None = None
    unschedulable: bool | None = None
    taints: list[Taint] | None = None

    def __post_init__(self) -> None:
        _each("podCIDRs", _network, self.pod_cidrs or ())


class NodeImage(Shape):
    """An image on a node."""

    names: list[str] | None = None


class NodeAddress(Shape):
    """An address of a node."""

    type: str
    address: str


class NodeStatus(Shape):
    """``status`` of a Node."""

    allocatable: dict[str, Quantity] | None = None
    images: list[NodeImage] | None = None
    addresses: list[NodeAddress] | None = None


class Node(Object):
    """A Node."""

    spec: NodeSpec
    status: NodeStatus


class ConfigMap(Object):
    """A ConfigMap."""

    data: dict[str, str] | None = None


class Lease(Object):
    """A Lease; anybody may have written what it says, and what cannot be read keeps nobody from reading others."""

    spec: Any = None


class Series(Shape):
    """How often an event was seen."""

    count: int | None = None


class Event(Object):
    """An Event."""

    involved_object: Reference
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    series: Series | None = None
    last_timestamp: Moment | None = None
    event_time: Moment | None = None


class RollingUpdate(Shape):
    """How a workload is updated."""

    max_surge: Share | None = None
    max_unavailable: Share | None = None
    partition: Count | None = None


class Strategy(Shape):
    """The update strategy of a workload."""

    type: str | None = None
    rolling_update: RollingUpdate | None = None


class Ordinals(Shape):
    """The ordinals of a StatefulSet."""

    start: Count | None = None


class WorkloadSpec(Shape):
    """``spec`` of what makes pods."""

    replicas: Count | None = None
    paused: bool | None = None
    strategy: Strategy | None = None
    update_strategy: Strategy | None = None
    pod_management_policy: str | None = None
    ordinals: Ordinals | None = None
    suspend: bool | None = None
    parallelism: Count | None = None
    completions: Count | None = None


class WorkloadStatus(Shape):
    """``status`` of what makes pods."""

    observed_generation: int | None = None
    replicas: Count | None = None
    updated_replicas: Count | None = None
    update_revision: str | None = None
    desired_number_scheduled: Count | None = None
    updated_number_scheduled: Count | None = None
    succeeded: Count | None = None
    failed: Count | None = None
    conditions: list[Condition] | None = None


class Workload(Object):
    """What makes pods, of whichever kind."""

    spec: WorkloadSpec
    status: WorkloadStatus | None = None


class Access(Shape):
    """``status`` of a SelfSubjectAccessReview."""

    allowed: bool


class AccessReview(Shape):
    """A SelfSubjectAccessReview, which has no name."""

    status: Access


class ListMetadata(Shape):
    """``metadata`` of a list."""

    resource_version: Version | None = None
    continue_: Annotated[str, Meta(max_length=2**16)] | None = None


class Page(Struct, Generic[_Item]):
    """A page of a list."""

    metadata: ListMetadata | None = None
    items: list[_Item] | None = None


class Change(Struct):
    """An event of a watch, its object still JSON."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: Raw


class Cause(Shape):
    """One of the reasons for a refusal."""

    field: str | None = None
    message: str | None = None


class Details(Shape):
    """The details of a refusal."""

    causes: Annotated[list[Cause], Meta(max_length=1_000)] | None = None


class Status(Shape):
    """A refusal."""

    kind: Literal["Status"]
    code: int | None = None
    reason: str | None = None
    message: str | None = None
    details: Details | None = None


class About(Shape):
    """What ``/version`` says."""

    git_version: Annotated[str, Meta(max_length=100)]


class GroupVersion(Shape):
    """The version of an API group that is preferred."""

    group_version: str

    def __post_init__(self) -> None:
        _matching("groupVersion", _GROUP_VERSION, self.group_version)


class Group(Shape):
    """An API group."""

    preferred_version: GroupVersion


class Groups(Shape):
    """What ``/apis`` says."""

    groups: list[Group] | None = None


class Served(Shape):
    """A resource that is served."""

    name: str
    kind: str
    namespaced: bool

    def __post_init__(self) -> None:
        # Subresources and metrics may have any name; it becomes part of a path.
        _each("name", path_segment, self.name.split("/"))
        _matching("kind", _KIND, self.kind)


class ResourceList(Shape):
    """What a group version serves."""

    resources: list[Served] | None = None


#: The shape of objects by their group and kind; others are an `Object`.
OF_KIND: dict[tuple[str, str], type[Object]] = {
    ("", "ConfigMap"): ConfigMap,
    ("", "Event"): Event,
    ("", "Namespace"): Namespace,
    ("", "Node"): Node,
    ("", "Pod"): Pod,
    ("", "ReplicationController"): Workload,
    ("", "Service"): Service,
    ("apps", "DaemonSet"): Workload,
    ("apps", "Deployment"): Workload,
    ("apps", "ReplicaSet"): Workload,
    ("apps", "StatefulSet"): Workload,
    ("batch", "Job"): Workload,
    ("coordination.k8s.io", "Lease"): Lease,
    ("discovery.k8s.io", "EndpointSlice"): EndpointSlice,
}


def _address(text: str) -> str | None:
    """What keeps a text from being an IP address without a zone."""
    try:
        known = ip_address(text)
    except ValueError:
        return f"must be an IP address, not {quoted(text)}"
    return f"must be an IP address without a zone, not {quoted(text)}" if getattr(known, "scope_id", None) else None


def _of_family(version: int) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        if problem := _address(text):
            return problem
        known = ip_address(text).version
        return None if known == version else f"must be an IPv{version} address, not {quoted(text)}"

    return check


_ADDRESSES: dict[str, Callable[[str], str | None]] = {
    "IPv4": _of_family(4),
    "IPv6": _of_family(6),
    "FQDN": fully_qualified,
}


def _network(text: str) -> str | None:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return f"must be a network such as 10.0.0.0/8, not {quoted(text)}"
    return None


def _named(field: str, rule: Callable[[str], str | None], text: str | None) -> None:
    """See that a text keeps a rule; an empty one is as good as absent, to Kubernetes.

    Raises:
        ValueError: if it does not.
    """
    if text:
        _each(field, rule, [text])


def _each(field: str, rule: Callable[[str], str | None], texts: Iterable[str]) -> None:
    """See that texts keep a rule.

    Raises:
        ValueError: if one does not.
    """
    for text in texts:
        if problem := rule(text):
            raise ValueError(f"{field}: {problem}")


def _matching(field: str, pattern: re.Pattern[str], text: str) -> None:
    if not pattern.fullmatch(text):
        raise ValueError(f"{field}: is no {field}, but {quoted(text)}")


#: All that is read. msgspec works out a type when it first meets it, and the process crashes where two threads do so at a
#: time (msgspec 0.22), so all are met here, before there are threads.
ALL: tuple[Any, ...] = (
    *dict.fromkeys(OF_KIND.values()),
    *(Page[shape] for shape in dict.fromkeys(OF_KIND.values())),  # type: ignore[valid-type]
    *(Object, AccessReview, Page[Object], Page[dict[str, Any]], Change, Status, About, Groups, ResourceList),
)
for _shape in ALL:
    try:
        msgspec.convert(None, _shape)
    except msgspec.ValidationError:
        continue
