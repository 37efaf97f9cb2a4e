"""The state that a DNS server answers from: as data, as a v1 List, in words, and what looks wrong in it."""

from __future__ import annotations

from svcdns.state.listing import load, read, read_object
from svcdns.state.model import (
    CLUSTER_DOMAIN,
    COMPLETED_PHASES,
    SERVICE_NAME_LABEL,
    ClusterState,
    Endpoint,
    EndpointPort,
    EndpointSlice,
    Family,
    Key,
    Namespace,
    Object,
    Pod,
    Service,
    ServicePort,
    family_of,
    matches,
)

__all__ = [
    "CLUSTER_DOMAIN",
    "COMPLETED_PHASES",
    "SERVICE_NAME_LABEL",
    "ClusterState",
    "Endpoint",
    "EndpointPort",
    "EndpointSlice",
    "Family",
    "Key",
    "Namespace",
    "Object",
    "Pod",
    "Service",
    "ServicePort",
    "family_of",
    "load",
    "matches",
    "read",
    "read_object",
]
