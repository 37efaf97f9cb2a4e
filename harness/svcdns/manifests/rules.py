"""The rules by which the API server refuses objects whose structure is right, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from svcdns.manifests import endpoints, pod, service, workload
from svcdns.manifests.field import Field
from svcdns.manifests.metadata import metadata
from svcdns.manifests.problem import Problem

_RULES: dict[tuple[str, str], Callable[[Field], Iterator[Problem]]] = {
    ("v1", "Service"): service.service,
    ("v1", "Endpoints"): endpoints.endpoints,
    ("v1", "Pod"): pod.pod,
    ("v1", "ReplicationController"): workload.replication_controller,
    ("discovery.k8s.io/v1", "EndpointSlice"): endpoints.endpoint_slice,
    ("apps/v1", "Deployment"): workload.deployment,
    ("apps/v1", "ReplicaSet"): workload.replica_set,
    ("apps/v1", "StatefulSet"): workload.stateful_set,
    ("apps/v1", "DaemonSet"): workload.daemon_set,
    ("batch/v1", "Job"): workload.job,
}


def problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Check an object beyond its structure; for kinds without rules, only the metadata."""
    root = Field(data)
    yield from metadata(root)
    rule = _RULES.get((data["apiVersion"], data["kind"]))
    if rule:
        yield from rule(root)
