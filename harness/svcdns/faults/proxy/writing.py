"""Messages read as replies, and other replies written as the same server would have written them."""

from __future__ import annotations

import struct

import dns.flags

from svcdns.client import Answer, Received, read
from svcdns.message import Question, Reply
from svcdns.server.query import Query
from svcdns.server.render import render

_OPT = struct.Struct("!BHHIH")
_RCODE_BITS = 0xF
_RCODE_IN_OPT = 0xFF << 24


def parsed(wire: bytes, question: Question) -> Answer:
    """Read a server's message as a client reads it."""
    return read(Received(wire), question, transport="tcp", server="", edns=None, seconds=0.0)


def reply_of(answer: Answer) -> Reply | None:
    """Return the content of an answer, or None if it cannot be read."""
    if answer.rcode is None:
        return None
    return Reply(answer.rcode, answer.answer, answer.authority, answer.additional, authoritative="AA" in answer.flags)


def written(query: Query, answer: Answer, reply: Reply, limit: int) -> bytes:
    """Write a reply as the server that gave ``answer`` would have: with the id, the flags and the OPT record of that answer."""
    message = answer.message
    assert message is not None, "an answer that cannot be read is passed on unchanged"
    own = message.flags & ~(dns.flags.AA | dns.flags.TC | _RCODE_BITS)
    flags = own | reply.rcode & _RCODE_BITS | (dns.flags.AA if reply.authoritative else 0)
    sections = [reply.answer, reply.authority, reply.additional]
    return render((message.id, flags), query.section, sections, _opt(answer, reply), limit=limit, compress_above=limit)


def _opt(answer: Answer, reply: Reply) -> bytes:
    """Return the server's OPT record, with the part of the rcode that it holds."""
    if answer.message is None or answer.message.opt is None:
        return b""
    found = answer.message.opt
    ttl = found.ttl & ~_RCODE_IN_OPT | reply.rcode >> 4 << 24
    options = found[0].to_wire() or b""
    return _OPT.pack(0, found.rdtype, found.rdclass, ttl, len(options)) + options
