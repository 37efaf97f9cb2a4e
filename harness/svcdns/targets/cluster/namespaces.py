"""Namespaces: made for a world, deleted without waiting, awaited in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from svcdns.targets.cluster import marks
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch.watching import Watching

#: Pod Security Standards: pods have to fit, and the API server sees to it.
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


class Namespaces:
    """The Namespaces of a run's worlds."""

    def __init__(self, own: Ownership, watching: Watching) -> None:
        """Make ready to make namespaces for a run."""
        self._own = own
        self._watching = watching

    def create(self, namespace: str) -> None:
        """Create a Namespace, and wait until it is seen.

        Raises:
            TargetError: if it exists, or may not be created.
        """
        labels = {marks.RUN: self._own.run, **RESTRICTED}
        metadata = {"name": namespace, "labels": labels}
        self._watching.catch_up(self._own.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))

    def delete(self, namespace: str) -> None:
        """Start deleting a Namespace with all it holds, if it is still the one that was made.

        Raises:
            TargetError: if it may not be deleted.
        """
        self._own.undo("Namespace", namespace)

    def await_gone(self, namespace: str, deadline_seconds: float) -> bool:
        """Wait until a Namespace is not seen any more; whether it is so."""
        return self._watching.wait_for(lambda picture: namespace not in picture.state.namespaces, deadline_seconds)

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Wait until the Namespaces of the run's worlds are gone, whichever process made them.

        Those of a process that died are not being deleted yet.

        Returns:
            a line for each that is still there, with what holds it.
        """
        leaving = set()
        for item in self._own.api.list("Namespace", labels={marks.RUN: self._own.run}):
            metadata = item["metadata"]
            if marks.ROLE not in metadata["labels"] and self._own.has_made(item):
                leaving.add(metadata["name"])
                if "deletionTimestamp" not in metadata:
                    self._own.delete_found(item)
        self._watching.wait_for(lambda picture: leaving.isdisjoint(picture.state.namespaces), deadline_seconds)
        return [line for namespace in sorted(leaving) for line in self._held(namespace)]

    def _held(self, namespace: str) -> Iterator[str]:
        """Why a Namespace is still there, in the words of its controller."""
        if (item := self._own.api.get("Namespace", namespace)) is not None:
            yield f'Namespace "{namespace}" is not gone yet: {holding(item)}'


def holding(item: Mapping[str, Any]) -> str:
    """Why an object that was deleted is still there: in the words of a Namespace's controller, and its finalizers."""
    conditions = (item.get("status") or {}).get("conditions") or ()
    reasons = [one["message"] for one in conditions if one["status"] == "True" and one.get("message")]
    finalizers = item["metadata"].get("finalizers") or ()
    reasons += [f"its own finalizers {', '.join(finalizers)}"] if finalizers else []
    return "; ".join(reasons) or "its controller has not said why"
