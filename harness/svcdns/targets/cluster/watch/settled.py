"""What a namespace lacks to be settled, by what is watched: pods as wished, EndpointSlices as the pods are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from svcdns.state import ClusterState, Endpoint, Family, Key, Pod, Service, ServicePort
from svcdns.targets.cluster.watch.picture import Picture, Progress, Ref

_OVER = frozenset({"Succeeded", "Failed"})

#: Whether a pod, by its key and uid, is wished to be ready.
Wished = Callable[[Key, str], bool]


class _Endpoint(NamedTuple):
    """What an EndpointSlice says of a pod."""

    address: str
    ready: bool
    serving: bool
    terminating: bool
    hostname: str


def lacking(picture: Picture, namespace: str, wished: Wished) -> Iterator[str]:
    """What is not yet as it is going to be, in words."""
    if namespace not in picture.state.namespaces:
        yield f'Namespace "{namespace}": is not there'
    yield from _lacking_pods(picture, namespace, wished)
    yield from _lacking_slices(picture, namespace)


def _lacking_pods(picture: Picture, namespace: str, wished: Wished) -> Iterator[str]:
    for key, pod in sorted(picture.state.pods.items()):
        # A pod that was deleted ends before it is gone; one that came to its own end stays.
        if key.namespace == namespace and (pod.terminating or pod.phase not in _OVER):
            uid = picture.identities[Ref("Pod", key)].uid
            if problem := _pod(pod, picture.progress[key], wished=wished(key, uid)):
                yield f'Pod "{key.name}": {problem}'


def _lacking_slices(picture: Picture, namespace: str) -> Iterator[str]:
    for key, service in sorted(picture.state.services.items()):
        if key.namespace == namespace and service.selector and not service.external:
            for family in service.families:
                if problem := _service(picture.state, service, family):
                    yield f'Service "{key.name}": {problem}'
    known = {ref: identity for ref, identity in picture.identities.items() if ref.key.namespace == namespace}
    uids = {identity.uid for identity in known.values()}
    for ref, identity in known.items():
        if ref.kind == "EndpointSlice" and not uids.issuperset(identity.owners):
            yield f'EndpointSlice "{ref.key.name}": outlives its Service'


def _pod(pod: Pod, progress: Progress, *, wished: bool) -> str:
    """What a pod lacks, in the words of those who know why."""
    if pod.terminating:
        return "" if progress.held and pod.phase not in _OVER else "is terminating"
    if progress.limited:
        return "is not over yet"
    scheduled = progress.conditions.get("PodScheduled")
    if scheduled and scheduled.status == "False":
        # A gate is there to keep the pod from being scheduled (Kubernetes: Pod Scheduling Readiness).
        if scheduled.reason == "SchedulingGated":
            return ""
        return f"is not scheduled: {scheduled.message}"
    if progress.waiting:
        return f"does not run: {'; '.join(progress.waiting)}"
    if not pod.addresses:
        return "has no address yet"
    containers = progress.conditions.get("ContainersReady")
    running = bool(containers and containers.status == "True")
    if not running and not (progress.probed and pod.phase == "Running"):
        return "its containers do not run yet"
    expected = running and (wished or not progress.gated)
    if pod.ready is not expected:
        return "is not ready yet" if expected else "is still ready"
    return ""


def _service(state: ClusterState, service: Service, family: Family) -> str:
    """Where the EndpointSlices of a Service differ from its pods (staging/src/k8s.io/endpointslice/utils.go)."""
    pods = [
        pod
        for pod in state.pods.values()
        if pod.key.namespace == service.key.namespace and pod.phase not in _OVER and _selects(service, pod)
    ]
    slices = [one for one in state.slices_by_service.get(service.key, ()) if one.address_type == family]
    if not slices:
        return f"has no EndpointSlice of {family} yet"
    wanted = {
        _endpoint_of(service, pod, address): _ports(service, pod)
        for pod in pods
        if (address := pod.address(family)) is not None
    }
    found = {
        _seen(endpoint, address): one for one in slices for endpoint in one.endpoints for address in endpoint.addresses
    }
    if wanted.keys() != found.keys():
        others = sorted({endpoint.address for endpoint in wanted.keys() ^ found.keys()})
        return f"its EndpointSlices differ from its pods at {', '.join(others)}"
    named = {(port.name, port.protocol) for port in service.ports}
    for endpoint, ports in wanted.items():
        listed = {(port.name, port.protocol, port.port) for port in found[endpoint].ports}
        if not ports <= listed or not {(name, protocol) for name, protocol, _ in listed} <= named:
            return f"its EndpointSlice {found[endpoint].key.name} has other ports than it"
    return ""


def _selects(service: Service, pod: Pod) -> bool:
    return all(pod.labels.get(name) == value for name, value in (service.selector or {}).items())


def _endpoint_of(service: Service, pod: Pod, address: str) -> _Endpoint:
    return _Endpoint(
        address=address,
        ready=service.publish_not_ready or (pod.ready and not pod.terminating),
        serving=pod.ready,
        terminating=pod.terminating,
        hostname=pod.hostname if pod.subdomain == service.key.name else "",
    )


def _seen(endpoint: Endpoint, address: str) -> _Endpoint:
    return _Endpoint(
        address, bool(endpoint.ready), bool(endpoint.serving), bool(endpoint.terminating), endpoint.hostname
    )


def _ports(service: Service, pod: Pod) -> set[tuple[str, str, int | None]]:
    """The ports that an EndpointSlice of the pod has to list; a port by a name that the pod lacks may be missing."""
    numbers = ((port, _number(port, pod)) for port in service.ports)
    return {(port.name, port.protocol, number) for port, number in numbers if number is not None}


def _number(port: ServicePort, pod: Pod) -> int | None:
    if isinstance(port.target_port, str):
        return pod.container_ports.get((port.target_port, port.protocol))
    return port.target_port or port.port
