"""What is kept of a cluster: the state that DNS looks at, and how far its pods have come.

Nothing else of an object is kept: no environment variables, no annotations, no managed fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from svcdns.manifests import READINESS_GATE
from svcdns.state import ClusterState, Key, Object, read_object
from svcdns.targets.cluster.apiserver.refusal import MalformedError

#: The kinds that are watched, in all namespaces.
KINDS = ("Namespace", "Service", "EndpointSlice", "Pod")

#: A resource version has at most as many digits as a 64-bit number.
_MOST_DIGITS = 20


class Ref(NamedTuple):
    """What identifies a watched object."""

    kind: str
    key: Key


@dataclass(frozen=True, slots=True)
class Identity:
    """Which object of its name it is, at which version, and the Services that own it."""

    uid: str
    version: int
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an object, as its ``status`` has it."""

    status: str
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pod has come.

    Attributes:
        gated: whether it has the readiness gate `READINESS_GATE`.
        probed: whether one of its containers has a readiness probe.
        held: whether a ``preStop`` hook keeps it while it is terminating.
        limited: whether it is ended after some time, by its ``activeDeadlineSeconds``.
        conditions: its conditions by their type.
        waiting: why containers do not run, each as ``image: reason: message``.
        revision: the hash of the pod template that it was made from, or empty.
    """

    gated: bool = False
    probed: bool = False
    held: bool = False
    limited: bool = False
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A cluster at one moment; a change makes a new picture.

    Attributes:
        versions: the latest resource version that was seen of each kind. Those of one kind are numbers that grow
            (Kubernetes API concepts, "Resource versions").
    """

    state: ClusterState
    identities: Mapping[Ref, Identity] = field(default_factory=dict)
    progress: Mapping[Key, Progress] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def put(self, item: Mapping[str, Any]) -> Picture:
        """The picture with an API object put or replaced.

        Raises:
            MalformedError: if it is older than what was seen already.
        """
        return self._changed(item["kind"], version_of(item), put=[item])

    def without(self, item: Mapping[str, Any]) -> Picture:
        """The picture without an API object, as it was when it was deleted.

        Raises:
            MalformedError: if that was before what was seen already.
        """
        return self._changed(item["kind"], version_of(item), gone=[ref_of(item)])

    def replaced(self, kind: str, items: Iterable[Mapping[str, Any]], version: int) -> Picture:
        """The picture with the objects of a kind as they were listed at a version, and no others of that kind.

        Raises:
            MalformedError: if the list is older than what was seen already.
        """
        listed = list(items)
        there = {ref_of(item) for item in listed}
        gone = [ref for ref in self.identities if ref.kind == kind and ref not in there]
        return self._changed(kind, version, put=listed, gone=gone)

    def shows(self, item: Mapping[str, Any]) -> bool:
        """Whether the picture is not older than a version of an object."""
        return self.versions.get(item["kind"], 0) >= version_of(item)

    def _changed(
        self, kind: str, version: int, *, put: Iterable[Mapping[str, Any]] = (), gone: Sequence[Ref] = ()
    ) -> Picture:
        # A list is read, and a watch goes on, at the latest version or after it.
        if 0 < version < self.versions.get(kind, 0):
            raise MalformedError(
                f"the API server went back in time: it told of {kind}s at resource version {version}, "
                f"after {self.versions[kind]}"
            )
        identities, progress = dict(self.identities), dict(self.progress)
        removed = [known for ref in gone if (known := self._find(ref)) is not None]
        for ref in gone:
            identities.pop(ref, None)
            if kind == "Pod":
                progress.pop(ref.key, None)
        objects: list[Object] = []
        for item in put:
            if (known := read_object(item)) is not None:
                objects.append(known)
                identities[ref_of(item)] = _identity(item)
                if kind == "Pod":
                    progress[ref_of(item).key] = _progress(item)
        versions = {**self.versions, kind: max(version, self.versions.get(kind, 0))}
        return Picture(self.state.changed(put=objects, removed=removed), identities, progress, versions)

    def _find(self, ref: Ref) -> Object | None:
        if ref.kind == "Namespace":
            return self.state.namespaces.get(ref.key.name)
        tables: dict[str, Mapping[Key, Object]] = {
            "Service": self.state.services,
            "EndpointSlice": self.state.slices,
            "Pod": self.state.pods,
        }
        return tables[ref.kind].get(ref.key)


def ref_of(item: Mapping[str, Any]) -> Ref:
    """What identifies a decoded API object."""
    metadata = item["metadata"]
    return Ref(item["kind"], Key(metadata.get("namespace") or "", metadata["name"]))


def version_of(item: Mapping[str, Any]) -> int:
    """The resource version of an API object, or of a list."""
    return number(item["metadata"].get("resourceVersion") or "")


def number(version: str) -> int:
    """A resource version as a number; 0 where a server has versions of another kind, with which nothing is waited for."""
    return int(version) if version.isascii() and version.isdecimal() and len(version) <= _MOST_DIGITS else 0


def _identity(item: Mapping[str, Any]) -> Identity:
    metadata = item["metadata"]
    # A mirrored EndpointSlice belongs to an Endpoints object, and those are not watched.
    owners = tuple(owner["uid"] for owner in metadata.get("ownerReferences") or () if owner["kind"] == "Service")
    return Identity(metadata.get("uid", ""), version_of(item), owners)


def _progress(item: Mapping[str, Any]) -> Progress:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    labels = item["metadata"].get("labels") or {}
    containers = spec.get("containers") or ()
    states = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    return Progress(
        gated=any(gate["conditionType"] == READINESS_GATE for gate in spec.get("readinessGates") or ()),
        probed=any("readinessProbe" in container for container in containers),
        limited=bool(spec.get("activeDeadlineSeconds")),
        held=any("preStop" in (container.get("lifecycle") or {}) for container in containers),
        conditions={
            condition["type"]: Condition(
                condition["status"], condition.get("reason") or "", condition.get("message") or ""
            )
            for condition in status.get("conditions") or ()
        },
        waiting=tuple(
            f"{one['image']}: {waiting['reason']}: {waiting['message']}"
            for one in states
            if (waiting := one.get("state", {}).get("waiting")) and waiting.get("message") and waiting.get("reason")
        ),
        revision=labels.get("pod-template-hash") or labels.get("controller-revision-hash") or "",
    )
