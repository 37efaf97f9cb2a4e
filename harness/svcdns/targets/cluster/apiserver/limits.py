"""The limits of what an API server may cost, in time and memory, however it responds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import httpx2

_MIB = 2**20

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(octet for octet in range(256) if octet not in b"[]{}")


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """The limits of one API server's responses.

    Kubernetes supports 5,000 nodes and 150,000 pods (its scalability thresholds), and an object has at most 1.5 MiB in
    etcd. A page of 500 pods has 5 MB, a page of full EndpointSlices 20 MB, and 100,000 EndpointSlices have 250 MB.

    Attributes:
        request_seconds: for one whole response, however steadily it comes: a page of 20 MB over 2 Mbit/s.
        list_seconds: for all pages of a list.
        octets: of one response, decompressed.
        values: of one response's JSON. A value may take two octets to write, and up to a hundred in memory.
        levels: of nested JSON. Kubernetes' own kinds have at most 30.
        line_octets: of one event of a watch.
        watch_octets: of a whole watch, since its events are kept; after that the objects are listed again.
        pages: of a list, of 500 objects each.
        kept_octets: of the fields of a list that are kept, as JSON.
        kept_values: of the fields of a list that are kept.
        farewell_seconds: for each request, under way or to come, after the run was interrupted.
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
LIMITS = ApiLimits()


class LimitError(httpx2.TransportError):
    """A response exceeds the limits. The message continues a sentence that begins with the server's name."""


def values(octets: bytes) -> int:
    """Return an upper bound of the values in JSON, without decoding it: each value but the first follows a comma or a bracket."""
    return octets.count(b",") + octets.count(b"[") + octets.count(b"{") + 1


def check_json(octets: bytes, limits: ApiLimits) -> None:
    """Check that JSON can be decoded within limits.

    Raises:
        LimitError: if it has too many values or levels.
    """
    if values(octets) > limits.values:
        raise LimitError(f"sent JSON of more than {limits.values:,} values")
    if octets.count(b"[") + octets.count(b"{") > limits.levels and _levels(octets) > limits.levels:
        raise LimitError(f"sent JSON of more than {limits.levels} nested levels")


def lines(pieces: Iterable[bytes], most_octets: int) -> Iterator[bytes]:
    """Yield the lines of a text that comes in pieces, without their line ends; the last line may have none.

    Raises:
        LimitError: if a line is too long.
    """
    line = bytearray()
    for piece in pieces:
        *ends, rest = piece.split(b"\n")
        for end in ends:
            yield bytes(_longer(line, end, most_octets))
            line.clear()
        _longer(line, rest, most_octets)
    if line:
        yield bytes(line)


def _longer(line: bytearray, end: bytes, most_octets: int) -> bytearray:
    line += end
    if len(line) > most_octets:
        raise LimitError(f"sent one event of more than {size(most_octets)}")
    return line


def size(octets: int) -> str:
    """Return a number of octets as people write it."""
    return f"{octets // _MIB} MiB" if octets >= _MIB else f"{octets} octets"


def _levels(octets: bytes) -> int:
    """Return the levels of nested JSON; of octets that are not JSON, at least as many as a decoder would meet."""
    level = deepest = 0
    for octet in _STRING.sub(b"", octets).translate(None, _NOT_BRACKETS):
        level += 1 if octet in b"[{" else -1
        deepest = max(deepest, level)
    return deepest
