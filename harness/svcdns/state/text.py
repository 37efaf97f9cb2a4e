"""A state in words: the fields that answers are made of, one object per line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from svcdns.state.concern import Concern
from svcdns.state.model import Endpoint, EndpointSlice, Key, Pod, Service

#: Endpoints of one EndpointSlice, and pods in all, that are shown; the others are counted.
MOST_SHOWN = 12

_Item = TypeVar("_Item", Endpoint, Pod)


def lines(concern: Concern, namespace: str) -> Iterator[str]:
    """Return the Services, EndpointSlices and pods that a query concerns, one object per line.

    Args:
        concern: what it concerns.
        namespace: the scenario's Namespace; objects in others have theirs in front of their names.
    """
    state = concern.state
    yield from (f"no Namespace {name}" for name in concern.absent_namespaces)
    yield from (f"no Service {_name(key, namespace)}" for key in concern.absent_services)
    if not state.services and not concern.absent_services:
        yield from (f"Namespace {name}" for name in state.namespaces)
    for key, service in sorted(state.services.items(), key=lambda item: (item[0].namespace != namespace, item[0])):
        yield _service(service, _name(key, namespace))
    for key, item in sorted(state.slices.items()):
        yield _slice(item, _name(key, namespace))
        shown, left = _some(item.endpoints, concern.addresses)
        yield from (f"  {_endpoint(endpoint)}" for endpoint in shown)
        if left:
            yield f"  … and {left} more endpoints"
    shown_pods, left = _some([pod for _, pod in sorted(state.pods.items())], concern.addresses)
    yield from (_pod(pod, _name(pod.key, namespace)) for pod in shown_pods)
    if left:
        yield f"… and {left} more pods"


def _some(items: Sequence[_Item], addresses: Collection[str]) -> tuple[Sequence[_Item], int]:
    """Return the items to show, first those of the addresses, and how many others there are."""
    if len(items) <= MOST_SHOWN:
        return items, 0
    shown = sorted(items, key=lambda item: not any(address in addresses for address in item.addresses))[:MOST_SHOWN]
    return shown, len(items) - MOST_SHOWN


def _name(key: Key, namespace: str) -> str:
    return key.name if key.namespace == namespace else str(key)


def _service(service: Service, name: str) -> str:
    address = service.external_name or ", ".join(service.cluster_ips) or "headless"
    ports = ", ".join(f"{port.name or 'unnamed'} {port.port}/{port.protocol}" for port in service.ports)
    return f"Service {name}: {address}; ports {ports or 'none'}"


def _slice(item: EndpointSlice, name: str) -> str:
    ports = ", ".join(f"{port.name or 'unnamed'} {port.port}/{port.protocol}" for port in item.ports)
    return f"EndpointSlice {name} of {item.service}: ports {ports or 'none'}"


def _endpoint(endpoint: Endpoint) -> str:
    conditions = {"ready": endpoint.ready, "serving": endpoint.serving, "terminating": endpoint.terminating}
    held = [name for name, value in conditions.items() if value]
    named = f", hostname {endpoint.hostname}" if endpoint.hostname else ""
    return f"{', '.join(endpoint.addresses)}: {', '.join(held) or 'not ready'}{named}{_of(endpoint.pod)}"


def _of(pod: str) -> str:
    return f", pod {pod}" if pod else ""


def _pod(pod: Pod, name: str) -> str:
    conditions = "terminating" if pod.terminating else "ready" if pod.ready else "not ready"
    fields = (("hostname", pod.hostname), ("subdomain", pod.subdomain))
    named = "".join(f", {field} {value}" for field, value in fields if value)
    return f"Pod {name}: {', '.join(pod.addresses) or 'no address'}; {pod.phase}, {conditions}{named}"
