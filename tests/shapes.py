"""A state up to names and addresses: what two clusters to which the same was applied have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from svcdns.state import ClusterState, Endpoint, family_of

#: How controllers end the names that they make: a ReplicaSet's hash and a pod's suffix, or a suffix alone.
_GENERATED = re.compile(r"-[bcdf-z0-9]{4,10}-[a-z0-9]{5}$|-[a-z0-9]{5}$")

_LABELS_OF_THEIR_MAKERS = {"pod-template-hash", "controller-revision-hash", "svcdns.dev/run"}


def base(name: str) -> str:
    """A name without its generated part."""
    return _GENERATED.sub("-*", name)


def pods(state: ClusterState) -> list[tuple[Any, ...]]:
    return sorted(
        (
            base(pod.key.name),
            pod.hostname,
            pod.subdomain,
            pod.ready,
            pod.phase,
            _families(pod.addresses),
            sorted(set(pod.labels) - _LABELS_OF_THEIR_MAKERS),
        )
        for pod in state.pods.values()
    )


def services(state: ClusterState) -> list[tuple[Any, ...]]:
    return sorted(
        (
            name,
            item.type,
            len(item.cluster_ips),
            item.families,
            [(port.name, port.protocol, port.port, str(port.target_port)) for port in item.ports],
            item.external_name,
            item.publish_not_ready,
        )
        for (_, name), item in state.services.items()
    )


def slices(state: ClusterState) -> list[tuple[Any, ...]]:
    return sorted(
        (
            item.service,
            base(item.key.name),
            item.address_type,
            sorted(map(_endpoint, item.endpoints)),
            sorted((port.name, port.protocol, port.port) for port in item.ports),
        )
        for item in state.slices.values()
    )


def _endpoint(endpoint: Endpoint) -> tuple[Any, ...]:
    conditions = (str(endpoint.ready), str(endpoint.serving), str(endpoint.terminating))
    return (_families(endpoint.addresses), *conditions, endpoint.hostname, base(endpoint.pod))


def _families(addresses: Iterable[str]) -> list[str]:
    return [family_of(address) for address in addresses]
