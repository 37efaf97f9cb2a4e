"""Wrong messages: ids, questions, flags, EDNS, truncation, ports and connections."""

from __future__ import annotations

from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
from dns.rdatatype import OPT

from svcdns import records
from svcdns.faults.deliveries import flags, over, remaking
from svcdns.faults.fault import Fault, QueryContext, ReplyChange, Rewriting, Sending
from svcdns.message import Reply

_HEADER_OCTETS, _DATAGRAM_OCTETS, _STREAM_OCTETS = 12, 512, 65_535
_COUNT_OF_ADDITIONAL = slice(10, 12)
_BARE_OPT = b"\0" + OPT.to_bytes(2) + (1232).to_bytes(2) + bytes(6)


def _another_id(context: QueryContext, wire: bytes) -> bytes:
    del context
    return bytes([wire[0] ^ 0xFF, wire[1]]) + wire[2:]


def _another_question(context: QueryContext, wire: bytes) -> bytes:
    """Change the first letter of the owner name."""
    del context
    letter = b"y" if wire[13:14] == b"x" else b"x"
    return wire[:13] + letter + wire[14:] if wire[_HEADER_OCTETS] else wire


def _without_question(message: dns.message.Message) -> None:
    message.question = []


def _without_opt(message: dns.message.Message) -> None:
    message.use_edns(edns=False)


def _with_opt(context: QueryContext, wire: bytes) -> bytes:
    if context.edns is not None:
        return wire
    count = int.from_bytes(wire[_COUNT_OF_ADDITIONAL]) + 1
    return wire[:10] + count.to_bytes(2) + wire[12:] + _BARE_OPT


def _edns_refused(context: QueryContext, wire: bytes) -> bytes:
    """Answer FORMERR and nothing else, as servers without EDNS do."""
    if context.edns is None:
        return wire
    return wire[:3] + bytes([dns.rcode.FORMERR]) + bytes(8)


def _in_any_version(context: QueryContext, reply: Reply) -> Reply:
    if reply.rcode != dns.rcode.BADVERS:
        return reply
    return records.answer(context.state, context.question, context.profile)


def _from_another_port(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del context
    return tuple(replace(sending, from_port="other") for sending in sendings)


def _closing(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del context
    return tuple(replace(sending, closes=True) for sending in sendings)


def _with_several_ttls(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(
        reply, answer=tuple(record._replace(ttl=record.ttl + index) for index, record in enumerate(reply.answer))
    )


def _over_tcp(change: ReplyChange) -> ReplyChange:
    return lambda context, reply: change(context, reply) if context.transport == "tcp" else reply


FAULTS = (
    Fault(
        "wrong-id",
        "Answers have another id than their queries.",
        ("L24",),
        deliver=Rewriting(_another_id),
    ),
    Fault(
        "wrong-question",
        "Answers repeat another question than the one that was asked.",
        ("G16",),
        deliver=Rewriting(_another_question),
    ),
    Fault(
        "question-missing",
        "Answers come without their question.",
        ("G16",),
        deliver=remaking(_without_question),
    ),
    Fault(
        "answer-from-another-port",
        "Answers over UDP come from another port than the one that was asked.",
        ("L24",),
        deliver=_from_another_port,
    ),
    Fault(
        "tcp-refused",
        "The server does not listen on TCP.",
        ("L01", "L10", "M14"),
        transports=("udp",),
    ),
    Fault(
        "udp-refused",
        "The server does not listen on UDP.",
        ("L01",),
        transports=("tcp",),
    ),
    Fault(
        "tcp-differs",
        "Every query over TCP is answered NODATA.",
        ("L01",),
        change=_over_tcp(lambda _, reply: replace(reply, answer=()) if reply.answer else reply),
    ),
    Fault(
        "tcp-never-answers",
        "The server accepts TCP connections, and does not answer the queries on them.",
        ("L01", "L10"),
        change=_over_tcp(lambda _, __: None),
    ),
    Fault(
        "tcp-truncated-as-udp",
        "Answers over TCP are truncated at 512 octets, as over UDP.",
        ("L10",),
        bound="512 octets",
        octets=lambda context, octets: _DATAGRAM_OCTETS if context.transport == "tcp" else octets,
    ),
    Fault(
        "tc-never-set",
        "Truncated answers lack the TC flag.",
        ("L06", "L07"),
        deliver=flags(lowered=dns.flags.TC),
    ),
    Fault(
        "tc-always-set",
        "Complete answers over UDP have the TC flag.",
        ("L09",),
        "extended",
        deliver=over("udp", flags(raised=dns.flags.TC)),
    ),
    Fault(
        "offered-size-ignored",
        "Answers over UDP are complete even if they are longer than the client can receive.",
        ("L08", "L07"),
        "extended",
        octets=lambda _, __: _STREAM_OCTETS,
    ),
    Fault(
        "truncated-at-512",
        "Answers over UDP are truncated at 512 octets, though the client offers a larger payload size.",
        ("L09",),
        "extended",
        bound="512 octets",
        octets=lambda context, octets: _DATAGRAM_OCTETS if context.transport == "udp" else octets,
    ),
    Fault(
        "one-query-per-connection",
        "The server closes a TCP connection after its first answer.",
        ("L02",),
        "extended",
        deliver=over("tcp", _closing),
    ),
    Fault(
        "edns-refused",
        "Queries with EDNS are answered FORMERR.",
        ("L04",),
        "extended",
        deliver=Rewriting(_edns_refused),
    ),
    Fault(
        "opt-missing",
        "Queries with EDNS are answered without EDNS.",
        ("L04",),
        "extended",
        deliver=remaking(_without_opt),
    ),
    Fault(
        "opt-unasked",
        "Queries without EDNS are answered with EDNS.",
        ("L03",),
        deliver=Rewriting(_with_opt),
    ),
    Fault(
        "edns-version-ignored",
        "Queries with an unknown version of EDNS are answered as if it were version 0.",
        ("L05",),
        "extended",
        change=_in_any_version,
    ),
    Fault(
        "aa-missing",
        "Answers are not authoritative.",
        ("L12",),
        "extended",
        deliver=flags(lowered=dns.flags.AA),
    ),
    Fault(
        "ad-claimed",
        "Answers claim to be validated.",
        ("L13",),
        "extended",
        deliver=flags(raised=dns.flags.AD),
    ),
    Fault(
        "rd-not-repeated",
        "Answers do not repeat the RD flag.",
        ("L13",),
        "extended",
        deliver=flags(lowered=dns.flags.RD),
    ),
    Fault(
        "ttls-differ",
        "The records of one answer have different TTLs.",
        ("L16",),
        "extended",
        change=_with_several_ttls,
    ),
    Fault(
        "truncated-answers-kept",
        "Every answer over UDP to a question that was asked before is truncated at 512 octets.",
        ("L11",),
        "extended",
        octets=lambda context, octets: _DATAGRAM_OCTETS if context.transport == "udp" and context.earlier else octets,
    ),
)
