"""Objects that are removed again, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership

#: From this HTTP status on an error does not tell whether the object was made.
_SERVER_ERROR = 500


def make(
    own: Ownership, item: Mapping[str, Any], life: ExitStack, remove: Callable[[], object] | None = None
) -> dict[str, Any]:
    """Create an object, with its removal registered in ``life`` before it is created.

    Args:
        own: what the run has made.
        item: the object.
        life: takes what removes it.
        remove: removes it; None to delete it and not wait.

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
