"""Whether what a fault does to an answer depends on the questions that were asked before."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from svcdns.errors import HarnessError
from svcdns.faults import QueryContext
from svcdns.faults.proxy import UpstreamReplies

#: What depends on the questions that were asked before, and so on the fault that answered them.
_HISTORY = frozenset({"replica", "number", "earlier", "previous"})


class HistoryNeededError(HarnessError):
    """What a fault does to this answer depends on more than the question."""


class ContextWithoutHistory(QueryContext):
    """A question by itself, as a server without a memory sees it."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        """Return a part of the question itself.

        Raises:
            HistoryNeededError: for any other part.
        """
        if name in _HISTORY:
            raise HistoryNeededError(f"the {name} of a question is not known in advance")
        return super().__getattribute__(name)


def without_history(replies: UpstreamReplies) -> UpstreamReplies:
    """Return replies to a question whose history is not known."""
    if replies.exchange is None:
        return replies
    context = replies.exchange.context
    known = {field.name: getattr(context, field.name) for field in fields(context) if field.name not in _HISTORY}
    return replace(replies, exchange=replace(replies.exchange, context=ContextWithoutHistory(**known)))
