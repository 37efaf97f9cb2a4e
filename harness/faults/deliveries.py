"""What faults do to messages that are written."""

from __future__ import annotations

from collections.abc import Callable

import dns.message

from harness.faults.fault import Asked, Deliver, Rewriting


def remaking(remake: Callable[[dns.message.Message], None]) -> Deliver:
    """Every message is taken apart, changed and written again, however long it becomes."""

    def rewrite(asked: Asked, wire: bytes) -> bytes:
        del asked
        message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)
        remake(message)
        return message.to_wire(max_size=65_535)

    return Rewriting(rewrite)


def flags(*, raised: int = 0, lowered: int = 0) -> Deliver:
    """Every message has some flags of its header set and others not."""

    def rewrite(asked: Asked, wire: bytes) -> bytes:
        del asked
        found = int.from_bytes(wire[2:4])
        return wire[:2] + (found & ~lowered | raised).to_bytes(2) + wire[4:]

    return Rewriting(rewrite)


def over(transport: str, deliver: Deliver) -> Deliver:
    """Only over one transport."""
    return lambda asked, sendings: deliver(asked, sendings) if asked.transport == transport else sendings
