"""The requests that change a cluster. `ownership` alone makes them: it knows what is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from svcdns.targets.cluster.apiserver.api import Api, Item, Items
from svcdns.targets.cluster.apiserver.discovery import Resource


class Place(NamedTuple):
    """Where an object is: what a request for it has to name."""

    resource: Resource
    namespace: str
    name: str

    def __str__(self) -> str:
        """The object as messages call it."""
        where = f' in the namespace "{self.namespace}"' if self.namespace else ""
        return f'{self.resource.kind} "{self.name}"{where}'


def place_of(api: Api, item: Mapping[str, Any]) -> Place:
    """Where a decoded object is."""
    metadata = item["metadata"]
    resource = api.resource(item["kind"], item["apiVersion"])
    return Place(resource, (metadata.get("namespace") or "") if resource.namespaced else "", metadata.get("name") or "")


def create(api: Api, item: Mapping[str, Any], *, dry_run: bool = False) -> Item:
    """Create an object.

    Raises:
        RefusedError: also with code 409 where one of its name exists.
    """
    return api.client.create(api.resource(item["kind"], item["apiVersion"]), item, dry_run=dry_run)


def apply(api: Api, item: Mapping[str, Any], *, dry_run: bool = False) -> Item:
    """Server-side apply: give an object these fields; an unknown field is refused.

    Raises:
        RefusedError: also with code 409 where the object of its name has another uid than ``item`` says.
    """
    return api.client.apply(api.resource(item["kind"], item["apiVersion"]), item, dry_run=dry_run)


def patch(
    api: Api,
    place: Place,
    change: Mapping[str, Any] | Items,
    *,
    subresource: str = "",
    strategic: bool = False,
) -> Item:
    """Change an object or its subresource, by JSON patch operations, a merge patch or a strategic merge patch.

    Raises:
        RefusedError: also with code 409 where the object has another uid or version than the change says.
    """
    return api.client.patch(place.resource, place.name, place.namespace, change, subresource, strategic=strategic)


def delete(api: Api, place: Place, uid: str, *, grace_seconds: int | None = None, foreground: bool = False) -> bool:
    """Start deleting the object of a uid; False where there is none of its name.

    Args:
        api: the API.
        place: where it is.
        uid: which object of that name is meant.
        grace_seconds: what a pod gets to end, or None for what it asks for.
        foreground: whether the object stays until all that it owns is gone.

    Raises:
        RefusedError: also with code 409 where another object has its name by now.
    """
    return api.client.delete(place.resource, place.name, place.namespace, uid, grace_seconds, foreground=foreground)
