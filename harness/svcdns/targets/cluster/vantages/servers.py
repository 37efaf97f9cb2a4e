"""The DNS servers of a cluster: the Service that pods ask, and the pods behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from svcdns.errors import TargetError, UsageError
from svcdns.targets.cluster.apiserver.api import Api

#: How long DNS pods may take to become ready and to answer.
DEADLINE_SECONDS = 60.0

_PAUSE_SECONDS = 0.25
_DNS_PORT = 53
_OTHER_SERVER = "name the DNS server with --nameserver"


@dataclass(frozen=True, slots=True)
class DnsService:
    """The Service that pods ask.

    Attributes:
        selector: the labels of the DNS pods.
        family: its first IP family.
        cluster_ips: its virtual IPs; none where it is headless.
        port: the name of its port 53 over UDP.
    """

    namespace: str
    name: str
    selector: Mapping[str, str]
    family: str
    cluster_ips: tuple[str, ...]
    port: str


class Replica(NamedTuple):
    """A DNS pod, and where it answers over both transports."""

    pod: str
    address: str
    port: int


def find(api: Api) -> DnsService:
    """The DNS Service of the cluster.

    Raises:
        UsageError: if it is not where Kubernetes (label ``k8s-app=kube-dns`` in kube-system, as cluster/addons/dns has
            it) or OpenShift (openshift-dns/dns-default) have it, or may not be looked at.
    """
    try:
        found = api.list("Service", "kube-system", labels={"k8s-app": "kube-dns"})
        found.sort(key=lambda item: (item["metadata"]["name"] != "kube-dns", item["metadata"]["name"]))
        found += filter(None, [api.get("Service", "dns-default", "openshift-dns")])
    except TargetError as error:
        raise UsageError(f"the DNS Service of the cluster cannot be looked up: {error}; {_OTHER_SERVER}") from error
    service = next(filter(None, map(_dns_service, found)), None)
    if service is None:
        raise UsageError(
            "no DNS Service was found: neither one with the label k8s-app=kube-dns in kube-system nor "
            f"openshift-dns/dns-default; {_OTHER_SERVER}"
        )
    return service


def replicas(api: Api, service: DnsService) -> tuple[Replica, ...]:
    """The DNS pods that are ready, by name, with their addresses of the Service's first family."""
    labels = {"kubernetes.io/service-name": service.name}
    slices = api.list("EndpointSlice", service.namespace, labels=labels)
    return tuple(sorted(set(_replicas([item for item in slices if item["addressType"] == service.family], service))))


def wait_until_ready(api: Api, service: DnsService, deadline_seconds: float = DEADLINE_SECONDS) -> tuple[Replica, ...]:
    """Wait until every DNS pod is ready; gives them.

    Raises:
        UsageError: if one is not ready at the deadline.
    """
    deadline = time.monotonic() + deadline_seconds
    while True:
        pods = _pods(api, service)
        ready = replicas(api, service)
        missing = {pod["metadata"]["name"] for pod in pods} - {replica.pod for replica in ready}
        if ready and not missing:
            return ready
        if time.monotonic() > deadline:
            raise UsageError(
                f"DNS pods not ready: {states(api, service)}; look at their events and logs, or {_OTHER_SERVER}"
            )
        time.sleep(_PAUSE_SECONDS)


def states(api: Api, service: DnsService) -> str:
    """The DNS pods, each with its state."""
    shown = "; ".join(map(_state, _pods(api, service)))
    return shown or f"there is no pod behind the Service {service.namespace}/{service.name}"


def reassigned(current: Sequence[Replica], found: Sequence[Replica]) -> tuple[Replica, ...]:
    """Who answers at each place: who did, where he is still there, else one without a place, else anybody."""
    if not found:
        return tuple(current)
    newcomers = iter([replica for replica in found if replica not in current])
    return tuple(
        replica if replica in found else next(newcomers, found[place % len(found)])
        for place, replica in enumerate(current)
    )


class Replicas:
    """The DNS pods as places, each of which keeps its pod for as long as that is there."""

    def __init__(self, first: Iterable[Replica], find: Callable[[], Sequence[Replica]]) -> None:
        """Begin with those that are there, and remember how to find those that will be."""
        self._now = tuple(first)
        self._find = find
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._now)

    def at(self, place: int) -> Replica:
        """Who is at a place, as far as is known."""
        return self._now[place]

    def refresh(self) -> None:
        """See who is there now."""
        with self._lock:
            self._now = reassigned(self._now, self._find())


def _dns_service(item: Mapping[str, Any]) -> DnsService | None:
    """The Service, if it is one for DNS."""
    spec = item["spec"]
    ports = [port for port in spec.get("ports") or () if (port["port"], port.get("protocol")) == (_DNS_PORT, "UDP")]
    if not ports or not spec.get("selector"):
        return None
    ips = spec.get("clusterIPs") or [spec.get("clusterIP", "None")]
    return DnsService(
        namespace=item["metadata"]["namespace"],
        name=item["metadata"]["name"],
        selector=spec["selector"],
        family=(spec.get("ipFamilies") or ["IPv4"])[0],
        cluster_ips=tuple(ip for ip in ips if ip != "None"),
        port=ports[0].get("name", ""),
    )


def _replicas(slices: Sequence[Mapping[str, Any]], service: DnsService) -> Iterator[Replica]:
    for item in slices:
        for port in item.get("ports") or ():
            if port.get("protocol", "TCP") != "UDP" or port.get("name", "") != service.port or not port.get("port"):
                continue
            for endpoint in item.get("endpoints") or ():
                if (endpoint.get("conditions") or {}).get("ready", True):
                    pod = (endpoint.get("targetRef") or {}).get("name", "")
                    yield Replica(pod, endpoint["addresses"][0], port["port"])


def _pods(api: Api, service: DnsService) -> list[dict[str, Any]]:
    """The pods that are to answer: not those that are leaving or have ended."""
    try:
        pods = api.list("Pod", service.namespace, labels=service.selector)
    except TargetError as error:
        raise UsageError(f"the DNS pods cannot be looked at: {error}; {_OTHER_SERVER}") from error
    return [
        pod
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp") and pod["status"].get("phase") not in {"Succeeded", "Failed"}
    ]


def _state(pod: Mapping[str, Any]) -> str:
    """A pod's name, phase and what holds it, as far as its status says."""
    status = pod["status"]
    waiting = [
        container["state"]["waiting"]
        for container in status.get("containerStatuses") or ()
        if "waiting" in (container.get("state") or {})
    ]
    conditions = [item for item in status.get("conditions") or () if item.get("status") == "False"]
    words = [f"{one.get('reason', '')} {one.get('message', '')}".strip() for one in waiting or conditions]
    ready = next((item["status"] for item in status.get("conditions") or () if item["type"] == "Ready"), "False")
    said = ", ".join(
        dict.fromkeys([status.get("phase", "Unknown"), "ready" if ready == "True" else "not ready", *words])
    )
    return f"{pod['metadata']['name']} ({said})"
