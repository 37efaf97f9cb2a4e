"""What an API server may cost: time and memory, however it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import httpx2

_MIB = 2**20

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(octet for octet in range(256) if octet not in b"[]{}")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one API server's answers.

    Kubernetes promises to work with 5,000 nodes and 150,000 pods (its scalability thresholds), and an object is at most
    1.5 MiB in etcd. A page of 500 pods has 5 MB, one of full EndpointSlices 20 MB, and 100,000 EndpointSlices have 250 MB.

    Attributes:
        request_seconds: for one answer as a whole, however steadily it comes: a page of 20 MB over 2 Mbit/s.
        list_seconds: for all pages of a list.
        octets: of one answer, decompressed.
        values: of one answer's JSON. A value costs up to a hundred octets of memory and may take two to write.
        levels: of JSON, one in the other. Kubernetes' own kinds have at most 30.
        line_octets: of one event of a watch.
        watch_octets: of a watch, before it begins anew with a list: what it has told is kept.
        pages: of a list, of 500 objects each.
        kept_octets: of what is kept of a list, as JSON.
        kept_values: of what is kept of a list.
        farewell_seconds: for each request that is under way, or yet to come, once the run was interrupted.
    """

    request_seconds: float = 120.0
    list_seconds: float = 300.0
    octets: int = 64 * _MIB
    values: int = 4_000_000
    levels: int = 200
    line_octets: int = 16 * _MIB
    watch_octets: int = 256 * _MIB
    pages: int = 1_000
    kept_octets: int = 256 * _MIB
    kept_values: int = 8_000_000
    farewell_seconds: float = 2.0


#: The limits of every API server.
LIMITS = Limits()


class LimitError(httpx2.TransportError):
    """An answer is beyond its limits; the words go after the name of who answers."""


def values(octets: bytes) -> int:
    """At least how many values JSON has, without reading it: each begins at a comma or a bracket, but for the first."""
    return octets.count(b",") + octets.count(b"[") + octets.count(b"{") + 1


def check_json(octets: bytes, limits: Limits) -> None:
    """See that JSON can be read within limits.

    Raises:
        LimitError: if it has too many values or levels.
    """
    if values(octets) > limits.values:
        raise LimitError(f"answers JSON of more than {limits.values:,} values")
    if octets.count(b"[") + octets.count(b"{") > limits.levels and _levels(octets) > limits.levels:
        raise LimitError(f"answers JSON of more than {limits.levels} levels, one in the other")


def lines(pieces: Iterable[bytes], most_octets: int) -> Iterator[bytes]:
    """Lines of what comes in pieces, without their ends; also the last one, which may have none.

    Raises:
        LimitError: if one is too long.
    """
    begun = bytearray()
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for end in whole:
            yield bytes(_longer(begun, end, most_octets))
            begun.clear()
        _longer(begun, rest, most_octets)
    if begun:
        yield bytes(begun)


def _longer(begun: bytearray, end: bytes, most_octets: int) -> bytearray:
    begun += end
    if len(begun) > most_octets:
        raise LimitError(f"sends one event of more than {size(most_octets)}")
    return begun


def size(octets: int) -> str:
    """A number of octets for people."""
    return f"{octets // _MIB} MiB" if octets >= _MIB else f"{octets} octets"


def _levels(octets: bytes) -> int:
    """How many levels JSON has; of what is no JSON, no fewer than whoever reads it meets."""
    level = deepest = 0
    for octet in _STRING.sub(b"", octets).translate(None, _NOT_BRACKETS):
        level += 1 if octet in b"[{" else -1
        deepest = max(deepest, level)
    return deepest
