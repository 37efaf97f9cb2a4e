"""The kinds of the API that DNS depends on, and their names in the API and kubectl."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of object; ``group`` is empty for the core group."""

    name: str
    plural: str
    group: str = ""

    @property
    def qualified(self) -> str:
        """The kind with its group, as the API machinery prints it: ``StatefulSet.apps``."""
        return f"{self.name}.{self.group}" if self.group else self.name

    @property
    def resource(self) -> str:
        """The resource with its group, as kubectl prints it: ``statefulsets.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


#: The kinds that this cluster acts on; objects of other kinds are only stored.
KINDS = {
    kind.name: kind
    for kind in (
        Kind("Namespace", "namespaces"),
        Kind("Service", "services"),
        Kind("Endpoints", "endpoints"),
        Kind("EndpointSlice", "endpointslices", "discovery.k8s.io"),
        Kind("Pod", "pods"),
        Kind("ReplicationController", "replicationcontrollers"),
        Kind("Deployment", "deployments", "apps"),
        Kind("ReplicaSet", "replicasets", "apps"),
        Kind("StatefulSet", "statefulsets", "apps"),
        Kind("DaemonSet", "daemonsets", "apps"),
        Kind("Job", "jobs", "batch"),
    )
}


def key(api_version: str, kind: str) -> str:
    """Return the name under which objects of a kind are stored.

    A kind of `KINDS` keeps its bare name. Any other carries its group, so a custom ``Service`` of another group is never
    taken for a Service.
    """
    group = api_version.rpartition("/")[0]
    known = KINDS.get(kind)
    if known and known.group == group:
        return kind
    return f"{kind}.{group}" if group else kind


def named(text: str) -> str:
    """Return the stored name of a kind written as kubectl takes it: any case, singular or plural, with or without group."""
    word = text.lower()
    for kind in KINDS.values():
        if word in {kind.name.lower(), kind.plural, kind.qualified.lower(), kind.resource}:
            return kind.name
    return text


def qualified(stored: str) -> str:
    """Return the kind with its group, of a stored kind name."""
    return KINDS[stored].qualified if stored in KINDS else stored


def resource(stored: str) -> str:
    """Return the resource name that kubectl prints for a stored kind name."""
    return KINDS[stored].resource if stored in KINDS else stored.lower()
