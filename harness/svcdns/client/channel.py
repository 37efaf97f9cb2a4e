"""Channels to a DNS server: octets out, octets back, and messages that were not answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import dns.flags
from dns.rcode import Rcode

from svcdns.message import Transport

#: For each question, at most this many messages that were not answers are kept, so a flood of them costs no memory.
MOST_DISCARDED = 16

_HEADER_OCTETS = 12
_LABEL_OCTETS = 63
_TYPE_AND_CLASS_OCTETS = 4
_RCODE_BITS = 0xF

# With these rcodes a server may omit a question that it could not or would not read.
_WITHOUT_QUESTION = frozenset({Rcode.FORMERR, Rcode.SERVFAIL, Rcode.NOTIMP, Rcode.REFUSED})


@dataclass(frozen=True, slots=True)
class Discarded:
    """A message that came instead of an answer, and why it is not one."""

    wire: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to one question as received, ``wire``, or None and the ``failure`` in words.

    ``discarded`` has the first `MOST_DISCARDED` messages that were not answers.
    """

    wire: bytes | None
    discarded: tuple[Discarded, ...] = ()
    failure: str | None = None


class Channel(Protocol):
    """A way to one DNS server."""

    @property
    def server(self) -> str:
        """The server as ``address:port``, or ``[address]:port`` for IPv6."""

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Send messages and return their answers, in the order of the messages.

        Nothing is sent twice. Over UDP every message has a socket, and so a source port, of its own; over TCP all share
        one connection and may be answered in any order.

        Args:
            wires: the messages, which need not be well-formed.
            transport: what to send them over.
            timeout_seconds: how long to wait for each answer.
        """


def objection(query: bytes, reply: bytes) -> str | None:
    """Return why a message is not a response to a query, or None if it is one (RFC 5452, section 9.1).

    Names are compared without case: tests judge whether a server keeps the case of the question. A query whose own
    question cannot be read is matched by its id alone.
    """
    if len(reply) < _HEADER_OCTETS:
        return "shorter than a header"
    if not reply[2] & dns.flags.QR >> 8:
        return "not a reply"
    if reply[:2] != query[:2]:
        return f"another id: {reply[:2].hex()} instead of {query[:2].hex()}"
    asked, echoed = _questions(query), _questions(reply)
    if echoed is None:
        return "malformed question section"
    if asked is None or asked == echoed or (not echoed and reply[3] & _RCODE_BITS in _WITHOUT_QUESTION):
        return None
    return "another question" if echoed else "no question"


def in_words(error: OSError) -> str:
    """Return what went wrong on the network, for `Received.failure`."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return (error.strerror or str(error)).lower()


def _questions(wire: bytes) -> list[tuple[bytes, bytes]] | None:
    """Return the questions of a message, names in lower case, with type and class; None if the section is malformed."""
    questions, offset = [], _HEADER_OCTETS
    try:
        for _ in range(int.from_bytes(wire[4:6])):
            start = offset
            while length := wire[offset]:
                if length > _LABEL_OCTETS:
                    return None
                offset += 1 + length
            end = offset + 1 + _TYPE_AND_CLASS_OCTETS
            questions.append((wire[start:offset].lower(), wire[offset:end]))
            offset = end
    except IndexError:
        return None
    return questions if offset <= len(wire) else None
