"""The objects that a run made in a cluster, and every write that the run sends there.

An object is ours if this run created it. The server gave it a uid then, and we change or delete only an object with
that uid and the run's label. A name or a label alone proves nothing, since anybody can give them to anything. The run's
Namespaces, and its objects outside of them, also carry their own uid in an annotation, which no copy has. By it another
process of the run, or `clean`, recognises what the run made.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from threading import Lock
from typing import Any

from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver import writing
from svcdns.targets.cluster.apiserver.api import Api, Item
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.apiserver.writing import ApiObjectRef, ref_of

#: How often an object is read again that changes between the read and the write; its status changes count too.
_ATTEMPTS = 10

#: How many generations of owners are followed; from a CronJob's pod to the CronJob it is three.
_GENERATIONS = 4

#: The kinds of objects that a run creates outside its own Namespaces, each with its API group.
OUTSIDE = {"Namespace": "", "Service": "", "EndpointSlice": "discovery.k8s.io", "Lease": "coordination.k8s.io"}

_NAMESPACE = Resource("", "v1", "Namespace", "namespaces", namespaced=False)
_POD = Resource("", "v1", "Pod", "pods", namespaced=True)


class Ownership:
    """The objects of one run, by the uids that the API server gave them; may be used by several threads.

    Attributes:
        api: the API of the cluster.
        run: the run's id, the value of its label.
    """

    def __init__(self, api: Api, run: str) -> None:
        self.api = api
        self.run = run
        self._lock = Lock()
        self._uids: dict[ApiObjectRef, str] = {}
        #: Objects whose creation was requested, and whose uid is not known yet: the secret word in their annotation.
        self._requested: dict[ApiObjectRef, str] = {}
        #: The objects that were created in our Namespaces, as they were declared.
        self._declared: dict[ApiObjectRef, Item] = {}
        #: The uids of objects that controllers made from ours, as far as we have checked.
        self._descendants: set[str] = set()

    def create(self, item: Mapping[str, Any]) -> Item:
        """Create an object.

        Raises:
            TargetError: if an object of its name exists; that one is not changed.
            RefusedError: if the API server refuses it for another reason.
        """
        ref = ref_of(self.api, item)
        if ref.namespace and self._made(_namespace(ref.namespace)):
            made = self._created(item, ref)
        else:
            made = self._created_outside(item, ref)
        with self._lock:
            self._uids[ref] = made["metadata"]["uid"]
            self._requested.pop(ref, None)
        return made

    def trial(self, item: Mapping[str, Any]) -> Item:
        """Return what the API server would make of an object, by a dry run."""
        return writing.create(self.api, item, dry_run=True)

    def check(self, item: Mapping[str, Any]) -> None:
        """Check that `apply` would succeed, without changing anything.

        Raises:
            TargetError: if an object of its name exists that is not ours.
            RefusedError: if the API server refuses it.
        """
        ref = ref_of(self.api, item)
        there = self._now(ref)
        if there is not None and not self._made(ref):
            raise _others(ref)
        if there is not None and self._is_ours(ref, there):
            self._take_over_fields(ref, there)
        writing.apply(self.api, item, dry_run=True)

    def apply(self, item: Mapping[str, Any]) -> Item:
        """Create an object, or give ours of that name these fields by server-side apply.

        Raises:
            TargetError: if an object of its name exists that is not ours; that one is not changed.
            RefusedError: if the API server refuses it.
        """
        ref = ref_of(self.api, item)
        there = self._now(ref) if self._made(ref) else None
        if there is None:
            self._forget(ref)
            return self.create(item)
        uid = self._checked(ref, there)
        self._take_over_fields(ref, there)
        return writing.apply(self.api, {**item, "metadata": {**item["metadata"], "uid": uid}})

    def change(self, kind: str, name: str, namespace: str, change: Mapping[str, Any], *, subresource: str = "") -> Item:
        """Change an object of ours, or its subresource, by a merge patch.

        Raises:
            TargetError: if it does not exist, or is not ours.
            RefusedError: if the API server refuses the change.
        """
        ref = self._ref(kind, name, namespace)
        for attempt in range(_ATTEMPTS):
            metadata = self._owned(ref)["metadata"]
            # A subresource has no uid that the server could compare; its version is that of the object.
            same = {"resourceVersion": metadata["resourceVersion"]} if subresource else {"uid": metadata["uid"]}
            whole = {**change, "metadata": {**change.get("metadata", {}), **same}}
            try:
                return writing.patch(self.api, ref, whole, subresource=subresource)
            except RefusedError as error:
                if error.code != HTTPStatus.CONFLICT or not subresource or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def change_found(self, item: Mapping[str, Any], change: Mapping[str, Any]) -> Item:
        """Change an object outside the run's Namespaces that was read, if any process of this run made it.

        Raises:
            TargetError: if this run did not make it.
        """
        ref = ref_of(self.api, item)
        if not self.has_made(item):
            raise _others(ref)
        return writing.patch(self.api, ref, {**change, "metadata": {"uid": item["metadata"]["uid"]}})

    def set_condition(self, pod: str, namespace: str, uid: str, condition: Mapping[str, Any]) -> Item:
        """Set a condition of a pod. Call `holds` for its Namespace first, after the pod was seen.

        Raises:
            RefusedError: with code 409 also where another pod has its name by now.
        """
        change = {"metadata": {"uid": uid}, "status": {"conditions": [dict(condition)]}}
        return writing.patch(self.api, ApiObjectRef(_POD, namespace, pod), change, subresource="status", strategic=True)

    def end_pod(self, pod: str, namespace: str, uid: str) -> None:
        """Delete a pod at once. Call `holds` for its Namespace first, after the pod was seen.

        Raises:
            RefusedError: with code 409 also where another pod has its name by now.
        """
        writing.delete(self.api, ApiObjectRef(_POD, namespace, pod), uid, grace_seconds=0)

    def restart_dns(self, deployment: Item, annotations: Mapping[str, str]) -> Item:
        """Annotate the pod template of the DNS servers' Deployment: the only object we change that is not ours.

        Raises:
            RefusedError: with code 409 also where another Deployment has its name by now.
        """
        uid = deployment["metadata"]["uid"]
        change = {"metadata": {"uid": uid}, "spec": {"template": {"metadata": {"annotations": dict(annotations)}}}}
        return writing.patch(self.api, ref_of(self.api, deployment), change)

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str = "",
        *,
        foreground: bool = False,
    ) -> str:
        """Start deleting an object of ours, also one whose creation was requested and not confirmed.

        Returns:
            its uid, or empty where it does not exist.

        Raises:
            TargetError: if the object of that name is not ours.
            RefusedError: if the API server refuses to delete it.
        """
        ref = self._ref(kind, name, namespace)
        there = self._now(ref)
        if there is None:
            self._forget(ref)
            return ""
        uid = self._checked(ref, there)
        gone = not writing.delete(self.api, ref, uid, foreground=foreground)
        self._forget(ref)
        return "" if gone else uid

    def undo(self, kind: str, name: str, namespace: str = "") -> None:
        """Start deleting an object that we created or may have created; leave another of its name alone.

        Raises:
            RefusedError: if the API server refuses to delete it.
        """
        self._undo(self._ref(kind, name, namespace))

    def undo_made(self, item: Mapping[str, Any]) -> None:
        """Start deleting an object that we created; leave another of its name alone.

        Raises:
            RefusedError: if the API server refuses to delete it.
        """
        self._undo(ref_of(self.api, item))

    def _undo(self, ref: ApiObjectRef) -> None:
        with self._lock:
            known = ref in self._uids or ref in self._requested
        there = self._now(ref) if known else None
        if there is not None and self._is_ours(ref, there):
            writing.delete(self.api, ref, there["metadata"]["uid"])
        self._forget(ref)

    def delete_found(self, item: Mapping[str, Any]) -> None:
        """Start deleting an object that was read, if any process of this run made it.

        Raises:
            TargetError: if this run did not make it.
            RefusedError: if the API server refuses to delete it, also where another has its name by now.
        """
        ref = ref_of(self.api, item)
        if not self.has_made(item):
            raise _others(ref)
        writing.delete(self.api, ref, item["metadata"]["uid"])
        self._forget(ref)

    def record(self, item: Mapping[str, Any]) -> None:
        """Record an object that a program of ours has created."""
        with self._lock:
            self._uids[ref_of(self.api, item)] = item["metadata"]["uid"]

    def holds(self, namespace: str) -> bool:
        """Return whether a Namespace is the one that this process made, and not another that has its name by now.

        If so, every object that was seen in it before this call is in ours.
        """
        ref = _namespace(namespace)
        made = self._made(ref)
        there = self._now(ref) if made else None
        return there is not None and there["metadata"]["uid"] == made and _labelled(there, self.run)

    def require(self, namespace: str) -> None:
        """Check that a Namespace is still the one that this process made.

        Raises:
            UndeterminedError: if it is not, so that nothing in it is changed.
        """
        if not self.holds(namespace):
            raise UndeterminedError(
                f'the namespace "{namespace}" is not the one that this run made: it was deleted or replaced during the run; '
                "nothing in it is changed; run again"
            )

    def has_made(self, item: Mapping[str, Any]) -> bool:
        """Return whether any process of this run made an object outside its Namespaces, or one of these."""
        return made_by(item, self.run)

    def _ref(self, kind: str, name: str, namespace: str) -> ApiObjectRef:
        resource = self.api.resource(kind)
        return ApiObjectRef(resource, namespace if resource.namespaced else "", name)

    def _created(self, item: Mapping[str, Any], ref: ApiObjectRef) -> Item:
        """Create an object with an annotation by which it is recognised, should the response be lost."""
        word = secrets.token_hex(16)
        metadata = item["metadata"]
        annotations = {**(metadata.get("annotations") or {}), marks.WORD: word}
        declared = {**item, "metadata": {**metadata, "annotations": annotations}}
        with self._lock:
            self._declared[ref] = declared
        try:
            return writing.create(self.api, declared)
        except RefusedError as error:
            there = self._now(ref) if error.code == HTTPStatus.CONFLICT else None
            if there is None:
                raise
            if error.repeated and _annotation(there, marks.WORD) == word:
                return there
            raise _others(ref) from error

    def _created_outside(self, item: Mapping[str, Any], ref: ApiObjectRef) -> Item:
        """Create an object with the run's label, and an annotation that has its uid."""
        if OUTSIDE.get(ref.resource.kind) != ref.resource.group:
            raise TargetError(f"{ref} is in no namespace of this run, so it is not created")
        with self._lock:
            known, requested = ref in self._uids, ref in self._requested
        if requested or (known and self._now(ref) is not None):
            raise TargetError(f"{ref} is used by another scenario of this run")
        word = secrets.token_hex(16)
        with self._lock:
            self._requested[ref] = word
        metadata = item["metadata"]
        annotations = {**(metadata.get("annotations") or {}), marks.WORD: word}
        labels = {**(metadata.get("labels") or {}), marks.RUN: self.run}
        try:
            made = writing.create(
                self.api, {**item, "metadata": {**metadata, "labels": labels, "annotations": annotations}}
            )
        except RefusedError as error:
            # It may be ours all the same: a request is repeated where its response was lost.
            there = self._now(ref) if error.code == HTTPStatus.CONFLICT else None
            if there is None:
                self._forget(ref)
                raise
            if not self._is_ours(ref, there):
                self._forget(ref)
                raise _others(ref) from error
            made = there
        uid = made["metadata"]["uid"]
        with self._lock:
            self._uids[ref] = uid
        return writing.patch(self.api, ref, {"metadata": {"uid": uid, "annotations": {marks.UID: uid}}})

    def _take_over_fields(self, ref: ApiObjectRef, there: Item) -> None:
        """Let server-side apply remove the fields that it no longer names.

        The fields of a created object count as another manager's until they are marked as applied (Kubernetes:
        Server-Side Apply, "Upgrading from client-side apply"). Defaults count as created too; they are left to nobody, as
        they are where an object is applied from the beginning.
        """
        fields = there["metadata"].get("managedFields") or []
        with self._lock:
            declared = self._declared.get(ref, {})
        mine = [_of_declared(entry, declared) for entry in fields if _is_ours(entry, "Update")]
        if not mine or any(_is_ours(entry, "Apply") for entry in fields):
            return
        others = [entry for entry in fields if not _is_ours(entry, "Update")]
        applied = [*others, *({**entry, "operation": "Apply"} for entry in mine)]
        metadata = there["metadata"]
        operations: list[Item] = [
            {"op": "test", "path": "/metadata/uid", "value": metadata["uid"]},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
            {"op": "replace", "path": "/metadata/managedFields", "value": applied},
        ]
        try:
            writing.patch(self.api, ref, operations)
        except RefusedError as error:
            # It has changed meanwhile, such as its status.
            if (
                error.code not in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
                or (now := self._now(ref)) is None
            ):
                raise
            self._checked(ref, now)
            self._take_over_fields(ref, now)

    def _owned(self, ref: ApiObjectRef) -> Item:
        there = self._now(ref)
        if there is None:
            where = f'the namespace "{ref.namespace}"' if ref.namespace else "the cluster"
            raise TargetError(f'{ref.resource.kind} "{ref.name}" does not exist in {where}')
        self._checked(ref, there)
        return there

    def _checked(self, ref: ApiObjectRef, there: Item) -> str:
        """Return the uid of an object, if it is ours.

        Raises:
            TargetError: if it is not.
        """
        if not self._is_ours(ref, there):
            raise _others(ref)
        return str(there["metadata"]["uid"])

    def _is_ours(self, ref: ApiObjectRef, there: Item) -> bool:
        """Return whether this process made an object, or a controller made it from an object of ours."""
        uid = there["metadata"]["uid"]
        with self._lock:
            made, word = self._uids.get(ref), self._requested.get(ref)
        if made == uid:
            return _labelled(there, self.run)
        if word and _annotation(there, marks.WORD) == word:
            return _labelled(there, self.run)
        return bool(ref.namespace) and self._descends(there, ref.namespace, _GENERATIONS)

    def _descends(self, there: Item, namespace: str, generations: int) -> bool:
        """Return whether this process made an owner of an object, or an owner of that."""
        metadata = there["metadata"]
        if metadata["uid"] in self._descendants:
            return True
        for owner in metadata.get("ownerReferences") or ():
            if self._leads_to_ours(owner, namespace, generations):
                self._descendants.add(metadata["uid"])
                return True
        return False

    def _leads_to_ours(self, owner: Mapping[str, Any], namespace: str, generations: int) -> bool:
        with self._lock:
            if owner["uid"] in self._uids.values():
                return True
        if generations == 0:
            return False
        ref = ApiObjectRef(self.api.resource(owner["kind"], owner["apiVersion"]), namespace, owner["name"])
        there = self._now(ref) if ref.resource.namespaced else None
        return (
            there is not None
            and there["metadata"]["uid"] == owner["uid"]
            and self._descends(there, namespace, generations - 1)
        )

    def _made(self, ref: ApiObjectRef) -> str:
        with self._lock:
            return self._uids.get(ref, "")

    def left(self) -> list[str]:
        """Return the objects that were created, or may have been, and whose deletion was not begun.

        Objects in a Namespace of ours go with it and are not named.
        """
        with self._lock:
            refs = {*self._uids, *self._requested}
        namespaces = {ref.name for ref in refs if ref.resource.kind == _NAMESPACE.kind}
        return sorted(str(ref) for ref in refs if ref.namespace not in namespaces)

    def _forget(self, ref: ApiObjectRef) -> None:
        with self._lock:
            self._uids.pop(ref, None)
            self._requested.pop(ref, None)
            self._declared.pop(ref, None)
            if ref.resource.kind == _NAMESPACE.kind:
                # What is in a Namespace goes with it.
                self._declared = {other: one for other, one in self._declared.items() if other.namespace != ref.name}
                self._uids = {other: uid for other, uid in self._uids.items() if other.namespace != ref.name}

    def _now(self, ref: ApiObjectRef) -> Item | None:
        return self.api.get(ref.resource.kind, ref.name, ref.namespace, api_version=ref.resource.api_version)


def made_by(item: Mapping[str, Any], run: str) -> bool:
    """Return whether a run made an object: it has the run's label, and its own uid in the annotation."""
    uid = item["metadata"].get("uid")
    return bool(uid) and _labelled(item, run) and _annotation(item, marks.UID) == uid


def _namespace(name: str) -> ApiObjectRef:
    return ApiObjectRef(_NAMESPACE, "", name)


def _labelled(item: Mapping[str, Any], run: str) -> bool:
    return (item["metadata"].get("labels") or {}).get(marks.RUN) == run


def _annotation(item: Mapping[str, Any], name: str) -> str:
    return str((item["metadata"].get("annotations") or {}).get(name, ""))


def _is_ours(entry: Mapping[str, Any], operation: str) -> bool:
    """Return whether an entry of ``managedFields`` is about fields that we set by an operation, ``Update`` or ``Apply``."""
    return (entry.get("manager"), entry.get("operation")) == (marks.FIELD_MANAGER, operation)


def _of_declared(entry: Mapping[str, Any], declared: Mapping[str, Any]) -> Item:
    """Return an entry of ``managedFields`` with the fields alone that an object declares."""
    return {**entry, "fieldsV1": _fields_of(entry.get("fieldsV1") or {}, declared)}


def _fields_of(fields: Mapping[str, Any], declared: Mapping[str, Any]) -> Item:
    """Return the fields of a map, written as ``f:name``, that are declared; the items of lists stay as they are."""
    kept: Item = {}
    for key, below in fields.items():
        name = key.removeprefix("f:")
        if name == key:
            kept[key] = below
        elif name in declared:
            kept[key] = _fields_of(below, declared[name]) if isinstance(declared[name], Mapping) else below
    return kept


def _others(ref: ApiObjectRef) -> TargetError:
    return TargetError(
        f"{ref} exists and was not made by this run, so it is not changed; give yours another name, or delete that one"
    )
