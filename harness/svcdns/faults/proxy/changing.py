"""What faults make of one answer: pure, whatever way the question and the answer travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from svcdns.client import Answer, Transport
from svcdns.faults import Fault, QueryContext, Sending
from svcdns.faults.proxy.writing import written
from svcdns.message import Reply
from svcdns.server.handler import DATAGRAM_OCTETS, STREAM_OCTETS
from svcdns.server.query import Query


@dataclass(frozen=True, slots=True)
class PlainExchange:
    """A plain question that a DNS server was asked, and its answer before it was cut for a datagram.

    Attributes:
        context: what a fault sees of the question.
        query: the question as the client wrote it.
        answer: the answer as it was written; None if the server was silent.
        reply: the answer's content; None if there is no answer, or none that can be read.
    """

    context: QueryContext
    query: Query
    answer: Answer | None
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class UpstreamReplies:
    """What the DNS server behind the proxy sent for one message.

    Attributes:
        wires: the messages, in the order in which they came.
        transport: the transport of the client's message.
        exchange: the question and the answer; None if the client's message is no plain question.
    """

    wires: tuple[bytes, ...]
    transport: Transport
    exchange: PlainExchange | None


def sendings(faults: Sequence[Fault], replies: UpstreamReplies) -> tuple[Sending, ...]:
    """Return what the client gets instead of the server's replies, in this order; nothing if it gets no answer.

    A message that is no plain question is answered as the server answers it; only the `Fault.malformed` of a fault changes that.
    """
    exchange = replies.exchange
    if exchange is None:
        wires = replies.wires
        for fault in faults:
            wires = tuple(map(fault.malformed, wires))
        return tuple(map(Sending, wires))
    found = tuple(map(Sending, _changed(faults, exchange, replies.wires)))
    for fault in faults:
        found = fault.deliver(exchange.context, found)
    return found


def _changed(faults: Sequence[Fault], exchange: PlainExchange, wires: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the answer, written, after every fault changed it; the wires as they came if none did."""
    context = exchange.context
    if exchange.answer is None or exchange.reply is None:
        return wires
    octets = takes = max(DATAGRAM_OCTETS, context.edns or 0) if context.transport == "udp" else STREAM_OCTETS
    changed: Reply | None = exchange.reply
    for fault in faults:
        octets = fault.octets(context, octets)
        changed = changed and fault.change(context, changed)
    if changed is None:
        return ()
    if changed is exchange.reply and octets == takes:
        return wires
    return (written(exchange.query, exchange.answer, changed, octets),)
