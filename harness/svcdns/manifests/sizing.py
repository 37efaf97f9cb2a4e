"""The number of pods that objects ask for, and its limit: a feature may come from anybody."""

from __future__ import annotations

from collections.abc import Iterable

from svcdns.manifests.field import Field
from svcdns.manifests.manifest import Manifest

#: Pods of one scenario at a time. Hand-written EndpointSlices show what DNS answers for more endpoints.
MOST_PODS = 1_000

_REPLICATED = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")


def pods_of(item: Manifest) -> int:
    """Return how many pods an object is, or makes controllers run at a time."""
    spec = Field(item.data)["spec"]
    if item.kind == "Pod":
        return 1
    if item.kind in _REPLICATED:
        return 1 if spec["replicas"].number is None else spec["replicas"].number
    if item.kind == "Job":
        return max(spec["parallelism"].number or 1, spec["completions"].number or 1)
    return 0


def refuse_too_many(manifests: Iterable[Manifest]) -> None:
    """Refuse objects that ask for more pods than a scenario may have.

    Raises:
        ManifestError: at the object that exceeds the limit.
    """
    total = 0
    for item in manifests:
        total += pods_of(item)
        if total > MOST_PODS:
            raise item.error(
                f"makes {total} pods together with the objects before it, and a scenario may have {MOST_PODS}: ask for"
                " fewer"
            )
