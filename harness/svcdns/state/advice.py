"""Sentences on what looks wrong in a state: for failures, and for authors of manifests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from svcdns.state.model import ClusterState, Key, Pod, Service

_ADDRESS = re.compile(r"^(?:A|AAAA) (\S+)")


def on_failure(state: ClusterState, namespace: str, missing: Iterable[str], unexpected: Iterable[str]) -> Iterator[str]:
    """Return where the addresses of missing and unexpected records come from, then what looks wrong in the Namespace.

    Args:
        state: the state when asked.
        namespace: the scenario's Namespace.
        missing: expected records that did not come, as text.
        unexpected: records that came and were not expected, as text.
    """
    for row in unexpected:
        if record := _ADDRESS.match(row):
            yield f"unexpected {record[1]} {_whose(state, record[1])}"
    for row in missing:
        if record := _ADDRESS.match(row):
            yield f"missing {record[1]} {_whose(state, record[1])}"
    yield from on_namespace(state, namespace)


def on_namespace(state: ClusterState, namespace: str) -> Iterator[str]:
    """Return what looks wrong in a Namespace, whether or not a scenario failed."""
    for key, service in sorted(state.services.items()):
        if key.namespace == namespace:
            yield from _on_service(state, service)


def _whose(state: ClusterState, address: str) -> str:
    for service in state.services_by_address.get(address, ()):
        return f"is the virtual IP of the Service {service.key}"
    for pod in state.pods_by_address.get(address, ()):
        return f"is the pod {pod.key}, which is {_condition(pod)}"
    for endpoint_slice in state.slices_by_address.get(address, ()):
        return f"is listed in the EndpointSlice {endpoint_slice.key}"
    return "belongs to no pod and no Service now; it may be stale"


def _condition(pod: Pod) -> str:
    if pod.terminating:
        return "terminating"
    return "ready" if pod.ready else "not ready"


def _on_service(state: ClusterState, service: Service) -> Iterator[str]:
    if not service.selector:
        return
    pods = [pod for _, pod in sorted(state.pods.items()) if service.selects(pod)]
    if not pods:
        selector = ", ".join(f"{name}={value}" for name, value in service.selector.items())
        yield f"the Service {service.key} selects {selector}, but no pod has these labels"
    for pod in pods:
        if pod.subdomain and pod.hostname and service.headless and pod.subdomain != service.key.name:
            yield (
                f"the pod {pod.key} has no name below {service.key.name}, because its subdomain"
                f' (a StatefulSet\'s serviceName) is "{pod.subdomain}"'
            )
    yield from _disagreements(state, service, pods)


def _disagreements(state: ClusterState, service: Service, pods: list[Pod]) -> Iterator[str]:
    """Return where EndpointSlices and Pods disagree: there the control plane is behind, not DNS."""
    slices = state.slices_by_service.get(Key(*service.key), ())
    listed = {
        address
        for endpoint_slice in slices
        for endpoint in endpoint_slice.endpoints
        if endpoint.ready is not False
        for address in endpoint.addresses
    }
    for pod in pods:
        ready = service.publish_not_ready or (pod.ready and not pod.terminating)
        known = listed & set(pod.addresses)
        if ready != bool(known) and pod.addresses and pod.phase == "Running":
            listed_as = "a ready endpoint" if known else "no ready endpoint"
            yield (
                f"the pod {pod.key} is {_condition(pod)}, but the EndpointSlices have {listed_as} for it: the control"
                " plane is behind, not DNS"
            )
