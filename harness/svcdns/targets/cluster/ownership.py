"""What a run has made in a cluster, and every write that it makes there.

An object is ours when we created it: the server gave it a uid then, and only what has that uid and the run's label is
changed or deleted. A name or a label alone says nothing, since anybody can give them to anything. What stands outside the
run's own Namespaces, and these themselves, also carry their uid in an annotation: no copy of such an object has it, so
that another process, or `clean`, can tell what a run has made.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from threading import Lock
from typing import Any

from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver import writing
from svcdns.targets.cluster.apiserver.api import Api, Item
from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.apiserver.writing import Place, place_of
from svcdns.targets.cluster.settings import FIELD_MANAGER

_CONFLICT, _INVALID = 409, 422

#: How often an object is read again that changes faster than it can be written; status changes count.
_ATTEMPTS = 10

#: A pod of a CronJob is three owners away from what a manifest declares.
_GENERATIONS = 4

#: The kinds of which a run makes objects that are in no Namespace of its own, each with its API group.
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
        self._uids: dict[Place, str] = {}
        #: What was asked for and may have been made: a word that only we know, until the server has said the uid.
        self._asked: dict[Place, str] = {}
        #: What controllers made of our objects, as far as it was looked at.
        self._descendants: set[str] = set()

    def create(self, item: Mapping[str, Any]) -> Item:
        """Create an object.

        Raises:
            TargetError: if one of its name exists, which is then left alone; it is named.
            RefusedError: if the API server refuses it for another reason.
        """
        place = place_of(self.api, item)
        if place.namespace and self._made(_namespace(place.namespace)):
            made = self._created(item, place)
        else:
            made = self._created_outside(item, place)
        with self._lock:
            self._uids[place] = made["metadata"]["uid"]
            self._asked.pop(place, None)
        return made

    def trial(self, item: Mapping[str, Any]) -> Item:
        """What the API server would make of an object of a name that it chooses; nothing is made."""
        return writing.create(self.api, item, dry_run=True)

    def check(self, item: Mapping[str, Any]) -> None:
        """See that `apply` would succeed, without changing anything.

        Raises:
            TargetError: if an object of its name exists that is not ours.
            RefusedError: if the API server refuses it.
        """
        place = place_of(self.api, item)
        if not self._made(place) and self._now(place) is not None:
            raise _others(place)
        writing.apply(self.api, item, dry_run=True)

    def apply(self, item: Mapping[str, Any]) -> Item:
        """Create an object, or give ours of that name these fields, as server-side apply does.

        Raises:
            TargetError: if one of its name exists that is not ours, which is then left alone.
            RefusedError: if the API server refuses it.
        """
        place = place_of(self.api, item)
        there = self._now(place) if self._made(place) else None
        if there is None:
            self._forget(place)
            return self.create(item)
        uid = self._checked(place, there)
        self._take_over_fields(place, there)
        return writing.apply(self.api, {**item, "metadata": {**item["metadata"], "uid": uid}})

    def change(self, kind: str, name: str, namespace: str, change: Mapping[str, Any], *, subresource: str = "") -> Item:
        """Change an object of ours, or its subresource, by a merge patch.

        Raises:
            TargetError: if there is none, or it is not ours.
            RefusedError: if the API server refuses the change.
        """
        place = self._place(kind, name, namespace)
        for attempt in range(_ATTEMPTS):
            metadata = self._owned(place)["metadata"]
            # A subresource has no uid of its own to be compared; the version is that of the object.
            same = {"resourceVersion": metadata["resourceVersion"]} if subresource else {"uid": metadata["uid"]}
            whole = {**change, "metadata": {**change.get("metadata", {}), **same}}
            try:
                return writing.patch(self.api, place, whole, subresource=subresource)
            except RefusedError as error:
                if error.code != _CONFLICT or not subresource or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def change_found(self, item: Mapping[str, Any], change: Mapping[str, Any]) -> Item:
        """Change an object outside the run's Namespaces that any process of this run made, as it was found.

        Raises:
            TargetError: if this run did not make it.
        """
        place = place_of(self.api, item)
        if not self.has_made(item):
            raise _others(place)
        return writing.patch(self.api, place, {**change, "metadata": {"uid": item["metadata"]["uid"]}})

    def set_condition(self, pod: str, namespace: str, uid: str, condition: Mapping[str, Any]) -> Item:
        """Set a condition of a pod that was seen in a Namespace which `holds` was asked about since.

        Raises:
            RefusedError: also with code 409 where another pod has its name by now.
        """
        change = {"metadata": {"uid": uid}, "status": {"conditions": [dict(condition)]}}
        return writing.patch(self.api, Place(_POD, namespace, pod), change, subresource="status", strategic=True)

    def end_pod(self, pod: str, namespace: str, uid: str) -> None:
        """Delete a pod at once that was seen in a Namespace which `holds` was asked about since.

        Raises:
            RefusedError: also with code 409 where another pod has its name by now.
        """
        writing.delete(self.api, Place(_POD, namespace, pod), uid, grace_seconds=0)

    def restart_dns(self, deployment: Item, annotations: Mapping[str, str]) -> Item:
        """Give the pod template of the DNS servers' Deployment annotations: the one object changed that is not ours.

        Raises:
            RefusedError: also with code 409 where another Deployment has its name by now.
        """
        uid = deployment["metadata"]["uid"]
        change = {"metadata": {"uid": uid}, "spec": {"template": {"metadata": {"annotations": dict(annotations)}}}}
        return writing.patch(self.api, place_of(self.api, deployment), change)

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str = "",
        *,
        foreground: bool = False,
    ) -> str:
        """Start deleting an object of ours; also one of which only the request is known to have been made.

        Returns:
            its uid, or empty where there is none.

        Raises:
            TargetError: if the object of that name is not ours.
            RefusedError: if the API server refuses to delete it.
        """
        place = self._place(kind, name, namespace)
        there = self._now(place)
        if there is None:
            self._forget(place)
            return ""
        uid = self._checked(place, there)
        gone = not writing.delete(self.api, place, uid, foreground=foreground)
        self._forget(place)
        return "" if gone else uid

    def undo(self, kind: str, name: str, namespace: str = "") -> None:
        """Start deleting what was made or may have been; where another has that name, leave it alone.

        Raises:
            RefusedError: if the API server refuses to delete it.
        """
        self._undo(self._place(kind, name, namespace))

    def undo_made(self, item: Mapping[str, Any]) -> None:
        """Start deleting an object as it was made; where another has its name, leave that alone.

        Raises:
            RefusedError: if the API server refuses to delete it.
        """
        self._undo(place_of(self.api, item))

    def _undo(self, place: Place) -> None:
        with self._lock:
            known = place in self._uids or place in self._asked
        there = self._now(place) if known else None
        if there is not None and self._is_ours(place, there):
            writing.delete(self.api, place, there["metadata"]["uid"])
        self._forget(place)

    def delete_found(self, item: Mapping[str, Any]) -> None:
        """Start deleting an object that was found and that any process of this run made.

        Raises:
            TargetError: if this run did not make it.
            RefusedError: if the API server refuses to delete it, also where another has its name by now.
        """
        place = place_of(self.api, item)
        if not self.has_made(item):
            raise _others(place)
        writing.delete(self.api, place, item["metadata"]["uid"])
        self._forget(place)

    def record(self, item: Mapping[str, Any]) -> None:
        """Take note of an object that a program of ours has created."""
        with self._lock:
            self._uids[place_of(self.api, item)] = item["metadata"]["uid"]

    def holds(self, namespace: str) -> bool:
        """Whether a Namespace is the one that this process made, and not another that has its name by now.

        What was seen in it before this is asked is in ours, then.
        """
        place = _namespace(namespace)
        made = self._made(place)
        there = self._now(place) if made else None
        return there is not None and there["metadata"]["uid"] == made and _labelled(there, self.run)

    def require(self, namespace: str) -> None:
        """See that a Namespace is still the one that this process made.

        Raises:
            UndeterminedError: if it is not, so that nothing in it is touched.
        """
        if not self.holds(namespace):
            raise UndeterminedError(
                f'the namespace "{namespace}" is not the one that this run made: it was deleted or replaced during the run; '
                "nothing in it is changed; run again"
            )

    def has_made(self, item: Mapping[str, Any]) -> bool:
        """Whether any process of this run made an object that stands outside its Namespaces, or is one of them."""
        return made_by(item, self.run)

    def _place(self, kind: str, name: str, namespace: str) -> Place:
        resource = self.api.resource(kind)
        return Place(resource, namespace if resource.namespaced else "", name)

    def _created(self, item: Mapping[str, Any], place: Place) -> Item:
        try:
            return writing.create(self.api, item)
        except RefusedError as error:
            if error.code == _CONFLICT and self._now(place) is not None:
                raise _others(place) from error
            raise

    def _created_outside(self, item: Mapping[str, Any], place: Place) -> Item:
        """Create an object with the run's label, and an annotation that has its uid."""
        if OUTSIDE.get(place.resource.kind) != place.resource.group:
            raise TargetError(f"{place} is in no namespace of this run, and is not created")
        with self._lock:
            known, asked = place in self._uids, place in self._asked
        if asked or (known and self._now(place) is not None):
            raise TargetError(f"{place} is used by another scenario of this run")
        word = secrets.token_hex(16)
        with self._lock:
            self._asked[place] = word
        metadata = item["metadata"]
        annotations = {**(metadata.get("annotations") or {}), marks.WORD: word}
        labels = {**(metadata.get("labels") or {}), marks.RUN: self.run}
        try:
            made = writing.create(
                self.api, {**item, "metadata": {**metadata, "labels": labels, "annotations": annotations}}
            )
        except RefusedError as error:
            # It may be ours all the same, where a request was repeated whose answer was lost.
            there = self._now(place) if error.code == _CONFLICT else None
            if there is None:
                self._forget(place)
                raise
            if not self._is_ours(place, there):
                self._forget(place)
                raise _others(place) from error
            made = there
        uid = made["metadata"]["uid"]
        with self._lock:
            self._uids[place] = uid
        return writing.patch(self.api, place, {"metadata": {"uid": uid, "annotations": {marks.UID: uid}}})

    def _take_over_fields(self, place: Place, there: Item) -> None:
        """Let server-side apply take away what it no longer names.

        An object was created by a request of another kind, whose fields count as somebody else's until they are said to be
        applied (Kubernetes: Server-Side Apply, "Upgrading from client-side apply").
        """
        fields = there["metadata"].get("managedFields") or []
        mine = [one for one in fields if _is_created(one)]
        if not mine or any(_is_applied(one) for one in fields):
            return
        others = [one for one in fields if not _is_created(one)]
        applied = [*others, *({**one, "operation": "Apply"} for one in mine)]
        metadata = there["metadata"]
        operations: list[Item] = [
            {"op": "test", "path": "/metadata/uid", "value": metadata["uid"]},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
            {"op": "replace", "path": "/metadata/managedFields", "value": applied},
        ]
        try:
            writing.patch(self.api, place, operations)
        except RefusedError as error:
            # It changed meanwhile: its status, say.
            if error.code not in (_CONFLICT, _INVALID) or (now := self._now(place)) is None:
                raise
            self._checked(place, now)
            self._take_over_fields(place, now)

    def _owned(self, place: Place) -> Item:
        there = self._now(place)
        if there is None:
            where = f'the namespace "{place.namespace}"' if place.namespace else "the cluster"
            raise TargetError(f'{place.resource.kind} "{place.name}" does not exist in {where}')
        self._checked(place, there)
        return there

    def _checked(self, place: Place, there: Item) -> str:
        """The uid of an object, if it is ours.

        Raises:
            TargetError: if it is not.
        """
        if not self._is_ours(place, there):
            raise _others(place)
        return str(there["metadata"]["uid"])

    def _is_ours(self, place: Place, there: Item) -> bool:
        """Whether this process made an object, or a controller made it of what this process made."""
        uid = there["metadata"]["uid"]
        with self._lock:
            made, word = self._uids.get(place), self._asked.get(place)
        if made == uid:
            return _labelled(there, self.run)
        if word and _annotation(there, marks.WORD) == word:
            return _labelled(there, self.run)
        return bool(place.namespace) and self._descends(there, place.namespace, _GENERATIONS)

    def _descends(self, there: Item, namespace: str, generations: int) -> bool:
        """Whether an object's owners lead to one that this process made."""
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
        place = Place(self.api.resource(owner["kind"], owner["apiVersion"]), namespace, owner["name"])
        there = self._now(place) if place.resource.namespaced else None
        return (
            there is not None
            and there["metadata"]["uid"] == owner["uid"]
            and self._descends(there, namespace, generations - 1)
        )

    def _made(self, place: Place) -> str:
        with self._lock:
            return self._uids.get(place, "")

    def _forget(self, place: Place) -> None:
        with self._lock:
            self._uids.pop(place, None)
            self._asked.pop(place, None)

    def _now(self, place: Place) -> Item | None:
        return self.api.get(place.resource.kind, place.name, place.namespace, api_version=place.resource.api_version)


def made_by(item: Mapping[str, Any], run: str) -> bool:
    """Whether a run made an object: it has the run's label, and its own uid in the annotation that we write."""
    uid = item["metadata"].get("uid")
    return bool(uid) and _labelled(item, run) and _annotation(item, marks.UID) == uid


def _namespace(name: str) -> Place:
    return Place(_NAMESPACE, "", name)


def _labelled(item: Mapping[str, Any], run: str) -> bool:
    return (item["metadata"].get("labels") or {}).get(marks.RUN) == run


def _annotation(item: Mapping[str, Any], name: str) -> str:
    return str((item["metadata"].get("annotations") or {}).get(name, ""))


def _is_created(fields: Mapping[str, Any]) -> bool:
    """Whether an entry of ``managedFields`` is about what we created an object with."""
    return _is_of(fields, "Update")


def _is_applied(fields: Mapping[str, Any]) -> bool:
    """Whether an entry of ``managedFields`` is about what we have applied."""
    return _is_of(fields, "Apply")


def _is_of(fields: Mapping[str, Any], operation: str) -> bool:
    return (fields.get("manager"), fields.get("operation")) == (FIELD_MANAGER, operation)


def _others(place: Place) -> TargetError:
    return TargetError(
        f"{place} exists and was not made by this run, so it is not changed; give yours another name, or delete that one"
    )
