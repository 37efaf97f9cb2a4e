"""The cluster as a server sees it that reads Endpoints and no EndpointSlices.

The specification defines readiness by Endpoints (section 2.1), so such a server is a right one. Its Endpoints objects are those
of the endpoints controller (``pkg/controller/endpoint``), those that users write, which the control plane mirrors into
EndpointSlices, and that of the API server's own Service.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Service

#: The most addresses of an Endpoints object that the controller writes.
MOST_ADDRESSES = 1000

#: The API server writes both Endpoints and an EndpointSlice for it, and owns neither.
_API_SERVICE = Key("default", "kubernetes")


def endpoints_only(state: ClusterState) -> ClusterState:
    """Return a state whose EndpointSlices say what the Endpoints objects of the cluster do."""
    left: dict[Key, int] = defaultdict(lambda: MOST_ADDRESSES)
    slices: dict[Key, EndpointSlice] = {}
    for key, endpoint_slice in sorted(state.slices.items()):
        service = state.services.get(Key(key.namespace, endpoint_slice.service))
        if service is None:
            continue
        if endpoint_slice.owner == f"Endpoints/{service.key.name}" or service.key == _API_SERVICE:
            slices[key] = endpoint_slice
        elif endpoint_slice.owner == f"Service/{service.key.name}" and _is_listed(endpoint_slice, service):
            listed = tuple(filter(_has_address, endpoint_slice.endpoints))[: left[service.key]]
            left[service.key] -= len(listed)
            slices[key] = replace(endpoint_slice, endpoints=listed)
    return replace(state, slices=slices)


def _is_listed(endpoint_slice: EndpointSlice, service: Service) -> bool:
    """Whether the Endpoints of a Service list the pods of one of its EndpointSlices.

    They have addresses of the Service's first family, and leave out pods that have none of its ports.
    """
    return endpoint_slice.address_type == service.families[0] and bool(endpoint_slice.ports or not service.ports)


def _has_address(endpoint: Endpoint) -> bool:
    """Whether an endpoint is among the addresses; the others are among the notReadyAddresses, or terminate and are in neither."""
    return endpoint.ready is not False
