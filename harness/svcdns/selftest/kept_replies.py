"""Replies that are made once, as long as they would be the same again: promises that are kept are asked again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from svcdns.client import Transport

#: Returns what a server sends for a message.
Respond = Callable[[bytes, Transport], tuple[bytes, ...]]

_ID_OCTETS = 2


@dataclass(frozen=True, slots=True)
class _Replies:
    query_id: int
    wires: tuple[bytes, ...]

    def to(self, query: bytes) -> tuple[bytes, ...]:
        """The same replies to a query with another id; a reply with a wrong one stays wrong."""
        difference = self.query_id ^ _id(query)
        return tuple((_id(wire) ^ difference).to_bytes(_ID_OCTETS) + wire[_ID_OCTETS:] for wire in self.wires)


class KeptReplies:
    """The replies of a server, kept until its state changes."""

    def __init__(self, respond: Respond, state: Callable[[], object], can_keep: Callable[[], bool]) -> None:
        """Know no reply yet.

        Args:
            respond: makes a reply.
            state: returns another object after each change.
            can_keep: whether the server answers a query as it did before.
        """
        self._respond = respond
        self._state = state
        self._can_keep = can_keep
        self._answered_from: object = None
        self._known: dict[tuple[bytes, Transport], _Replies] = {}

    def __call__(self, wire: bytes, transport: Transport) -> tuple[bytes, ...]:
        """Return what the client gets for a message."""
        if (state := self._state()) is not self._answered_from:
            self._answered_from = state
            self.forget()
        query = (wire[_ID_OCTETS:], transport)
        if query in self._known and self._can_keep():
            return self._known[query].to(wire)
        wires = self._respond(wire, transport)
        if self._can_keep() and len(wire) >= _ID_OCTETS <= min(map(len, wires), default=_ID_OCTETS):
            self._known[query] = _Replies(_id(wire), wires)
        return wires

    def forget(self) -> None:
        """Make each reply anew."""
        self._known.clear()


def _id(message: bytes) -> int:
    return int.from_bytes(message[:_ID_OCTETS])
