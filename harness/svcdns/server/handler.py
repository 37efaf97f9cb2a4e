"""The rules between a question on the wire and an answer on the wire, without I/O."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import dns.flags
import dns.opcode
import dns.rdataclass
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from svcdns.message import Question, Record, Reply, Transport
from svcdns.server.query import HEADER_OCTETS, EmptyQueryError, MalformedQueryError, Query, QueryOpt, read
from svcdns.server.render import render

Respond = Callable[[Question], Reply]

#: Octets of a datagram that every client accepts (RFC 1035, section 4.2.1); CoreDNS reads no more of a question either.
DATAGRAM_OCTETS = 512

#: Octets of the longest datagram that IPv4 carries: 65,535 less its own header and that of UDP.
LONGEST_DATAGRAM_OCTETS = 65_507

#: Octets that the length before a message can count over TCP (RFC 1035, section 4.2.2).
STREAM_OCTETS = 65_535

#: Octets above which a datagram may be fragmented, so that CoreDNS compresses it (``request.Scrub``, behaviour L09).
UNFRAGMENTED_OCTETS_IPV4, UNFRAGMENTED_OCTETS_IPV6 = 1480, 1220

_ANSWERED_OPCODES = frozenset({dns.opcode.QUERY, dns.opcode.NOTIFY})
_TRANSFERS = frozenset({RdataType.AXFR, RdataType.IXFR})

#: What answers have of a question's flags (miekg/dns ``SetReply``), and errors that say so before it is read
#: (``Server.serveDNS``, which makes the answer of the message itself).
_COPIED_FLAGS: Final = int(dns.flags.RD | dns.flags.CD)
_LEFT_FLAGS: Final = int(dns.flags.TC | dns.flags.RD | dns.flags.RA | dns.flags.AD | dns.flags.CD)

_OPCODE_BITS: Final = 0x7800
_RCODE_BITS: Final = 0xF
_OPT = struct.Struct("!BHHBBHH")

#: For `Style`: the order of any RRset may vary.
EVERY_TYPE = frozenset(RdataType)


@dataclass(frozen=True, slots=True)
class Style:
    """The choices of a right server on the wire.

    Attributes:
        shuffled: the types whose records come in a random order, behind the others; CNAMEs never move.
        edns_size: octets that the OPT record of answers offers, or None for what the client offered.
    """

    shuffled: frozenset[RdataType]
    edns_size: int | None


#: CoreDNS: ``plugin/loadbalance`` shuffles addresses and MX (behaviour L15), OPT comes back as it was sent (L04).
COREDNS = Style(shuffled=frozenset({RdataType.A, RdataType.AAAA, RdataType.MX}), edns_size=None)


class Handler:
    """The answers to messages: ``respond`` replies to their questions.

    Attributes:
        failure: the first error of ``respond``, or of writing its reply; the client got SERVFAIL.
    """

    def __init__(self, respond: Respond, style: Style = COREDNS) -> None:
        self._respond = respond
        self._style = style
        self.failure: BaseException | None = None

    def handle(self, wire: bytes, *, transport: Transport, ipv6: bool = False) -> bytes | None:
        """Return the answer to a message, or None for no answer; never raise.

        There is no answer to responses and to what is shorter than a header; NOTIMP, FORMERR, REFUSED and BADVERS as CoreDNS
        gives them (``core/dnsserver/server.go``, miekg/dns ``acceptfunc.go``; behaviours G11 to G13, G16, L03 to L05,
        L12, L13). AD and RA are never set but in NOTIMP and FORMERR, where they come back.

        Args:
            wire: the message.
            transport: what it came over, which limits the size of the answer.
            ipv6: whether it came over IPv6, where datagrams are fragmented earlier.
        """
        if len(wire) < HEADER_OCTETS or wire[2] & dns.flags.QR >> 8:
            return None
        ident, asked = struct.unpack_from("!HH", wire)
        opcode = dns.opcode.from_flags(asked)
        left = dns.flags.QR | asked & _LEFT_FLAGS
        if opcode not in _ANSWERED_OPCODES:
            return _bare(ident, left | asked & _OPCODE_BITS | Rcode.NOTIMP)
        flags = dns.flags.QR | asked & _OPCODE_BITS
        if opcode == dns.opcode.QUERY:
            flags |= asked & _COPIED_FLAGS
        try:
            query = read(wire[:DATAGRAM_OCTETS] if transport == "udp" else wire)
        except EmptyQueryError:
            return _bare(ident, flags | Rcode.SERVFAIL)
        except MalformedQueryError as error:
            return _bare(ident, left | Rcode.FORMERR, error.section)
        try:
            return self._render(ident, flags, query, self._reply(query), transport, ipv6=ipv6)
        except BaseException as error:  # noqa: BLE001 - whatever a rule does wrong must not stop the server
            self.failure = self.failure or error
            return self._render(ident, flags, query, _refusal(Rcode.SERVFAIL), transport, ipv6=ipv6)

    def _reply(self, query: Query) -> Reply:
        if query.rdclass != dns.rdataclass.IN:
            return _refusal(Rcode.REFUSED)
        if query.opt and query.opt.version > 0:
            return _refusal(Rcode.BADVERS)
        if query.question.type in _TRANSFERS:
            return _refusal(Rcode.REFUSED)
        return self._respond(query.question)

    def _render(self, ident: int, flags: int, query: Query, reply: Reply, transport: Transport, *, ipv6: bool) -> bytes:
        if reply.authoritative:
            flags |= dns.flags.AA
        limit = compress_above = STREAM_OCTETS
        if transport == "udp":
            limit = min(max(DATAGRAM_OCTETS, query.opt.payload if query.opt else 0), LONGEST_DATAGRAM_OCTETS)
            compress_above = UNFRAGMENTED_OCTETS_IPV6 if ipv6 else UNFRAGMENTED_OCTETS_IPV4
        return render(
            (ident, flags | reply.rcode & _RCODE_BITS),
            query.section,
            [self._arranged(section) for section in (reply.answer, reply.authority, reply.additional)],
            self._opt(query.opt, reply.rcode) if query.opt else b"",
            limit=limit,
            compress_above=compress_above,
        )

    def _arranged(self, records: tuple[Record, ...]) -> tuple[Record, ...]:
        moving = [record for record in records if record.type in self._style.shuffled and not _is_cname(record)]
        if len(moving) < 2:  # noqa: PLR2004 - one record has no order
            return records
        staying = [record for record in records if record.type not in self._style.shuffled or _is_cname(record)]
        random.shuffle(moving)
        return (*staying, *moving)

    def _opt(self, asked: QueryOpt, rcode: Rcode) -> bytes:
        """Return the OPT record of an answer; with BADVERS it repeats nothing of the query's (``edns.Version``)."""
        if rcode == Rcode.BADVERS:
            asked = QueryOpt(payload=0, version=0, flags=0, options=b"")
        payload = asked.payload if self._style.edns_size is None else self._style.edns_size
        return _OPT.pack(0, RdataType.OPT, payload, rcode >> 4, 0, asked.flags, len(asked.options)) + asked.options


def _is_cname(record: Record) -> bool:
    return record.type == RdataType.CNAME


def _refusal(rcode: Rcode) -> Reply:
    return Reply(rcode, authoritative=False)


def _bare(ident: int, flags: int, section: bytes = b"") -> bytes:
    """Return an answer to a message that was not read as a whole, with its question section if that was read."""
    return struct.pack("!6H", ident, flags, 1 if section else 0, 0, 0, 0) + section
