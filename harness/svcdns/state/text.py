"""A state in words: the fields that answers are made of, one object per line."""

from __future__ import annotations

from collections.abc import Iterator

from svcdns.state.model import ClusterState, Endpoint, EndpointSlice, Pod, Service


def lines(state: ClusterState, namespace: str) -> Iterator[str]:
    """Return the Services, EndpointSlices and pods of a Namespace, one object per line."""
    own = state.only(namespace)
    yield from (_service(service) for _, service in sorted(own.services.items()))
    for _, endpoint_slice in sorted(own.slices.items()):
        yield _slice(endpoint_slice)
        yield from (f"  {_endpoint(endpoint)}" for endpoint in endpoint_slice.endpoints)
    yield from (_pod(pod) for _, pod in sorted(own.pods.items()))


def _service(service: Service) -> str:
    address = service.external_name or ", ".join(service.cluster_ips) or "headless"
    ports = ", ".join(f"{port.name or 'unnamed'} {port.port}/{port.protocol}" for port in service.ports)
    return f"Service {service.key.name}: {address}; ports {ports or 'none'}"


def _slice(endpoint_slice: EndpointSlice) -> str:
    ports = ", ".join(f"{port.name or 'unnamed'} {port.port}/{port.protocol}" for port in endpoint_slice.ports)
    return f"EndpointSlice {endpoint_slice.key.name} of {endpoint_slice.service}: ports {ports or 'none'}"


def _endpoint(endpoint: Endpoint) -> str:
    conditions = {"ready": endpoint.ready, "serving": endpoint.serving, "terminating": endpoint.terminating}
    held = [name for name, value in conditions.items() if value]
    named = f", hostname {endpoint.hostname}" if endpoint.hostname else ""
    return f"{', '.join(endpoint.addresses)}: {', '.join(held) or 'not ready'}{named}{_of(endpoint.pod)}"


def _of(pod: str) -> str:
    return f", pod {pod}" if pod else ""


def _pod(pod: Pod) -> str:
    conditions = "terminating" if pod.terminating else "ready" if pod.ready else "not ready"
    named = f", hostname {pod.hostname}, subdomain {pod.subdomain}" if pod.hostname or pod.subdomain else ""
    return f"Pod {pod.key.name}: {', '.join(pod.addresses) or 'no address'}; {pod.phase}, {conditions}{named}"
