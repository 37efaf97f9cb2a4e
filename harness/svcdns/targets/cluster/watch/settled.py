"""What a namespace lacks to be settled, by what the watches show: pods as wished, and EndpointSlices that match them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from svcdns.state import ClusterState, Endpoint, Family, Pod, Service, ServicePort
from svcdns.targets.cluster.watch.view import ClusterView, PodProgress, Wished


class _PodEndpoint(NamedTuple):
    """What an EndpointSlice has on a pod."""

    address: str
    ready: bool
    serving: bool
    terminating: bool
    hostname: str


def lacking(view: ClusterView, namespace: str, wished: Wished) -> Iterator[str]:
    """Yield a line for each thing in a namespace that the controllers have yet to change."""
    if namespace not in view.state.namespaces:
        yield f'Namespace "{namespace}": does not exist'
    yield from _lacking_pods(view, namespace, wished)
    yield from _lacking_slices(view, namespace)


def _lacking_pods(view: ClusterView, namespace: str, wished: Wished) -> Iterator[str]:
    for key, pod in sorted(view.state.pods.items()):
        # A deleted pod completes before it is gone; any other completed pod stays.
        if key.namespace != namespace or (pod.completed and not pod.terminating):
            continue
        if problem := _pod(pod, view.progress[key], wished=wished(key, view.uid(key))):
            yield f'Pod "{key.name}": {problem}'


def _lacking_slices(view: ClusterView, namespace: str) -> Iterator[str]:
    for key, service in sorted(view.state.services.items()):
        if key.namespace == namespace and service.selector and not service.external:
            for family in service.families:
                if problem := _service(view.state, service, family):
                    yield f'Service "{key.name}": {problem}'
    services = {meta.uid for key, meta in view.metadata["Service"].items() if key.namespace == namespace}
    for key, meta in view.metadata["EndpointSlice"].items():
        if key.namespace == namespace and not services.issuperset(meta.owners):
            yield f'EndpointSlice "{key.name}": its Service is gone'


def _pod(pod: Pod, progress: PodProgress, *, wished: bool) -> str:
    """Return what a pod lacks, where possible in the words of the kubelet or the scheduler."""
    if pod.terminating:
        return "" if progress.held and not pod.completed else "is terminating"
    if progress.limited:
        return "has not completed yet"
    if progress.is_gated:
        return ""
    if progress.obstacle:
        return progress.obstacle
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
    """Return where the EndpointSlices of a Service differ from its pods (staging/src/k8s.io/endpointslice/utils.go)."""
    slices = [item for item in state.slices_by_service.get(service.key, ()) if item.address_type == family]
    if not slices:
        return f"has no EndpointSlice of {family} yet"
    expected = {
        _expected_endpoint(service, pod, address): _expected_ports(service, pod)
        for pod in state.pods.values()
        if service.selects(pod) and not pod.completed and (address := pod.address(family)) is not None
    }
    actual = {
        _actual_endpoint(endpoint, address): item
        for item in slices
        for endpoint in item.endpoints
        for address in endpoint.addresses
    }
    if expected.keys() != actual.keys():
        others = sorted({endpoint.address for endpoint in expected.keys() ^ actual.keys()})
        return f"its EndpointSlices differ from its pods at {', '.join(others)}"
    named = {(port.name, port.protocol) for port in service.ports}
    for endpoint, ports in expected.items():
        listed = {(port.name, port.protocol, port.port) for port in actual[endpoint].ports}
        if not ports <= listed or not {(name, protocol) for name, protocol, _ in listed} <= named:
            return f"its EndpointSlice {actual[endpoint].key.name} lists other ports than the Service"
    return ""


def _expected_endpoint(service: Service, pod: Pod, address: str) -> _PodEndpoint:
    return _PodEndpoint(
        address=address,
        ready=service.publish_not_ready or (pod.ready and not pod.terminating),
        serving=pod.ready,
        terminating=pod.terminating,
        hostname=pod.hostname if pod.subdomain == service.key.name else "",
    )


def _actual_endpoint(endpoint: Endpoint, address: str) -> _PodEndpoint:
    return _PodEndpoint(
        address, bool(endpoint.ready), bool(endpoint.serving), bool(endpoint.terminating), endpoint.hostname
    )


def _expected_ports(service: Service, pod: Pod) -> set[tuple[str, str, int | None]]:
    """Return the ports that the pod's EndpointSlice must list; a port by a name that the pod lacks may be missing."""
    numbers = ((port, _number(port, pod)) for port in service.ports)
    return {(port.name, port.protocol, number) for port, number in numbers if number is not None}


def _number(port: ServicePort, pod: Pod) -> int | None:
    if isinstance(port.target_port, str):
        return pod.container_ports.get((port.target_port, port.protocol))
    return port.target_port or port.port
