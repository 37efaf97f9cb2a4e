"""Objects outside the scenarios' Namespaces, which are removed whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership

#: After an HTTP status from this one on, the object may have been created.
_SERVER_ERROR = 500


def make(
    own: Ownership, item: Mapping[str, Any], life: ExitStack, remove: Callable[[], object] | None = None
) -> dict[str, Any]:
    """Create an object; its removal is registered in ``life`` first.

    Args:
        own: the objects of the run.
        item: the object.
        life: removes the object at its end.
        remove: removes the object; None to delete it without waiting.

    Raises:
        RefusedError: if the API server refuses the object; then there is nothing to remove.
    """
    metadata = item["metadata"]
    with ExitStack() as undoing:
        if remove is None:
            undoing.callback(own.undo, item["kind"], metadata["name"], metadata.get("namespace", ""))
        else:
            undoing.callback(remove)
        try:
            made = own.create(item)
        except RefusedError as error:
            if error.code < _SERVER_ERROR:
                undoing.pop_all()
            raise
        life.enter_context(undoing.pop_all())
    return made
