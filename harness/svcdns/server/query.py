"""Queries from the wire: the header, the question and the OPT record of a message.

The reader is hand-written because it is the first to meet whatever a client sends: it accepts exactly what is described
here and raises `MalformedQueryError` for everything else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import dns.edns
import dns.name
import dns.rdatatype

from svcdns.message import Question

#: Octets of a message's header (RFC 1035, section 4.1.1).
HEADER_OCTETS = 12

#: The bits of an OPT record's TTL that CoreDNS sends back: DNSSEC OK (RFC 3225) and the seven beside it (``SizeAndDo``).
ECHOED_FLAGS = 0xFF00

#: Options that CoreDNS sends back as they came; every other one is dropped (behaviour L04, its ``request/edns0.go``).
ECHOED_OPTIONS = frozenset(
    {
        dns.edns.OptionType.NSID,
        dns.edns.OptionType.COOKIE,
        dns.edns.OptionType.PADDING,
        9,  # EXPIRE (RFC 7314), which dnspython does not name
        11,  # TCP-KEEPALIVE (RFC 7828), likewise
    }
)

# How many records a query may carry beside its question: a NOTIFY's SOA, an IXFR's SOA, OPT and TSIG (behaviour G13).
_MOST_RECORDS = (1, 1, 2)
_LABEL_OCTETS, _NAME_OCTETS, _POINTER = 63, 255, 0xC0
_HEADER = struct.Struct("!6H")
_PAIR = struct.Struct("!HH")
_RECORD = struct.Struct("!HHIH")


class MalformedQueryError(ValueError):
    """The message is not a query, so the answer is FORMERR.

    Attributes:
        section: its question section, where only what follows it cannot be read.
    """

    def __init__(self, section: bytes = b"") -> None:
        self.section = section


class EmptyQueryError(ValueError):
    """A header that announces a question is all there is of the message, so the answer is SERVFAIL."""


class QueryOpt(NamedTuple):
    """The OPT record of a query (RFC 6891, section 6.1); ``flags`` and ``options`` are the ones to echo."""

    payload: int
    version: int
    flags: int
    options: bytes


class Query(NamedTuple):
    """A well-formed query; ``section`` is its question section as received."""

    section: bytes
    question: Question
    rdclass: int
    opt: QueryOpt | None


def read(wire: bytes) -> Query:
    """Return the query in a message of at least `HEADER_OCTETS`; octets after it are ignored.

    It is as lenient as miekg/dns (``Msg.unpack``), with which CoreDNS reads: a message may end after the name or the type
    of its question, whose missing part is then zero, and before any record that it announces.

    Raises:
        MalformedQueryError: if it asks no or several questions, is cut short within a part, or carries too many records.
        EmptyQueryError: if it ends behind its header.
    """
    _, _, questions, *counts = _HEADER.unpack_from(wire)
    if questions != 1 or any(count > most for count, most in zip(counts, _MOST_RECORDS, strict=True)):
        raise MalformedQueryError
    if len(wire) == HEADER_OCTETS:
        raise EmptyQueryError
    labels, offset = _labels(wire, HEADER_OCTETS)
    tail = wire[offset : offset + _PAIR.size]
    if len(tail) % 2:
        raise MalformedQueryError
    section = wire[HEADER_OCTETS:offset] + tail.ljust(_PAIR.size, b"\0")
    rdtype, rdclass = _PAIR.unpack(section[-_PAIR.size :])
    try:
        opt = _opt(wire, offset + len(tail), counts) if any(counts) else None
    except (MalformedQueryError, struct.error, IndexError) as error:
        raise MalformedQueryError(section) from error
    return Query(section, Question(dns.name.Name(labels), dns.rdatatype.RdataType(rdtype)), rdclass, opt)


def _labels(wire: bytes, offset: int) -> tuple[list[bytes], int]:
    """Return the labels of the question's name, which cannot point to an earlier one, and the offset after it."""
    labels, start = [], offset
    while length := _octet(wire, offset):
        label = wire[offset + 1 : offset + 1 + length]
        offset += 1 + length
        if length > _LABEL_OCTETS or len(label) < length or offset - start >= _NAME_OCTETS:
            raise MalformedQueryError
        labels.append(label)
    return [*labels, b""], offset + 1


def _octet(wire: bytes, offset: int) -> int:
    if offset >= len(wire):
        raise MalformedQueryError
    return wire[offset]


def _opt(wire: bytes, offset: int, counts: list[int]) -> QueryOpt | None:
    """Return the last OPT record in the additional section, whatever its owner name (miekg/dns ``IsEdns0``), or None."""
    found = None
    before_additional = counts[0] + counts[1]
    for position, (rdtype, payload, ttl, rdata) in enumerate(_records(wire, offset, sum(counts))):
        if rdtype == dns.rdatatype.OPT:
            opt = QueryOpt(payload, ttl >> 16 & 0xFF, ttl & ECHOED_FLAGS, _echoed(rdata))
            found = opt if position >= before_additional else found
    return found


def _records(wire: bytes, offset: int, count: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Return the position, type, class, TTL and rdata of each record that is there."""
    for _ in range(count):
        if offset == len(wire):
            return
        offset = _end_of_name(wire, offset)
        rdtype, rdclass, ttl, length = _RECORD.unpack_from(wire, offset)
        offset += _RECORD.size + length
        if offset > len(wire):
            raise MalformedQueryError
        yield rdtype, rdclass, ttl, wire[offset - length : offset]


def _end_of_name(wire: bytes, offset: int) -> int:
    while length := wire[offset]:
        if length >= _POINTER:
            return offset + 2
        if length > _LABEL_OCTETS:
            raise MalformedQueryError
        offset += 1 + length
    return offset + 1


def _echoed(options: bytes) -> bytes:
    kept, offset = b"", 0
    while offset < len(options):
        code, length = _PAIR.unpack_from(options, offset)
        end = offset + _PAIR.size + length
        if end > len(options):
            raise MalformedQueryError
        if code in ECHOED_OPTIONS:
            kept += options[offset:end]
        offset = end
    return kept
