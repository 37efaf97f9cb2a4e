"""The requests that change a cluster. Only `ownership` sends them, since it knows what the run made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from svcdns.targets.cluster.apiserver.api import Api, Item, Items
from svcdns.targets.cluster.apiserver.discovery import Resource


class ApiObjectRef(NamedTuple):
    """What a request for an object has to name."""

    resource: Resource
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return the object as messages name it."""
        where = f' in the namespace "{self.namespace}"' if self.namespace else ""
        return f'{self.resource.kind} "{self.name}"{where}'


def ref_of(api: Api, item: Mapping[str, Any]) -> ApiObjectRef:
    """Return what a request for a decoded object has to name."""
    metadata = item["metadata"]
    resource = api.resource(item["kind"], item["apiVersion"])
    namespace = (metadata.get("namespace") or "") if resource.namespaced else ""
    return ApiObjectRef(resource, namespace, metadata.get("name") or "")


def create(api: Api, item: Mapping[str, Any], *, dry_run: bool = False) -> Item:
    """Create an object.

    Raises:
        RefusedError: with code 409 also where an object of its name exists.
    """
    return api.client.create(api.resource(item["kind"], item["apiVersion"]), item, dry_run=dry_run)


def apply(api: Api, item: Mapping[str, Any], *, dry_run: bool = False) -> Item:
    """Give an object these fields by server-side apply; an unknown field is refused.

    Raises:
        RefusedError: with code 409 also where the object of its name has another uid than ``item`` names.
    """
    return api.client.apply(api.resource(item["kind"], item["apiVersion"]), item, dry_run=dry_run)


def patch(
    api: Api,
    ref: ApiObjectRef,
    change: Mapping[str, Any] | Items,
    *,
    subresource: str = "",
    strategic: bool = False,
) -> Item:
    """Change an object or its subresource by JSON patch operations, a merge patch or a strategic merge patch.

    Raises:
        RefusedError: with code 409 also where the object has another uid or version than the change names.
    """
    return api.client.patch(ref.resource, ref.name, ref.namespace, change, subresource, strategic=strategic)


def delete(
    api: Api, ref: ApiObjectRef, uid: str, *, grace_seconds: int | None = None, foreground: bool = False
) -> bool:
    """Start deleting the object of a uid; return False where no object has its name.

    Args:
        api: the API.
        ref: the object.
        uid: which object of that name is meant.
        grace_seconds: how long a pod may take to end, or None for what its spec says.
        foreground: whether the object stays until everything that it owns is gone.

    Raises:
        RefusedError: with code 409 also where another object has its name by now.
    """
    return api.client.delete(ref.resource, ref.name, ref.namespace, uid, grace_seconds, foreground=foreground)
