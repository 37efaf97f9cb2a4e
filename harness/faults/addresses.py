"""Wrong addresses: endpoints that should not be listed, that should be, and virtual IPs."""

from __future__ import annotations

from dataclasses import replace

from harness.faults.changes import endpoints, seeing
from harness.faults.fault import Fault
from harness.state import ClusterState


def _unready_included(state: ClusterState) -> ClusterState:
    return endpoints(state, lambda one: one if one.terminating else replace(one, ready=True))


FAULTS = (
    Fault(
        "unready-endpoints-included",
        "Addresses of endpoints that are not ready are answered.",
        ("C06", "J02", "C04", "F06", "E12"),
        change=seeing(_unready_included),
    ),
)
