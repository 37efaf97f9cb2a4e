"""What faults do to written messages."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rrset
from dns.rdatatype import SRV

from svcdns.faults.fault import Deliver, QueryContext, Rewriting
from svcdns.message import target

_HEADER_OCTETS, _TYPE_AND_CLASS_OCTETS, _DATAGRAM_OCTETS, _STREAM_OCTETS = 12, 4, 512, 65_535

#: Priority, weight and port of an SRV record.
_NUMBERS_OCTETS = 6


def remaking(remake: Callable[[dns.message.Message], None]) -> Deliver:
    """Parse, change and write every message again, however long it becomes."""

    def rewrite(context: QueryContext, wire: bytes) -> bytes:
        del context
        message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)
        remake(message)
        return message.to_wire(max_size=65_535)

    return Rewriting(rewrite)


def flags(*, raised: int = 0, lowered: int = 0) -> Deliver:
    """Set and clear flags in the header of every message."""

    def rewrite(context: QueryContext, wire: bytes) -> bytes:
        del context
        found = int.from_bytes(wire[2:4])
        return wire[:2] + (found & ~lowered | raised).to_bytes(2) + wire[4:]

    return Rewriting(rewrite)


def over(transport: str, deliver: Deliver) -> Deliver:
    """Apply a `Deliver` over one transport only."""
    return lambda context, sendings: deliver(context, sendings) if context.transport == transport else sendings


def uncompressed(context: QueryContext, wire: bytes) -> bytes:
    """Write a message without compression; if it then no longer fits, drop records and set TC."""
    message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)
    opt = _written([message.opt] if message.opt is not None else [])
    takes = max(_DATAGRAM_OCTETS, context.edns or 0) if context.transport == "udp" else _STREAM_OCTETS
    room = takes - len(b"".join(opt))
    found = int.from_bytes(wire[2:4])
    end = _HEADER_OCTETS + len(context.question.name.to_wire() or b"") + _TYPE_AND_CLASS_OCTETS
    body, counts = (wire[_HEADER_OCTETS:end], [1]) if message.question else (b"", [0])
    for section in (message.answer, message.authority, message.additional):
        counts.append(0)
        for record in _written(section):
            if found & dns.flags.TC or _HEADER_OCTETS + len(body) + len(record) > room:
                found |= dns.flags.TC
                break
            body += record
            counts[-1] += 1
    counts[-1] += len(opt)
    return struct.pack("!6H", message.id, found, *counts) + body + b"".join(opt)


def with_compressed_targets(context: QueryContext, wire: bytes) -> bytes:
    """Write a message with pointers in SRV records too, which RFC 2782 forbids."""
    if context.question.type != SRV:
        return wire
    message = dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True)
    sections = (message.answer, message.authority, message.additional)
    file, names = io.BytesIO(), dict[dns.name.Name, int]()
    counts = [len(message.question), *map(len, sections)]
    counts[-1] += message.opt is not None
    file.write(struct.pack("!6H", message.id, message.flags, *counts))
    for question in message.question:
        question.name.to_wire(file, names)
        file.write(struct.pack("!2H", question.rdtype, question.rdclass))
    for rrset in (each for section in sections for each in section):
        rrset.name.to_wire(file, names)
        file.write(struct.pack("!HHIH", rrset.rdtype, rrset.rdclass, rrset.ttl, 0))
        start = file.tell()
        _write_data(rrset[0], file, names)
        end = file.tell()
        file.seek(start - 2)
        file.write((end - start).to_bytes(2))
        file.seek(end)
    if message.opt is not None:
        message.opt.to_wire(file)
    return file.getvalue()


def _write_data(rdata: dns.rdata.Rdata, file: io.BytesIO, names: dict[dns.name.Name, int]) -> None:
    if rdata.rdtype != SRV:
        rdata.to_wire(file, names)
        return
    numbers_and_target = rdata.to_wire() or b""
    file.write(numbers_and_target[:_NUMBERS_OCTETS])
    target(rdata).to_wire(file, names)


def _written(section: Iterable[dns.rrset.RRset]) -> list[bytes]:
    """Write each record of a section on its own."""
    found = []
    for rrset in section:
        file = io.BytesIO()
        rrset.to_wire(file)
        found.append(file.getvalue())
    return found
