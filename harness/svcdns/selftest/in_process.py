"""A channel to a DNS server of this process, without a socket and without waiting for an answer that never comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from svcdns.client import Discarded, Received, Transport, objection


@dataclass(frozen=True, slots=True)
class InProcessChannel:
    """A `Channel` that passes messages to a function and takes what it returns.

    Which replies are answers is decided as for any other channel.

    Attributes:
        server: the server's name in evidence.
        respond: returns everything that the server sends for a message.
    """

    server: str
    respond: Callable[[bytes, Transport], Sequence[bytes]]

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Pass messages on, one after the other; if no answer comes back at once, none will come within any time."""
        return [self._exchanged(wire, transport, timeout_seconds) for wire in wires]

    def _exchanged(self, wire: bytes, transport: Transport, timeout_seconds: float) -> Received:
        discarded: list[Discarded] = []
        for reply in self.respond(wire, transport):
            reason = objection(wire, reply)
            if reason is None:
                return Received(reply, tuple(discarded))
            discarded.append(Discarded(reply, reason))
        return Received(None, tuple(discarded), f"no answer within {timeout_seconds} s")
