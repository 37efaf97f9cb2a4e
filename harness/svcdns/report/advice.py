"""What is likely wrong where one scenario failed: from its queries and the state when it failed, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from svcdns.report import mentioned
from svcdns.results import Finding
from svcdns.state import ClusterState, Endpoint, Pod, Service, naming
from svcdns.state.naming import NameKind

#: Addresses that are explained; the others are of the same kind.
MOST_EXPLAINED = 4

#: What comes where a server has no records for a name, whatever the reason.
_WITHOUT_RECORDS = ("NXDOMAIN", "NODATA")


def on_failure(state: ClusterState, earlier: Iterable[Finding], broken: Finding) -> Iterator[str]:
    """Return what is likely wrong, most likely first.

    Args:
        state: the state when the scenario failed.
        earlier: the answers from before the last change.
        broken: the answer that breaks a promise.
    """
    yield from _on_earlier_answers(earlier, broken)
    yield from _on_addresses(state, "unexpected", broken.unexpected)
    yield from _on_addresses(state, "missing", broken.missing)
    yield from _on_state(state, broken)


def _on_earlier_answers(earlier: Iterable[Finding], broken: Finding) -> Iterator[str]:
    """Compare with what the same query was answered before the last change."""
    same = any(each.kept and _query(each) == _query(broken) and _records(each) == _records(broken) for each in earlier)
    if not same or not broken.came:
        return
    if broken.came == "NXDOMAIN":
        yield (
            f"{broken.owner} was NXDOMAIN before it existed, and still is: the server, or a cache in front of it, keeps"
            " negative answers; check the denial of the Corefile's cache plugin"
        )
    else:
        yield (
            "the answer is the same as before the change: the server, or a cache in front of it, repeats an old answer;"
            " check the Corefile's cache plugin, and that the server still hears from the API server"
        )


def _query(finding: Finding) -> str:
    return finding.question.lower()


def _records(finding: Finding) -> tuple[str, frozenset[str]]:
    """Return what came, and the records of the answer section without their TTLs, which count down in a cache."""
    answered = (line.split() for line in finding.answer if line.startswith("answer: "))
    return finding.came, frozenset(" ".join([owner, *rest]) for _, owner, _, *rest in answered)


def _on_addresses(state: ClusterState, how: str, rows: Iterable[str]) -> Iterator[str]:
    """Return where the addresses of missing or unexpected records come from."""
    found = [address for row in rows if (address := mentioned.address(row))]
    for address in found[:MOST_EXPLAINED]:
        yield f"{how} {address} {_whose(state, address)}"
    if len(found) > MOST_EXPLAINED:
        yield f"… and {len(found) - MOST_EXPLAINED} more {how} addresses"


def _whose(state: ClusterState, address: str) -> str:
    for service in state.services_by_address.get(address, ()):
        return f"is the virtual IP of the Service {service.key}"
    for pod in state.pods_by_address.get(address, ()):
        return f"is the address of the pod {pod.key}, which is {_condition(pod)}"
    for endpoint_slice in state.slices_by_address.get(address, ()):
        return f"is listed in the EndpointSlice {endpoint_slice.key}"
    return "belongs to no pod, Service or EndpointSlice"


def _condition(pod: Pod) -> str:
    if pod.terminating:
        return "terminating"
    return "ready" if pod.ready else "not ready"


def _on_state(state: ClusterState, broken: Finding) -> Iterator[str]:
    """Return why the state cannot keep the promise, where records were promised and the state has none of them."""
    lacks = broken.promised == "records" and (broken.came in _WITHOUT_RECORDS or broken.missing)
    key = naming.service_of(broken.owner, state.domain)
    if not lacks or key is None:
        return
    service = state.services.get(key)
    if service is None:
        yield f"there is no Service {key}"
        return
    if service.headless and not _endpoints(state, service):
        yield from _on_no_endpoints(state, service)
    yield from _on_subdomains(state, service, broken.owner)
    yield from _on_late_slices(state, service, mentioned.addresses(broken))


def _endpoints(state: ClusterState, service: Service) -> list[Endpoint]:
    return [endpoint for each in state.slices_by_service.get(service.key, ()) for endpoint in each.endpoints]


def _on_no_endpoints(state: ClusterState, service: Service) -> Iterator[str]:
    if service.selector and not any(service.selects(pod) for pod in state.pods.values()):
        selector = ", ".join(f"{name}={value}" for name, value in service.selector.items())
        yield f"the Service {service.key} selects {selector}, but no pod has these labels"
    elif not service.selector:
        yield f"the Service {service.key} has no selector, and no EndpointSlice lists an endpoint for it"


def _on_subdomains(state: ClusterState, service: Service, owner: str) -> Iterator[str]:
    """Return why a pod has no name below a Service, though the pod's hostname is queried there."""
    label, *_ = naming.labels(owner)
    is_below = naming.kind_by_labels(owner, state.domain) is NameKind.ENDPOINT
    if not is_below or any(endpoint.hostname == label for endpoint in _endpoints(state, service)):
        return
    for _, pod in sorted(state.pods.items()):
        if pod.hostname == label and service.selects(pod) and pod.subdomain != service.key.name:
            yield (
                f"the pod {pod.key} has no name below {service.key.name}, because its subdomain"
                f' (a StatefulSet\'s serviceName) is "{pod.subdomain}"'
            )


def _on_late_slices(state: ClusterState, service: Service, wanted: Iterable[str]) -> Iterator[str]:
    """Return where EndpointSlices and Pods disagree on the promised addresses: there the control plane is late, not DNS."""
    listed = [endpoint for endpoint in _endpoints(state, service) if endpoint.ready is not False]
    ready = {address for endpoint in listed for address in endpoint.addresses}
    for address in wanted:
        for pod in state.pods_by_address.get(address, ()):
            expected = service.publish_not_ready or (pod.ready and not pod.terminating)
            if service.selects(pod) and expected and address not in ready and pod.phase == "Running":
                yield (
                    f"the pod {pod.key} is {_condition(pod)}, but the EndpointSlices have no ready endpoint for it: the"
                    " control plane is late, not DNS"
                )
