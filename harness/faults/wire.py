"""Wrong messages: ids, questions, EDNS, truncation, ports and connections."""

from __future__ import annotations

from harness.faults.changes import rewriting
from harness.faults.fault import Asked, Fault


def _another_id(asked: Asked, wire: bytes) -> bytes:
    del asked
    return bytes([wire[0] ^ 0xFF, wire[1]]) + wire[2:]


FAULTS = (
    Fault(
        "wrong-id",
        "Answers carry another id than their questions.",
        ("L24",),
        deliver=rewriting(_another_id),
    ),
)
