"""A way to a DNS server of this process that needs no socket, and no waiting for an answer that never comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from svcdns.client import Discarded, Received, Transport, objection


@dataclass(frozen=True, slots=True)
class Straight:
    """Hands messages over and takes what comes back: a `Channel`.

    What is an answer and what is not is decided as for any other channel.

    Attributes:
        server: what to call the server.
        say: everything that the server sends for a message.
    """

    server: str
    say: Callable[[bytes, Transport], Sequence[bytes]]

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Hands messages over, one after the other; where no answer comes back, none would within any time."""
        return [self._exchanged(wire, transport, timeout_seconds) for wire in wires]

    def _exchanged(self, wire: bytes, transport: Transport, timeout_seconds: float) -> Received:
        discarded: list[Discarded] = []
        for reply in self.say(wire, transport):
            reason = objection(wire, reply)
            if reason is None:
                return Received(reply, tuple(discarded))
            discarded.append(Discarded(reply, reason))
        return Received(None, tuple(discarded), f"no answer within {timeout_seconds} s")
