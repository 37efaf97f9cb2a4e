"""What looks wrong in a state, in sentences: beside a failure, and for the author of a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from svcdns.state.model import ClusterState, Key, Pod, Service

_ADDRESS = re.compile(r"^(?:A|AAAA) (\S+)")


def on_failure(state: ClusterState, namespace: str, missing: Iterable[str], unexpected: Iterable[str]) -> Iterator[str]:
    """What the records that are missing or unexpected, each as text, have in common with the state, and what looks wrong in it."""
    for row in unexpected:
        if found := _ADDRESS.match(row):
            yield f"unexpected {found[1]} {_whose(state, found[1])}"
    for row in missing:
        if found := _ADDRESS.match(row):
            yield f"missing {found[1]} {_whose(state, found[1])}"
    yield from on_namespace(state, namespace)


def on_namespace(state: ClusterState, namespace: str) -> Iterator[str]:
    """What looks wrong in a Namespace, whether or not anything failed."""
    for key, service in sorted(state.services.items()):
        if key.namespace == namespace:
            yield from _on_service(state, service)


def _whose(state: ClusterState, address: str) -> str:
    for service in state.services_by_address.get(address, ()):
        return f"is the virtual IP of the Service {service.key}"
    for pod in state.pods_by_address.get(address, ()):
        return f"is the pod {pod.key}, which is {_condition(pod)}"
    for endpoint_slice in state.slices_by_address.get(address, ()):
        return f"stands in the EndpointSlice {endpoint_slice.key}"
    return "belongs to no pod and no Service now: it may be stale"


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
        yield f"the Service {service.key} selects {selector}, and no pod has these labels"
    for pod in pods:
        if pod.subdomain and pod.hostname and service.headless and pod.subdomain != service.key.name:
            yield (
                f"the pod {pod.key} has no name below {service.key.name}: its subdomain"
                f' (a StatefulSet\'s serviceName) is "{pod.subdomain}"'
            )
    yield from _disagreements(state, service, pods)


def _disagreements(state: ClusterState, service: Service, pods: list[Pod]) -> Iterator[str]:
    """Where EndpointSlices and Pods disagree, the control plane is behind, not DNS."""
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
            says = "a ready endpoint" if known else "no ready endpoint"
            yield f"the pod {pod.key} is {_condition(pod)}, and the EndpointSlices have {says} for it: that is not DNS"
