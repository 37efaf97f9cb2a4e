"""The distribution of endpoints over EndpointSlices (``staging/src/k8s.io/endpointslice/reconciler.go``)."""

from __future__ import annotations

from collections.abc import Mapping

from svcdns.controllers.store import Json

#: The controller's default for ``--max-endpoints-per-slice``.
MOST_ENDPOINTS = 100


def pack(
    slices: Mapping[str, list[Json]], desired: list[Json], most: int = MOST_ENDPOINTS
) -> tuple[dict[str, list[Json]], list[list[Json]]]:
    """Distribute endpoints over slices of the same ports (``reconciler.go``, ``reconcileByPortMapping``).

    Endpoints stay in their slice. New ones fill slices that change anyway, the fullest first, then one unchanged slice
    if all fit, and then new slices.

    Returns:
        the endpoints of the slices that remain, by name, and those of new slices.
    """
    waiting = {_identity(endpoint): endpoint for endpoint in desired}
    filled = {
        name: [waiting.pop(_identity(endpoint)) for endpoint in endpoints if _identity(endpoint) in waiting]
        for name, endpoints in slices.items()
    }
    rest = list(waiting.values())
    changed = {name for name in slices if filled[name] != slices[name]}
    for name in sorted(changed, key=lambda name: -len(filled[name])):
        if filled[name]:
            free = most - len(filled[name])
            filled[name] += rest[:free]
            rest = rest[free:]
    created = []
    while rest:
        fitting = [name for name in slices if name not in changed and len(filled[name]) + len(rest) <= most]
        if fitting:
            filled[max(fitting, key=lambda name: len(filled[name]))] += rest
            break
        created.append(rest[:most])
        rest = rest[most:]
    return {name: endpoints for name, endpoints in filled.items() if endpoints}, created


def _identity(endpoint: Json) -> tuple[tuple[str, ...], str, str]:
    return tuple(endpoint["addresses"]), endpoint.get("hostname", ""), endpoint["targetRef"]["name"]
