"""Questions as they travel: reads the header, the question and the OPT record of a message from the network.

Hand-written because it is the first thing that meets whatever a client sends: it accepts exactly what is described here
and answers everything else with `MalformedError`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import dns.edns
import dns.name
import dns.rdatatype

from harness.message import Question

#: Octets of a message's header (RFC 1035, section 4.1.1).
HEADER_OCTETS = 12

#: The bit of an OPT record's TTL that says DNSSEC OK (RFC 3225).
DNSSEC_OK = 0x8000

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


class MalformedError(ValueError):
    """A message that is no question, to be answered with FORMERR."""


class Opt(NamedTuple):
    """The OPT record of a query (RFC 6891, section 6.1); ``options`` are those to be echoed, as they travelled."""

    payload: int
    version: int
    dnssec_ok: bool
    options: bytes


class Query(NamedTuple):
    """A well-formed question; ``section`` is its question section as it travelled."""

    section: bytes
    question: Question
    rdclass: int
    opt: Opt | None


def read(wire: bytes) -> Query:
    """The query in a message of at least `HEADER_OCTETS`; octets after it are ignored, as CoreDNS does.

    Raises:
        MalformedError: if it asks no or several questions, is cut short, carries too many records or two OPT records.
    """
    try:
        _, _, questions, *counts = _HEADER.unpack_from(wire)
        if questions != 1 or any(count > most for count, most in zip(counts, _MOST_RECORDS, strict=True)):
            raise MalformedError
        labels, offset = _labels(wire, HEADER_OCTETS)
        rdtype, rdclass = _PAIR.unpack_from(wire, offset)
        offset += _PAIR.size
        return Query(
            section=wire[HEADER_OCTETS:offset],
            question=Question(dns.name.Name(labels), dns.rdatatype.RdataType(rdtype)),
            rdclass=rdclass,
            opt=_opt(wire, offset, counts) if any(counts) else None,
        )
    except (struct.error, IndexError) as error:
        raise MalformedError from error


def _labels(wire: bytes, offset: int) -> tuple[list[bytes], int]:
    """The labels of the question's name, which has nothing before it to point at, and the offset behind it."""
    labels, start = [], offset
    while length := wire[offset]:
        label = wire[offset + 1 : offset + 1 + length]
        offset += 1 + length
        if length > _LABEL_OCTETS or len(label) < length or offset - start >= _NAME_OCTETS:
            raise MalformedError
        labels.append(label)
    return [*labels, b""], offset + 1


def _opt(wire: bytes, offset: int, counts: list[int]) -> Opt | None:
    """The OPT record among the records behind the question, if there is one."""
    found = None
    before_additional = counts[0] + counts[1]
    for position, (owner, rdtype, payload, ttl, rdata) in enumerate(_records(wire, offset, sum(counts))):
        if position >= before_additional and rdtype == dns.rdatatype.OPT:
            if found or owner != b"\0":
                raise MalformedError
            found = Opt(payload, ttl >> 16 & 0xFF, bool(ttl & DNSSEC_OK), _echoed(rdata))
    return found


def _records(wire: bytes, offset: int, count: int) -> Iterator[tuple[bytes, int, int, int, bytes]]:
    """Each record's owner as it travelled, type, class, TTL and rdata."""
    for _ in range(count):
        start = offset
        offset = _end_of_name(wire, offset)
        owner = wire[start:offset]
        rdtype, rdclass, ttl, length = _RECORD.unpack_from(wire, offset)
        offset += _RECORD.size + length
        if offset > len(wire):
            raise MalformedError
        yield owner, rdtype, rdclass, ttl, wire[offset - length : offset]


def _end_of_name(wire: bytes, offset: int) -> int:
    while length := wire[offset]:
        if length >= _POINTER:
            return offset + 2
        if length > _LABEL_OCTETS:
            raise MalformedError
        offset += 1 + length
    return offset + 1


def _echoed(options: bytes) -> bytes:
    kept, offset = b"", 0
    while offset < len(options):
        code, length = _PAIR.unpack_from(options, offset)
        end = offset + _PAIR.size + length
        if end > len(options):
            raise MalformedError
        if code in ECHOED_OPTIONS:
            kept += options[offset:end]
        offset = end
    return kept
