"""The Namespaces of scenarios: created, deleted without waiting, and awaited at the end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcdns.targets.cluster import marks
from svcdns.targets.cluster.namespaces import PRIVILEGED, RESTRICTED, what_holds
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch.watching import Watching


def manifest(run: str, name: str, *, host_network: bool = False) -> dict[str, Any]:
    """Return the Namespace of a scenario as a run creates it."""
    metadata = {"name": name, "labels": {marks.RUN: run, **(PRIVILEGED if host_network else RESTRICTED)}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


class ScenarioNamespaces:
    """The Namespaces that a run makes for its scenarios."""

    def __init__(self, own: Ownership, watching: Watching) -> None:
        """Prepare to create Namespaces for a run."""
        self._own = own
        self._watching = watching

    def create(self, namespace: str, *, host_network: bool = False) -> None:
        """Create a Namespace, and wait until the watches show it.

        Raises:
            TargetError: if it exists, or may not be created.
        """
        self._watching.catch_up(self._own.create(manifest(self._own.run, namespace, host_network=host_network)))

    def delete(self, namespace: str) -> None:
        """Start deleting a Namespace with everything in it, if it is still the one that was made.

        Raises:
            TargetError: if it may not be deleted.
        """
        self._own.undo("Namespace", namespace)

    def await_gone(self, namespace: str, deadline_seconds: float) -> bool:
        """Wait until the watches no longer show a Namespace; return whether they do not."""
        return self._watching.wait_for(lambda view: namespace not in view.state.namespaces, deadline_seconds)

    def await_deleted(self, deadline_seconds: float) -> list[str]:
        """Wait until the Namespaces of the run's scenarios are gone, whichever process made them.

        Those of a process that died are deleted first.

        Returns:
            a line for each that still exists, with what holds it.
        """
        leaving = set()
        for item in self._own.api.list("Namespace", labels={marks.RUN: self._own.run}):
            metadata = item["metadata"]
            if marks.ROLE not in metadata["labels"] and self._own.has_made(item):
                leaving.add(metadata["name"])
                if "deletionTimestamp" not in metadata:
                    self._own.delete_found(item)
        self._watching.wait_for(lambda view: leaving.isdisjoint(view.state.namespaces), deadline_seconds)
        return [line for namespace in sorted(leaving) for line in self._held(namespace)]

    def _held(self, namespace: str) -> Iterator[str]:
        """Yield a line about a Namespace that still exists."""
        if (item := self._own.api.get("Namespace", namespace)) is not None:
            yield f'Namespace "{namespace}" is not gone yet: {what_holds(item)}'
