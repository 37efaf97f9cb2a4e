"""The API server's storage.

Stored objects are never changed in place: a change stores another object, which may share parts with the old one. So a
`Store` is forked at the cost of a few dictionaries, and an operation that fails drops its fork.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from svcdns.controllers import kinds, naming
from svcdns.controllers.allocation import Allocator, number_of

Json = dict[str, Any]


class ObjectRef(NamedTuple):
    """The identity of an object: its kind by `kinds.key`, its namespace (empty if it has none), its name."""

    kind: str
    namespace: str
    name: str

    @property
    def described(self) -> str:
        """The object's name in messages."""
        return f'{self.kind} "{self.name}" of the namespace "{self.namespace}"'


def ref_of(item: Json) -> ObjectRef:
    """Return the reference of a stored object."""
    metadata = item["metadata"]
    return ObjectRef(kinds.key(item["apiVersion"], item["kind"]), metadata.get("namespace", ""), metadata["name"])


def owner_reference(owner: Json) -> Json:
    """Return the owner reference by which an object names its controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


class Store:
    """The stored objects, with the addresses and names that they use.

    Attributes:
        allocator: the source of addresses and ports; shared by all forks.
        random: the source of names and uids; shared by all forks.
        wishes: whether the pods of a namespace are to be ready, by its name.
        told: whether a single pod is to be ready, by its uid; it overrides the namespace's wish.
        applied: the specs that were applied last, without fields that were changed since by other means.
        changed: the objects that were put or dropped since the fork.
        version: a number that grows with every change.
    """

    def __init__(self, allocator: Allocator, random: Random) -> None:
        self.allocator = allocator
        self.random = random
        self.wishes: dict[str, bool] = {}
        self.told: dict[str, bool] = {}
        self.applied: dict[ObjectRef, Json] = {}
        self.changed: dict[ObjectRef, None] = {}
        self.version = 0
        self._namespaces: dict[str, dict[str, dict[str, Json]]] = {}
        self._private: set[str] = set()
        self._claims: dict[int, ObjectRef] = {}

    def fork(self) -> Store:
        """Return a store with the same content, whose changes do not affect this one."""
        fork = Store(self.allocator, self.random)
        fork.wishes = dict(self.wishes)
        fork.told = dict(self.told)
        fork.applied = dict(self.applied)
        fork.version = self.version
        fork._namespaces = dict(self._namespaces)
        fork._claims = dict(self._claims)
        return fork

    def get(self, ref: ObjectRef) -> Json | None:
        """Return a stored object, or None."""
        return self._table(ref.kind, ref.namespace).get(ref.name)

    def objects(self, kind: str, namespace: str) -> list[Json]:
        """Return the objects of a kind in a namespace, oldest first."""
        return list(self._table(kind, namespace).values())

    def all(self, namespace: str | None = None) -> list[Json]:
        """Return the objects of a namespace (the empty name stands for cluster-scoped ones), or all objects."""
        namespaces = self._namespaces if namespace is None else (namespace,)
        tables = (table for name in namespaces for table in self._namespaces.get(name, {}).values())
        return [item for table in tables for item in table.values()]

    def put(self, item: Json) -> None:
        """Store an object, new or in place of an older one; an equal object changes nothing."""
        ref = ref_of(item)
        before = self.get(ref)
        if before == item:
            return
        self._release(before)
        self._own(ref.namespace).setdefault(ref.kind, {})[ref.name] = item
        self._claims.update(dict.fromkeys(_claims(item), ref))
        self._note(ref)

    def drop(self, item: Json) -> None:
        """Remove an object and release its addresses and ports."""
        ref = ref_of(item)
        self._release(self._own(ref.namespace)[ref.kind].pop(ref.name))
        self.told.pop(item["metadata"]["uid"], None)
        self.applied.pop(ref, None)
        self._note(ref)

    def tell(self, pod: Json, *, ready: bool) -> None:
        """Set whether one pod is to be ready, whatever is wished for its namespace."""
        self.told[pod["metadata"]["uid"]] = ready
        self._note(ref_of(pod))

    def wish(self, namespace: str, *, ready: bool) -> None:
        """Set whether the pods of a namespace are to be ready, also those that were told otherwise or are created later."""
        self.wishes[namespace] = ready
        for pod in self.objects("Pod", namespace):
            self.told.pop(pod["metadata"]["uid"], None)
            self._note(ref_of(pod))

    def wished(self, pod: Json) -> bool:
        """Return whether a pod is to be ready, which it is by default."""
        metadata = pod["metadata"]
        return self.told.get(metadata["uid"], self.wishes.get(metadata["namespace"], True))

    def holder(self, claim: int) -> ObjectRef | None:
        """Return what has an address, as a number, or a node port; as a number, every address is higher than a port."""
        return self._claims.get(claim)

    def in_use(self, claim: int) -> bool:
        """Return whether something has an address, as a number, or a node port."""
        return claim in self._claims

    def new_name(self, kind: str, namespace: str, base: str) -> str:
        """Return a name for a new object of a kind, made as for ``metadata.generateName``."""
        taken = self._table(kind, namespace)
        while (name := naming.generated(base, self.random)) in taken:
            pass
        return name

    def new_metadata(self, name: str, namespace: str = "") -> Json:
        """Return the metadata that the API server gives to a new object."""
        where = {"namespace": namespace} if namespace else {}
        return {"name": name, **where, "uid": naming.new_uid(self.random), "creationTimestamp": naming.timestamp()}

    def _table(self, kind: str, namespace: str) -> Mapping[str, Json]:
        return self._namespaces.get(namespace, {}).get(kind, {})

    def _own(self, namespace: str) -> dict[str, dict[str, Json]]:
        """Return the tables of a namespace, copied at the first change since the fork."""
        if namespace not in self._private:
            self._private.add(namespace)
            tables = self._namespaces.get(namespace, {})
            self._namespaces[namespace] = {kind: dict(table) for kind, table in tables.items()}
        return self._namespaces[namespace]

    def _release(self, item: Json | None) -> None:
        for claim in _claims(item) if item else ():
            self._claims.pop(claim, None)

    def _note(self, ref: ObjectRef) -> None:
        self.version += 1
        self.changed[ref] = None


def _claims(item: Json) -> list[int]:
    spec = item.get("spec") or {}
    match item["apiVersion"], item["kind"]:
        case "v1", "Service":
            addresses = [address for address in spec.get("clusterIPs") or () if address != "None"]
            ports = [port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")]
        case "v1", "Pod" if not spec.get("hostNetwork"):
            addresses = [address["ip"] for address in item["status"].get("podIPs") or ()]
            ports = []
        case _:
            return []
    return [number_of(address) for address in addresses] + ports
