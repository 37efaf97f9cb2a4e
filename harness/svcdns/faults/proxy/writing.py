"""Between messages and replies: what a server said, and how it would have written something else."""

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
    """A server's message, read as a client reads it."""
    return read(Received(wire), question, transport="tcp", server="", edns=None, seconds=0.0)


def reply(answer: Answer) -> Reply | None:
    """What a message says, or None where it cannot be read."""
    if answer.rcode is None:
        return None
    return Reply(answer.rcode, answer.answer, answer.authority, answer.additional, authoritative="AA" in answer.flags)


def written(query: Query, answer: Answer, said: Reply, limit: int) -> bytes:
    """A reply as the server that gave ``answer`` would have written it, with the id, flags and OPT record of that."""
    message = answer.message
    assert message is not None, "what says nothing is passed on as it is"
    own = message.flags & ~(dns.flags.AA | dns.flags.TC | _RCODE_BITS)
    flags = own | said.rcode & _RCODE_BITS | (dns.flags.AA if said.authoritative else 0)
    sections = [said.answer, said.authority, said.additional]
    return render((message.id, flags), query.section, sections, _opt(answer, said), limit=limit, compress_above=limit)


def _opt(answer: Answer, said: Reply) -> bytes:
    """The server's OPT record, with the part of the response code that it holds."""
    if answer.message is None or answer.message.opt is None:
        return b""
    found = answer.message.opt
    ttl = found.ttl & ~_RCODE_IN_OPT | said.rcode >> 4 << 24
    options = found[0].to_wire() or b""
    return _OPT.pack(0, found.rdtype, found.rdclass, ttl, len(options)) + options
