"""The DNS servers of a cluster: the Service that pods query, and its pods."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from svcdns.errors import TargetError, UsageError
from svcdns.state import COMPLETED_PHASES
from svcdns.targets.cluster.apiserver.api import Api

#: How long DNS pods may take to become ready and to answer.
DEADLINE_SECONDS = 60.0

_PAUSE_SECONDS = 0.25
_DNS_PORT = 53
_OTHER_SERVER = "name the DNS server with --nameserver"


@dataclass(frozen=True, slots=True)
class DnsService:
    """The Service that pods query.

    Attributes:
        selector: the labels of the DNS pods.
        family: its first IP family.
        cluster_ips: its virtual IPs; none if it is headless.
        port: the name of its port 53 over UDP.
    """

    namespace: str
    name: str
    selector: Mapping[str, str]
    family: str
    cluster_ips: tuple[str, ...]
    port: str


class Replica(NamedTuple):
    """A DNS pod, with the address and the port at which it answers over both transports."""

    pod: str
    address: str
    port: int


def find(api: Api) -> DnsService:
    """Return the DNS Service of the cluster: that of Kubernetes, or that of OpenShift.

    Kubernetes has it in kube-system with the label ``k8s-app=kube-dns`` (cluster/addons/dns), OpenShift as
    openshift-dns/dns-default.

    Raises:
        UsageError: if there is neither, or we may not read them.
    """
    try:
        candidates = api.list("Service", "kube-system", labels={"k8s-app": "kube-dns"})
        candidates.sort(key=lambda item: (item["metadata"]["name"] != "kube-dns", item["metadata"]["name"]))
        candidates += filter(None, [api.get("Service", "dns-default", "openshift-dns")])
    except TargetError as error:
        raise UsageError(f"the DNS Service of the cluster cannot be read: {error}; {_OTHER_SERVER}") from error
    service = next(filter(None, map(_dns_service, candidates)), None)
    if service is None:
        raise UsageError(
            "there is no DNS Service: neither one with the label k8s-app=kube-dns in kube-system nor "
            f"openshift-dns/dns-default; {_OTHER_SERVER}"
        )
    return service


def replicas(api: Api, service: DnsService) -> tuple[Replica, ...]:
    """Return the DNS pods that are ready, by name, with their addresses of the Service's first family."""
    labels = {"kubernetes.io/service-name": service.name}
    slices = api.list("EndpointSlice", service.namespace, labels=labels)
    return tuple(sorted(set(_replicas([item for item in slices if item["addressType"] == service.family], service))))


def wait_until_ready(api: Api, service: DnsService, deadline_seconds: float = DEADLINE_SECONDS) -> tuple[Replica, ...]:
    """Wait until every DNS pod is ready; return the pods.

    Raises:
        UsageError: if a pod is not ready at the deadline.
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
                f"DNS pods are not ready: {states(api, service)}; check their events and logs, or {_OTHER_SERVER}"
            )
        time.sleep(_PAUSE_SECONDS)


def states(api: Api, service: DnsService) -> str:
    """Return a line with the DNS pods, each with its state."""
    shown = "; ".join(map(_state, _pods(api, service)))
    return shown or f"the Service {service.namespace}/{service.name} has no pods"


def reassigned(current: Sequence[Replica], existing: Sequence[Replica]) -> tuple[Replica, ...]:
    """Return the pod of each place: its own if that still exists, else a pod without a place, else any pod."""
    if not existing:
        return tuple(current)
    newcomers = iter([replica for replica in existing if replica not in current])
    return tuple(
        replica if replica in existing else next(newcomers, existing[place % len(existing)])
        for place, replica in enumerate(current)
    )


class Replicas:
    """A number of places, each with a DNS pod; a place keeps its pod as long as the pod exists."""

    def __init__(self, first: Iterable[Replica], find: Callable[[], Sequence[Replica]]) -> None:
        """Start with the pods that exist now; ``find`` returns those that exist later."""
        self._current = tuple(first)
        self._find = find
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._current)

    def at(self, place: int) -> Replica:
        """Return the last known pod of a place."""
        return self._current[place]

    def refresh(self) -> None:
        """Give each place a pod that exists now."""
        with self._lock:
            self._current = reassigned(self._current, self._find())


def _dns_service(item: Mapping[str, Any]) -> DnsService | None:
    """Return the Service, if it is one for DNS."""
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
    """Return the pods of the Service that are neither terminating nor completed."""
    try:
        pods = api.list("Pod", service.namespace, labels=service.selector)
    except TargetError as error:
        raise UsageError(f"the DNS pods cannot be read: {error}; {_OTHER_SERVER}") from error
    return [
        pod
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp") and pod["status"].get("phase") not in COMPLETED_PHASES
    ]


def _state(pod: Mapping[str, Any]) -> str:
    """Return a pod's name, its phase, and why it is not ready, as far as its status says."""
    status = pod["status"]
    waiting = [
        container["state"]["waiting"]
        for container in status.get("containerStatuses") or ()
        if "waiting" in (container.get("state") or {})
    ]
    conditions = [item for item in status.get("conditions") or () if item.get("status") == "False"]
    reasons = [f"{item.get('reason', '')} {item.get('message', '')}".strip() for item in waiting or conditions]
    ready = next((item["status"] for item in status.get("conditions") or () if item["type"] == "Ready"), "False")
    words = [status.get("phase", "Unknown"), "ready" if ready == "True" else "not ready", *reasons]
    return f"{pod['metadata']['name']} ({', '.join(dict.fromkeys(words))})"
