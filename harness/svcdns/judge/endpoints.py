"""The endpoints of a Service as sentences mean them: read from Pods, or from EndpointSlices that are written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from svcdns.errors import UndeterminedError
from svcdns.state import ClusterState, Endpoint, Family, Pod, Service, family_of


class ReadyEndpoint(NamedTuple):
    """A ready endpoint of a Service; ``hostname`` is empty where it has none below the Service."""

    hostname: str
    addresses: tuple[str, ...]


def ready_pods(state: ClusterState, service: Service) -> tuple[Pod, ...]:
    """Return the pods that a Service selects and that are ready, in the order of their names.

    With ``publishNotReadyAddresses`` every pod that runs counts as ready (J03).
    """
    return tuple(
        pod
        for _, pod in sorted(state.pods.items())
        if service.selects(pod)
        and pod.addresses
        and not pod.completed
        and (service.publish_not_ready or (pod.ready and not pod.terminating))
    )


def ready_endpoints(state: ClusterState, service: Service) -> tuple[ReadyEndpoint, ...]:
    """Return the ready endpoints of a Service that have an address in one of its families.

    A ready condition that a hand-written EndpointSlice leaves unset counts as ready (C16); an endpoint that it lists
    twice counts once (C15).
    """
    served = families(state, service)
    if service.selector:
        subdomain = service.key.name
        listed = [
            (pod.hostname if pod.subdomain == subdomain else "", pod.addresses) for pod in ready_pods(state, service)
        ]
    else:
        endpoints = _listed_endpoints(state, service)
        listed = [(endpoint.hostname, endpoint.addresses) for endpoint in endpoints if endpoint.ready is not False]
    within = (
        ReadyEndpoint(hostname, tuple(address for address in addresses if family_of(address) in served))
        for hostname, addresses in listed
    )
    return tuple(dict.fromkeys(endpoint for endpoint in within if endpoint.addresses))


def require_ready_endpoints(state: ClusterState, service: Service) -> tuple[ReadyEndpoint, ...]:
    """Return the ready endpoints of a Service that has some.

    Raises:
        UndeterminedError: if it has none.
    """
    endpoints = ready_endpoints(state, service)
    if not endpoints:
        raise UndeterminedError(f"the Service {service.key} has no ready endpoint")
    return endpoints


def all_addresses(state: ClusterState, service: Service) -> tuple[str, ...]:
    """Return the addresses of the endpoints of a Service, ready or not, each once."""
    holders: Iterable[Pod | Endpoint] = (
        [pod for _, pod in sorted(state.pods.items()) if service.selects(pod)]
        if service.selector
        else _listed_endpoints(state, service)
    )
    served = families(state, service)
    every = (address for holder in holders for address in holder.addresses)
    return tuple(dict.fromkeys(address for address in every if family_of(address) in served))


def _listed_endpoints(state: ClusterState, service: Service) -> Iterator[Endpoint]:
    """Yield the endpoints of a Service's EndpointSlices, but for those of another family and of type FQDN."""
    served = families(state, service)
    for listed in state.slices_by_service.get(service.key, ()):
        if listed.address_type in served:
            yield from listed.endpoints


def families(state: ClusterState, service: Service) -> tuple[Family, ...]:
    """Return the IP families in which a Service has addresses.

    A headless Service without a selector may have both on any cluster; then its EndpointSlices say which it has.
    """
    if not service.headless or service.selector:
        return service.families
    listed = {each.address_type for each in state.slices_by_service.get(service.key, ())}
    return tuple(family for family in service.families if family in listed) or service.families


def addresses(endpoints: Iterable[ReadyEndpoint], family: Family) -> tuple[str, ...]:
    """Return the endpoints' addresses of one family, each once."""
    every = (address for endpoint in endpoints for address in endpoint.addresses)
    return tuple(dict.fromkeys(address for address in every if family_of(address) == family))


def service_addresses(state: ClusterState, service: Service) -> tuple[str, ...]:
    """Return what a Service's name answers in its first family: its virtual IP, or the addresses of its ready endpoints.

    Raises:
        UndeterminedError: if there is none.
    """
    own = service.cluster_ips[:1] or addresses(ready_endpoints(state, service), families(state, service)[0])
    if not own:
        raise UndeterminedError(f"the Service {service.key} has no address")
    return own
