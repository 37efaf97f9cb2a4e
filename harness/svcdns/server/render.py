"""Answers for the wire: a message within a size, compressed and truncated as CoreDNS does it.

dnspython's renderer is not used because its compression compares names without case: an owner name that differs from
the question's in case alone would come back in the question's spelling.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import dns.flags
import dns.name
import dns.rdata
import dns.rdataclass
from dns.rdatatype import RdataType

from svcdns.message import Record

# A compression pointer has 14 bits (RFC 1035, section 4.1.4).
_FIRST_UNREACHABLE = 0x4000
_POINTER = 0xC000
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_LENGTH = struct.Struct("!H")
_TYPE_AND_CLASS_OCTETS = 4

#: Rdata that holds names, in the parts it is written as. Names are compressed in the types of RFC 1035 alone.
_PARTS: dict[RdataType, Callable[[Any], tuple[bytes | dns.name.Name, ...]]] = {
    RdataType.CNAME: lambda rdata: (rdata.target,),
    RdataType.NS: lambda rdata: (rdata.target,),
    RdataType.PTR: lambda rdata: (rdata.target,),
    RdataType.MX: lambda rdata: (_LENGTH.pack(rdata.preference), rdata.exchange),
    RdataType.SRV: lambda rdata: (struct.pack("!3H", rdata.priority, rdata.weight, rdata.port), rdata.target),
    RdataType.SOA: lambda rdata: (
        rdata.mname,
        rdata.rname,
        struct.pack("!5I", rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum),
    ),
}


def render(
    header: tuple[int, int],
    question: bytes,
    sections: Sequence[Sequence[Record]],
    opt: bytes,
    *,
    limit: int,
    compress_above: int,
) -> bytes:
    """Return an answer of at most ``limit`` octets (CoreDNS ``request.Scrub``, miekg/dns ``Msg.Truncate``; L06 to L09).

    An answer that fits without compression, and is no longer than ``compress_above``, is written without. Otherwise
    names are compressed, and from the first record that does not fit everything is left out and TC is set, whichever
    section it is in. OPT is always kept.

    Args:
        header: the id and the flags.
        question: the question section as it travelled.
        sections: answer, authority and additional.
        opt: the OPT record, or nothing.
        limit: octets that the client can take.
        compress_above: octets from which a datagram would be fragmented.
    """
    room = limit - len(opt)
    plain = _Message(question, compressing=False)
    if plain.fill(sections, room) and len(plain.wire) + len(opt) <= compress_above:
        return plain.finish(header, opt)
    compressed = _Message(question, compressing=True)
    whole = compressed.fill(sections, room)
    ident, flags = header
    return compressed.finish((ident, flags if whole else flags | dns.flags.TC), opt)


class _Message:
    """A message being written."""

    __slots__ = ("_compressing", "_counts", "_offsets", "wire")

    def __init__(self, question: bytes, *, compressing: bool) -> None:
        self._compressing = compressing
        self._counts = [0, 0, 0]
        self._offsets: dict[bytes, int] = {}
        self.wire = bytearray(_HEADER.size)
        self._write_name(question[:-_TYPE_AND_CLASS_OCTETS])
        self.wire += question[-_TYPE_AND_CLASS_OCTETS:]

    def fill(self, sections: Sequence[Sequence[Record]], room: int) -> bool:
        """Write records up to the first that exceeds ``room`` octets; return whether all were written."""
        for index, records in enumerate(sections):
            for record in records:
                start = len(self.wire)
                self._write_record(record)
                if len(self.wire) > room:
                    del self.wire[start:]
                    return False
                self._counts[index] += 1
        return True

    def finish(self, header: tuple[int, int], opt: bytes) -> bytes:
        """Return the message with its header and its OPT record."""
        answers, authorities, additionals = self._counts
        _HEADER.pack_into(self.wire, 0, *header, 1, answers, authorities, additionals + bool(opt))
        return bytes(self.wire + opt)

    def _write_record(self, record: Record) -> None:
        rdtype = record.rdata.rdtype
        self._write_name(_octets(record.owner))
        self.wire += _RECORD.pack(rdtype, dns.rdataclass.IN, record.ttl, 0)
        start = len(self.wire)
        parts = _PARTS.get(rdtype)
        for part in parts(record.rdata) if parts else (_octets(record.rdata),):
            if isinstance(part, dns.name.Name):
                self._write_name(_octets(part), pointing=rdtype != RdataType.SRV)
            else:
                self.wire += part
        _LENGTH.pack_into(self.wire, start - _LENGTH.size, len(self.wire) - start)

    def _write_name(self, name: bytes, *, pointing: bool = True) -> None:
        """Write a name; one that is not ``pointing`` is written in full, and later names may point into it."""
        start, offset = len(self.wire), 0
        while self._compressing and name[offset]:
            suffix = name[offset:]
            known = self._offsets.get(suffix)
            if known is None:
                if start + offset < _FIRST_UNREACHABLE:
                    self._offsets[suffix] = start + offset
            elif pointing:
                self.wire += name[:offset] + _LENGTH.pack(_POINTER | known)
                return
            offset += 1 + name[offset]
        self.wire += name


def _octets(item: dns.name.Name | dns.rdata.Rdata) -> bytes:
    """Return a name or rdata in wire format, uncompressed."""
    wire = item.to_wire()
    assert wire is not None, "it was given no file to write to"
    return wire
