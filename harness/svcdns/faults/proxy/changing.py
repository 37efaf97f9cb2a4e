"""What faults make of one answer: pure, whatever way the question and the answer travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from svcdns.client import Answer, Transport
from svcdns.faults import Asked, Fault, Sending
from svcdns.faults.proxy.writing import written
from svcdns.message import Reply
from svcdns.server.handler import DATAGRAM_OCTETS, STREAM_OCTETS
from svcdns.server.query import Query


@dataclass(frozen=True, slots=True)
class Asking:
    """A plain question that a DNS server was asked, and its answer before it was cut for a datagram.

    Attributes:
        answer: None where the server was silent.
        said: what the answer says; None where there is none, or it cannot be read.
    """

    asked: Asked
    query: Query
    answer: Answer | None
    said: Reply | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a DNS server sent for a message.

    Attributes:
        passed: what it sent.
        transport: what the message came over.
        asking: what was asked; None for a message that is no plain question.
    """

    passed: tuple[bytes, ...]
    transport: Transport
    asking: Asking | None


def sent(faults: Sequence[Fault], heard: Heard) -> tuple[Sending, ...]:
    """What goes to the client instead of what was heard, in this order; nothing where there is no answer.

    What is no plain question gets what the server sent, with nothing done to it but what a fault does to odd messages.
    """
    asking = heard.asking
    if asking is None:
        passed = heard.passed
        for fault in faults:
            passed = tuple(fault.odd(one) for one in passed)
        return tuple(map(Sending, passed))
    sendings = tuple(map(Sending, _changed(faults, asking, heard.passed)))
    for fault in faults:
        sendings = fault.deliver(asking.asked, sendings)
    return sendings


def _changed(faults: Sequence[Fault], asking: Asking, passed: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The answer after every fault changed it, written; as it came where none did."""
    asked = asking.asked
    if asking.answer is None or asking.said is None:
        return passed
    octets = takes = max(DATAGRAM_OCTETS, asked.edns or 0) if asked.transport == "udp" else STREAM_OCTETS
    changed: Reply | None = asking.said
    for fault in faults:
        octets = fault.octets(asked, octets)
        changed = changed and fault.change(asked, changed)
    if changed is None:
        return ()
    if changed is asking.said and octets == takes:
        return passed
    return (written(asking.query, asking.answer, changed, octets),)
