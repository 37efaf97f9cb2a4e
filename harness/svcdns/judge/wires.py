"""What a parsed message does not show: how it was written."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import dns.rdatatype

_HEADER_OCTETS, _TYPE_AND_CLASS_OCTETS = 12, 4
_COUNTS = struct.Struct("!4H")
_RECORD = struct.Struct("!HHIH")
_POINTER = 0xC0

#: Octets before the target in the data of an SRV record: priority, weight and port.
_BEFORE_TARGET = 6


def compressed_srv_targets(wire: bytes) -> int:
    """Return how many SRV records of a well-formed message have a target that ends in a pointer, which RFC 2782 forbids."""
    return sum(
        type_ == dns.rdatatype.SRV and _end_of_name(wire, start + _BEFORE_TARGET)[1] for type_, start in _records(wire)
    )


def _records(wire: bytes) -> Iterator[tuple[int, int]]:
    """Yield the type of each record, and where its data begin; of a message that is cut off, those that are there."""
    questions, *records = _COUNTS.unpack_from(wire, _HEADER_OCTETS - _COUNTS.size)
    offset = _HEADER_OCTETS
    for _ in range(questions):
        offset = _end_of_name(wire, offset)[0] + _TYPE_AND_CLASS_OCTETS
    for _ in range(sum(records)):
        if offset >= len(wire):
            return
        offset = _end_of_name(wire, offset)[0]
        type_, _, _, length = _RECORD.unpack_from(wire, offset)
        offset += _RECORD.size
        yield type_, offset
        offset += length


def _end_of_name(wire: bytes, offset: int) -> tuple[int, bool]:
    """Return where a name ends, and whether it ends in a pointer."""
    while length := wire[offset]:
        if length >= _POINTER:
            return offset + 2, True
        offset += 1 + length
    return offset + 1, False
