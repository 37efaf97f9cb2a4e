"""A cluster at one moment, as watches show it: the state that DNS reads, and the progress of its pods.

Nothing else of an object is kept: no environment variables, no annotations, no managed fields.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from svcdns.manifests import READINESS_GATE
from svcdns.state import ClusterState, Key, Object, read_object
from svcdns.targets.cluster.apiserver.refusal import MalformedResponseError

#: The kinds that are watched, in all namespaces.
KINDS = ("Namespace", "Service", "EndpointSlice", "Pod")

#: The most digits of a resource version, which is a 64-bit number.
_MOST_DIGITS = 20

#: A function that returns whether a pod, by its key and uid, is wished to be ready.
Wished = Callable[[Key, str], bool]


@dataclass(frozen=True, slots=True)
class ObjectMeta:
    """Which object of its name it is, at which resource version, and the uids of the Services that own it."""

    uid: str
    version: int
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PodCondition:
    """A condition of a pod, as its ``status`` has it."""

    status: str
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class PodProgress:
    """How far a pod has come.

    Attributes:
        gated: whether it has the readiness gate `READINESS_GATE`.
        probed: whether one of its containers has a readiness probe.
        held: whether a ``preStop`` hook keeps it while it is terminating.
        limited: whether its ``activeDeadlineSeconds`` end it after some time.
        conditions: its conditions by type.
        waiting: why containers do not run, each as ``image: reason: message``.
        revision: the hash of the pod template that it was made from, or empty.
    """

    gated: bool = False
    probed: bool = False
    held: bool = False
    limited: bool = False
    conditions: Mapping[str, PodCondition] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    revision: str = ""

    @property
    def is_gated(self) -> bool:
        """Whether a scheduling gate keeps the pod unscheduled on purpose (Kubernetes: Pod Scheduling Readiness)."""
        scheduled = self.conditions.get("PodScheduled")
        return scheduled is not None and scheduled.status == "False" and scheduled.reason == "SchedulingGated"

    @property
    def obstacle(self) -> str:
        """Why the pod does not start, in the words of the scheduler or the kubelet; empty as long as neither complains."""
        scheduled = self.conditions.get("PodScheduled")
        if scheduled and scheduled.status == "False" and not self.is_gated:
            return f"is not scheduled: {scheduled.message}"
        return f"does not run: {'; '.join(self.waiting)}" if self.waiting else ""


def _no_objects() -> dict[str, dict[Key, ObjectMeta]]:
    return {kind: {} for kind in KINDS}


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster at one moment; a change makes a new view.

    Attributes:
        state: what DNS reads.
        metadata: kind → key → the rest of an object's metadata that is needed.
        progress: how far each pod has come.
        versions: the latest resource version that was seen of each kind; versions of one kind are numbers that grow
            (Kubernetes API concepts, "Resource versions").
    """

    state: ClusterState
    metadata: Mapping[str, Mapping[Key, ObjectMeta]] = field(default_factory=_no_objects)
    progress: Mapping[Key, PodProgress] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def put(self, item: Mapping[str, Any]) -> ClusterView:
        """Return the view with an API object added or replaced.

        Raises:
            MalformedResponseError: if the object is older than what was seen already.
        """
        return self._changed(item["kind"], version_of(item), put=[item])

    def without(self, item: Mapping[str, Any]) -> ClusterView:
        """Return the view without an API object, given as it was when it was deleted.

        Raises:
            MalformedResponseError: if the deletion is older than what was seen already.
        """
        return self._changed(item["kind"], version_of(item), gone=[key_of(item)])

    def replaced(self, kind: str, items: Iterable[Mapping[str, Any]], version: int) -> ClusterView:
        """Return the view with the objects of a kind as they were listed at a version, and no others of that kind.

        Raises:
            MalformedResponseError: if the list is older than what was seen already.
        """
        listed = list(items)
        gone = self.metadata[kind].keys() - {key_of(item) for item in listed}
        return self._changed(kind, version, put=listed, gone=gone)

    def shows(self, item: Mapping[str, Any]) -> bool:
        """Return whether the view is at least as new as a version of an object."""
        return self.versions.get(item["kind"], 0) >= version_of(item)

    def uid(self, pod: Key) -> str:
        """Return the uid of a pod."""
        return self.metadata["Pod"][pod].uid

    def _changed(
        self, kind: str, version: int, *, put: Iterable[Mapping[str, Any]] = (), gone: Collection[Key] = ()
    ) -> ClusterView:
        # A list is read, and a watch continues, at the latest version or after it.
        if 0 < version < self.versions.get(kind, 0):
            raise MalformedResponseError(
                f"the API server went back in time: it sent {kind}s at resource version {version}, "
                f"after {self.versions[kind]}"
            )
        metadata, progress = dict(self.metadata[kind]), dict(self.progress)
        removed = [known for key in gone if (known := self._find(kind, key)) is not None]
        for key in gone:
            metadata.pop(key, None)
            if kind == "Pod":
                progress.pop(key, None)
        objects: list[Object] = []
        for item in put:
            if (read := read_object(item)) is not None:
                objects.append(read)
                metadata[key_of(item)] = _object_meta(item)
                if kind == "Pod":
                    progress[key_of(item)] = _progress(item)
        return ClusterView(
            state=self.state.changed(put=objects, removed=removed),
            metadata={**self.metadata, kind: metadata},
            progress=progress,
            versions={**self.versions, kind: max(version, self.versions.get(kind, 0))},
        )

    def _find(self, kind: str, key: Key) -> Object | None:
        if kind == "Namespace":
            return self.state.namespaces.get(key.name)
        tables: dict[str, Mapping[Key, Object]] = {
            "Service": self.state.services,
            "EndpointSlice": self.state.slices,
            "Pod": self.state.pods,
        }
        return tables[kind].get(key)


def key_of(item: Mapping[str, Any]) -> Key:
    """Return what identifies a decoded API object among those of its kind; the namespace may be empty."""
    metadata = item["metadata"]
    return Key(metadata.get("namespace") or "", metadata["name"])


def version_of(item: Mapping[str, Any]) -> int:
    """Return the resource version of an API object, or of a list."""
    return number(item["metadata"].get("resourceVersion") or "")


def number(version: str) -> int:
    """Return a resource version as a number; 0 for a version of another form, for which nothing waits."""
    return int(version) if version.isascii() and version.isdecimal() and len(version) <= _MOST_DIGITS else 0


def _object_meta(item: Mapping[str, Any]) -> ObjectMeta:
    metadata = item["metadata"]
    # A mirrored EndpointSlice belongs to an Endpoints object, and Endpoints are not watched.
    owners = tuple(owner["uid"] for owner in metadata.get("ownerReferences") or () if owner["kind"] == "Service")
    return ObjectMeta(metadata.get("uid", ""), version_of(item), owners)


def _progress(item: Mapping[str, Any]) -> PodProgress:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    labels = item["metadata"].get("labels") or {}
    containers = spec.get("containers") or ()
    statuses = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    return PodProgress(
        gated=any(gate["conditionType"] == READINESS_GATE for gate in spec.get("readinessGates") or ()),
        probed=any("readinessProbe" in container for container in containers),
        limited=bool(spec.get("activeDeadlineSeconds")),
        held=any("preStop" in (container.get("lifecycle") or {}) for container in containers),
        conditions={
            condition["type"]: PodCondition(
                condition["status"], condition.get("reason") or "", condition.get("message") or ""
            )
            for condition in status.get("conditions") or ()
        },
        waiting=tuple(
            f"{container['image']}: {waiting['reason']}: {waiting['message']}"
            for container in statuses
            if (waiting := container.get("state", {}).get("waiting"))
            and waiting.get("message")
            and waiting.get("reason")
        ),
        revision=labels.get("pod-template-hash") or labels.get("controller-revision-hash") or "",
    )
