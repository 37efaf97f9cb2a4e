"""The part of a state that a query and the records compared for it concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from svcdns.state import naming
from svcdns.state.model import ClusterState, Key, Service


@dataclass(frozen=True, slots=True)
class Concern:
    """What a query concerns.

    Attributes:
        state: the Namespaces, Services, EndpointSlices and pods that it concerns.
        absent_namespaces: Namespaces that its names are in and that do not exist.
        absent_services: Services that its names belong to and that do not exist.
        addresses: the addresses that it concerns.
    """

    state: ClusterState
    absent_namespaces: tuple[str, ...]
    absent_services: tuple[Key, ...]
    addresses: frozenset[str]


def of_query(state: ClusterState, queried: str, names: Iterable[str], addresses: Iterable[str]) -> Concern:
    """Return what a query concerns.

    That are the Services that the names belong to, with those that their external names lead to; the Services that have a
    queried address as virtual IP or endpoint; the EndpointSlices of these Services, the pods that they select or list; and
    the pods and virtual IPs of the compared addresses.

    Args:
        state: the whole state.
        queried: the queried name.
        names: names in the records that were compared.
        addresses: addresses in the records that were compared.
    """
    reverse = naming.address_of(queried) or _address_of_pod_record(queried, state.domain)
    compared = frozenset(addresses)
    every = compared | {reverse} if reverse else compared
    wanted = {key for name in (queried, *names) if (key := naming.service_of(name, state.domain))}
    wanted |= {service.key for address in every for service in state.services_by_address.get(address, ())}
    listing = state.slices_by_address.get(reverse or "", ())
    wanted |= {Key(each.key.namespace, each.service) for each in listing}
    services = dict(_with_targets(state, wanted))
    slices = {each.key: each for key in services for each in state.slices_by_service.get(key, ())}
    slices |= {each.key: each for each in listing}
    listed = {Key(key.namespace, each.pod) for key, item in slices.items() for each in item.endpoints if each.pod}
    listed |= {pod.key for address in every for pod in state.pods_by_address.get(address, ())}
    # A pod that two Services select is shown once.
    pods = {
        key: pod
        for key, pod in state.pods.items()
        if key in listed or any(service.selects(pod) for service in services.values())
    }
    namespaces = {key.namespace for key in wanted} | set(_namespace_of(queried, state.domain))
    return Concern(
        state=replace(
            state,
            namespaces={name: item for name, item in state.namespaces.items() if name in namespaces},
            services=services,
            slices=slices,
            pods=pods,
        ),
        absent_namespaces=tuple(sorted(namespaces - state.namespaces.keys())),
        absent_services=tuple(sorted(key for key in wanted if key not in services and key.name)),
        addresses=every,
    )


def _with_targets(state: ClusterState, keys: Iterable[Key]) -> Iterator[tuple[Key, Service]]:
    """Yield Services, and those that ExternalName Services lead to, each once."""
    left, seen = list(keys), set[Key]()
    while left:
        key = left.pop()
        if key in seen or key not in state.services:
            continue
        seen.add(key)
        service = state.services[key]
        yield key, service
        if service.external and (target := naming.service_of(service.external_name, state.domain)):
            left.append(target)


def _namespace_of(name: str, domain: str) -> tuple[str, ...]:
    """Return the Namespace whose own name is queried, if it is one."""
    match naming.labels_below(name, f"svc.{domain}") or naming.labels_below(name, f"pod.{domain}"):
        case (namespace,):
            return (namespace,)
    return ()


def _address_of_pod_record(name: str, domain: str) -> str | None:
    match naming.labels_below(name, f"pod.{domain}"):
        case (*_, label, _):
            return label.replace("-", ".") if label.count("-") == 3 else label.replace("-", ":")  # noqa: PLR2004 - IPv4
    return None
