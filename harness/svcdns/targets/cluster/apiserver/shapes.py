"""The shapes of an API server's responses: the fields of each kind that this package reads, with their rules.

The rules are those of the Kubernetes API reference and its validation, so a conforming server breaks none of them. A
field that no shape names may hold anything. A null field counts as absent, as it does in Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from svcdns import addresses
from svcdns.manifests.names import dns_1123_label, dns_1123_subdomain, external_name, fully_qualified, path_segment
from svcdns.manifests.problem import quoted
from svcdns.state import Family
from svcdns.targets.cluster import marks

#: Words in field names that Kubernetes writes in capitals.
_CAPITALS = {"ip": "IP", "ips": "IPs", "cidrs": "CIDRs"}

_INT32 = 2**31 - 1

_KIND = re.compile(r"[A-Za-z][-A-Za-z0-9]{0,62}")
_GROUP_VERSION = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?v[a-z0-9]{1,62}")

_NO_ADDRESS = "None"

_Item = TypeVar("_Item")

Count = Annotated[int, Meta(ge=0, le=_INT32)]
Port = Annotated[int, Meta(ge=1, le=65535)]
#: A port, or 0 for none.
AnyPort = Annotated[int, Meta(ge=0, le=65535)]
Moment = Annotated[datetime, Meta(tz=True)]
Protocol = Literal["TCP", "UDP", "SCTP"]
#: A quantity such as ``110``.
Quantity = Annotated[str, Meta(max_length=32)]
Version = Annotated[str, Meta(max_length=64)]
#: A number or a percentage of pods.
Share = Count | Annotated[str, Meta(pattern=r"\A[0-9]{1,9}%\Z")]


def wire(name: str) -> str:
    """Return a field's name in JSON: ``pod_ips`` is ``podIPs``."""
    first, *others = name.split("_")
    return first + "".join(_CAPITALS.get(word, word.title()) for word in others)


class Shape(Struct, rename=wire, omit_defaults=True, kw_only=True):
    """The base of all shapes. An absent field is None."""


class PresentShape(Shape):
    """An object whose content is not read: only its presence counts."""


class OwnerShape(Shape):
    """An owner reference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None


class AnnotationsShape(Struct, rename={"uid": marks.UID, "word": marks.WORD}, omit_defaults=True, kw_only=True):
    """The annotations by which a run recognises what it made; others are not read."""

    uid: str | None = None
    word: str | None = None


class MetadataShape(Shape):
    """``metadata`` of any object."""

    name: Annotated[str, Meta(min_length=1)]
    uid: Annotated[str, Meta(min_length=1)]
    namespace: str | None = None
    resource_version: Version | None = None
    generation: int | None = None
    creation_timestamp: Moment | None = None
    deletion_timestamp: Moment | None = None
    labels: dict[str, str] | None = None
    annotations: AnnotationsShape | None = None
    owner_references: list[OwnerShape] | None = None
    finalizers: list[str] | None = None

    def __post_init__(self) -> None:
        _named("name", path_segment, self.name)
        _named("namespace", dns_1123_label, self.namespace)


class ObjectShape(Shape, kw_only=True):
    """An object of any kind."""

    metadata: MetadataShape
    kind: str | None = None
    api_version: str | None = None


class ConditionShape(Shape):
    """A condition of a status."""

    type: str
    status: str
    reason: str | None = None
    message: str | None = None


class NamespaceStatusShape(Shape):
    """``status`` of a Namespace."""

    conditions: list[ConditionShape] | None = None


class NamespaceShape(ObjectShape):
    """A Namespace."""

    status: NamespaceStatusShape | None = None

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_label, self.metadata.name)


class ServicePortShape(Shape):
    """A port of a Service."""

    port: Port
    name: str | None = None
    protocol: Protocol | None = None
    target_port: AnyPort | str | None = None
    node_port: AnyPort | None = None

    def __post_init__(self) -> None:
        _named("name", dns_1123_label, self.name)


class ServiceSpecShape(Shape):
    """``spec`` of a Service."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] | None = None
    cluster_ip: str | None = None
    cluster_ips: Annotated[list[str], Meta(max_length=2)] | None = None
    ip_families: Annotated[list[Family], Meta(max_length=2)] | None = None
    ports: list[ServicePortShape] | None = None
    selector: dict[str, str] | None = None
    external_name: str | None = None
    publish_not_ready_addresses: bool | None = None

    def __post_init__(self) -> None:
        if self.cluster_ip != _NO_ADDRESS:
            _named("clusterIP", _address, self.cluster_ip)
        _each("clusterIPs", _address, [address for address in self.cluster_ips or () if address != _NO_ADDRESS])
        if self.type == "ExternalName":
            _each("externalName", external_name, [self.external_name or ""])


class ServiceShape(ObjectShape):
    """A Service."""

    spec: ServiceSpecShape

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_label, self.metadata.name)


class EndpointConditionsShape(Shape):
    """The conditions of an endpoint."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class ReferenceShape(Shape):
    """A reference to an object."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: str | None = None


class EndpointShape(Shape):
    """An endpoint of an EndpointSlice."""

    addresses: Annotated[list[str], Meta(min_length=1, max_length=100)]
    conditions: EndpointConditionsShape | None = None
    hostname: str | None = None
    target_ref: ReferenceShape | None = None
    node_name: str | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        _named("hostname", dns_1123_label, self.hostname)


class EndpointPortShape(Shape):
    """A port of an EndpointSlice."""

    name: str | None = None
    protocol: Protocol | None = None
    port: AnyPort | None = None

    def __post_init__(self) -> None:
        _named("name", dns_1123_label, self.name)


class EndpointSliceShape(ObjectShape):
    """An EndpointSlice, within the sizes that Kubernetes allows (pkg/apis/discovery/validation)."""

    address_type: Literal["IPv4", "IPv6", "FQDN"]
    endpoints: Annotated[list[EndpointShape], Meta(max_length=1_000)] | None = None
    ports: Annotated[list[EndpointPortShape], Meta(max_length=20_000)] | None = None

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_subdomain, self.metadata.name)
        rule = _ADDRESSES[self.address_type]
        for index, endpoint in enumerate(self.endpoints or ()):
            _each(f"endpoints[{index}].addresses", rule, endpoint.addresses)


class ContainerPortShape(Shape):
    """A port of a container."""

    container_port: Port
    name: str | None = None
    protocol: Protocol | None = None


class LifecycleShape(Shape):
    """The hooks of a container."""

    pre_stop: PresentShape | None = None


class ContainerShape(Shape):
    """A container of a Pod."""

    image: str
    ports: list[ContainerPortShape] | None = None
    lifecycle: LifecycleShape | None = None
    readiness_probe: PresentShape | None = None


class ReadinessGateShape(Shape):
    """A readiness gate."""

    condition_type: str


class ConfigMapVolumeShape(Shape):
    """A volume's ConfigMap."""

    name: str | None = None


class VolumeShape(Shape):
    """A volume of a Pod."""

    config_map: ConfigMapVolumeShape | None = None


class PodSpecShape(Shape):
    """``spec`` of a Pod."""

    containers: Annotated[list[ContainerShape], Meta(min_length=1)]
    readiness_gates: list[ReadinessGateShape] | None = None
    active_deadline_seconds: int | None = None
    hostname: str | None = None
    subdomain: str | None = None
    node_name: str | None = None
    volumes: list[VolumeShape] | None = None

    def __post_init__(self) -> None:
        _named("hostname", dns_1123_label, self.hostname)
        _named("subdomain", dns_1123_label, self.subdomain)


class PodIPShape(Shape):
    """An address of a Pod."""

    ip: str

    def __post_init__(self) -> None:
        _each("ip", _address, [self.ip])


class StateDetailShape(Shape):
    """Why a container waits or has terminated."""

    reason: str | None = None
    message: str | None = None


class ContainerStateShape(Shape):
    """The state of a container."""

    waiting: StateDetailShape | None = None
    running: PresentShape | None = None
    terminated: StateDetailShape | None = None


class ContainerStatusShape(Shape):
    """The status of a container."""

    image: str
    state: ContainerStateShape | None = None
    last_state: ContainerStateShape | None = None


class PodStatusShape(Shape):
    """``status`` of a Pod."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    pod_ip: str | None = None
    pod_ips: list[PodIPShape] | None = None
    conditions: list[ConditionShape] | None = None
    init_container_statuses: list[ContainerStatusShape] | None = None
    container_statuses: list[ContainerStatusShape] | None = None

    def __post_init__(self) -> None:
        _named("podIP", _address, self.pod_ip)


class PodShape(ObjectShape):
    """A Pod."""

    spec: PodSpecShape
    status: PodStatusShape

    def __post_init__(self) -> None:
        _named("metadata.name", dns_1123_subdomain, self.metadata.name)


class TaintShape(Shape):
    """A taint of a node."""

    effect: str


class NodeSpecShape(Shape):
    """``spec`` of a Node."""

    pod_cidrs: list[str] | None = None
    unschedulable: bool | None = None
    taints: list[TaintShape] | None = None

    def __post_init__(self) -> None:
        _each("podCIDRs", _network, self.pod_cidrs or ())


class NodeImageShape(Shape):
    """An image on a node."""

    names: list[str] | None = None


class NodeAddressShape(Shape):
    """An address of a node."""

    type: str
    address: str


class NodeStatusShape(Shape):
    """``status`` of a Node."""

    allocatable: dict[str, Quantity] | None = None
    images: list[NodeImageShape] | None = None
    addresses: list[NodeAddressShape] | None = None


class NodeShape(ObjectShape):
    """A Node."""

    spec: NodeSpecShape
    status: NodeStatusShape


class ConfigMapShape(ObjectShape):
    """A ConfigMap."""

    data: dict[str, str] | None = None


class LeaseShape(ObjectShape):
    """A Lease. Anybody may have written its spec, so a spec of any shape is accepted."""

    spec: Any = None


class SeriesShape(Shape):
    """How often an Event was seen."""

    count: int | None = None


class EventShape(ObjectShape):
    """An Event."""

    involved_object: ReferenceShape
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    series: SeriesShape | None = None
    last_timestamp: Moment | None = None
    event_time: Moment | None = None


class RollingUpdateShape(Shape):
    """How a workload is updated."""

    max_surge: Share | None = None
    max_unavailable: Share | None = None
    partition: Count | None = None


class StrategyShape(Shape):
    """The update strategy of a workload."""

    type: str | None = None
    rolling_update: RollingUpdateShape | None = None


class OrdinalsShape(Shape):
    """The ordinals of a StatefulSet."""

    start: Count | None = None


class WorkloadSpecShape(Shape):
    """``spec`` of a workload."""

    replicas: Count | None = None
    paused: bool | None = None
    strategy: StrategyShape | None = None
    update_strategy: StrategyShape | None = None
    pod_management_policy: str | None = None
    ordinals: OrdinalsShape | None = None
    suspend: bool | None = None
    parallelism: Count | None = None
    completions: Count | None = None


class WorkloadStatusShape(Shape):
    """``status`` of a workload."""

    observed_generation: int | None = None
    replicas: Count | None = None
    updated_replicas: Count | None = None
    update_revision: str | None = None
    desired_number_scheduled: Count | None = None
    updated_number_scheduled: Count | None = None
    succeeded: Count | None = None
    failed: Count | None = None
    conditions: list[ConditionShape] | None = None


class WorkloadShape(ObjectShape):
    """A workload of any kind: an object whose controller creates pods."""

    spec: WorkloadSpecShape
    status: WorkloadStatusShape | None = None


class AccessShape(Shape):
    """``status`` of a SelfSubjectAccessReview."""

    allowed: bool


class AccessReviewShape(Shape):
    """A SelfSubjectAccessReview, which has no name."""

    status: AccessShape


class ListMetadataShape(Shape):
    """``metadata`` of a list."""

    resource_version: Version | None = None
    continue_: Annotated[str, Meta(max_length=2**16)] | None = None


class PageShape(Struct, Generic[_Item]):
    """A page of a list."""

    metadata: ListMetadataShape | None = None
    items: list[_Item] | None = None


class ChangeShape(Struct):
    """An event of a watch, with its object still encoded."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: Raw


class CauseShape(Shape):
    """One of the reasons for a refusal."""

    field: str | None = None
    message: str | None = None


class DetailsShape(Shape):
    """The details of a refusal."""

    causes: Annotated[list[CauseShape], Meta(max_length=1_000)] | None = None


class StatusShape(Shape):
    """A refusal."""

    kind: Literal["Status"]
    code: int | None = None
    reason: str | None = None
    message: str | None = None
    details: DetailsShape | None = None


class VersionShape(Shape):
    """The response to ``/version``."""

    git_version: Annotated[str, Meta(max_length=100)]


class GroupVersionShape(Shape):
    """The preferred version of an API group."""

    group_version: str

    def __post_init__(self) -> None:
        _matching("groupVersion", _GROUP_VERSION, self.group_version)


class GroupShape(Shape):
    """An API group."""

    preferred_version: GroupVersionShape


class GroupsShape(Shape):
    """The response to ``/apis``."""

    groups: list[GroupShape] | None = None


class ServedResourceShape(Shape):
    """A resource that the API server serves."""

    name: str
    kind: str
    namespaced: bool

    def __post_init__(self) -> None:
        # The name becomes part of a path; subresources and metrics may have any.
        _each("name", path_segment, self.name.split("/"))
        _matching("kind", _KIND, self.kind)


class ResourceListShape(Shape):
    """The resources of a group version."""

    resources: list[ServedResourceShape] | None = None


#: The shapes by group and kind; objects of any other kind are an `ObjectShape`.
OF_KIND: dict[tuple[str, str], type[ObjectShape]] = {
    ("", "ConfigMap"): ConfigMapShape,
    ("", "Event"): EventShape,
    ("", "Namespace"): NamespaceShape,
    ("", "Node"): NodeShape,
    ("", "Pod"): PodShape,
    ("", "ReplicationController"): WorkloadShape,
    ("", "Service"): ServiceShape,
    ("apps", "DaemonSet"): WorkloadShape,
    ("apps", "Deployment"): WorkloadShape,
    ("apps", "ReplicaSet"): WorkloadShape,
    ("apps", "StatefulSet"): WorkloadShape,
    ("batch", "Job"): WorkloadShape,
    ("coordination.k8s.io", "Lease"): LeaseShape,
    ("discovery.k8s.io", "EndpointSlice"): EndpointSliceShape,
}


def _address(text: str) -> str | None:
    """Return why a text is not an IP address without a zone, or None."""
    return None if addresses.parse(text) else f"must be an IP address without a zone, not {quoted(text)}"


def _of_family(version: int) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        known = addresses.parse(text)
        if known is None:
            return _address(text)
        return None if known.version == version else f"must be an IPv{version} address, not {quoted(text)}"

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
    """Check a text against a rule; Kubernetes treats an empty text as absent.

    Raises:
        ValueError: if the text breaks the rule.
    """
    if text:
        _each(field, rule, [text])


def _each(field: str, rule: Callable[[str], str | None], texts: Iterable[str]) -> None:
    """Check texts against a rule.

    Raises:
        ValueError: if one breaks the rule.
    """
    for text in texts:
        if problem := rule(text):
            raise ValueError(f"{field}: {problem}")


def _matching(field: str, pattern: re.Pattern[str], text: str) -> None:
    if not pattern.fullmatch(text):
        raise ValueError(f"{field}: {quoted(text)} is not a {field}")


#: All shapes that are decoded. msgspec analyses a type at its first use, and the process crashes when two threads do so
#: at once (msgspec 0.22), so each is used here once, before threads start.
ALL: tuple[Any, ...] = (
    *dict.fromkeys(OF_KIND.values()),
    *(PageShape[shape] for shape in dict.fromkeys(OF_KIND.values())),  # type: ignore[valid-type]
    *(
        ObjectShape,
        AccessReviewShape,
        PageShape[ObjectShape],
        PageShape[dict[str, Any]],
        ChangeShape,
        StatusShape,
        VersionShape,
        GroupsShape,
        ResourceListShape,
    ),
)
for _shape in ALL:
    try:
        msgspec.convert(None, _shape)
    except msgspec.ValidationError:
        continue
