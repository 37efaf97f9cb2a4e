"""What a fault is: something that a DNS server, or the network before it, does to right answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from svcdns.client import Transport
from svcdns.message import Question, Reply
from svcdns.records import COREDNS, Profile
from svcdns.state import ClusterState


class EarlierReply(NamedTuple):
    """What a server answered earlier: how many seconds ago, and what a right server said then."""

    seconds_ago: float
    reply: Reply


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What a fault sees of a question.

    Attributes:
        question: owner name and type.
        transport: what it came over.
        edns: the payload size that it offers, or None without an OPT record.
        state: what the cluster holds at this moment.
        profile: the family that the right server belongs to.
        replica: which of the DNS servers was asked, from 0.
        number: how many questions that one was asked before.
        earlier: the right answers to the same question at the same replica, oldest first, without this one.
        previous: the last message that the replica sent, to whatever question; None for the first.
    """

    question: Question
    transport: Transport
    edns: int | None
    state: ClusterState
    profile: Profile = COREDNS
    replica: int = 0
    number: int = 0
    earlier: tuple[EarlierReply, ...] = ()
    previous: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """One message on its way to the client.

    Attributes:
        wire: the message.
        after_seconds: how long it is held back.
        from_port: the port it leaves from; another one is possible over UDP alone.
        segment_octets: over TCP, how much of it is written at once; 0 for all.
        closes: over TCP, whether the connection ends behind it.
    """

    wire: bytes
    after_seconds: float = 0.0
    from_port: Literal["own", "other"] = "own"
    segment_octets: int = 0
    closes: bool = False


_TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp")

#: What becomes of a right reply; None for no answer at all.
ReplyChange = Callable[[QueryContext, Reply], Reply | None]

#: What is sent instead of what would be sent.
Deliver = Callable[[QueryContext, tuple[Sending, ...]], tuple[Sending, ...]]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A `Deliver` that changes what messages say, and nothing of how they travel."""

    rewrite: Callable[[QueryContext, bytes], bytes]

    def __call__(self, context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        """Every message is written otherwise."""
        return tuple(replace(sending, wire=self.rewrite(context, sending.wire)) for sending in sendings)


def _unchanged(context: QueryContext, reply: Reply) -> Reply:
    del context
    return reply


def _as_it_is(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del context
    return sendings


def _what_the_client_takes(context: QueryContext, octets: int) -> int:
    del context
    return octets


@dataclass(frozen=True, slots=True)
class Fault:
    """A deviation from what a right server does: wrong, or, for a variation, as right.

    Each of the functions is pure. What a fault leaves alone keeps its default, so faults compose: the replies are changed
    in the order of the faults, written, and then delivered in the same order.

    Attributes:
        name: how it is called on the command line.
        sentence: what it does.
        behaviours: the ids of `fixtures/behaviours.yaml` that it breaks; empty where nothing is broken.
        level: ``core`` where it breaks the specification, ``quirk`` where an answer is none of the choices that a server
            has, else ``extended``; that of the scenarios that catch it.
        bound: how long, how often or how far.
        change: what becomes of a reply.
        octets: what a datagram may hold, from what the client takes.
        malformed: what becomes of the answer to a message that is no plain question; nothing else changes such an answer.
        deliver: what becomes of messages that are written.
        transports: those that are served at all; others are refused.
        replicas: how many DNS servers it needs; one that is asked is put twice before a target that has one.
        seconds: how old its answers may be; 0 where that does not depend on a clock.
    """

    name: str
    sentence: str
    behaviours: tuple[str, ...] = ()
    level: Literal["core", "extended", "quirk"] = "core"
    bound: str = "for ever"
    change: ReplyChange = _unchanged
    octets: Callable[[QueryContext, int], int] = _what_the_client_takes
    malformed: Callable[[bytes], bytes] = bytes
    deliver: Deliver = _as_it_is
    transports: tuple[Transport, ...] = _TRANSPORTS
    replicas: int = 1
    seconds: float = 0.0

    @property
    def needs_sockets(self) -> bool:
        """Whether it is about how messages travel, and not about what they say alone."""
        travels = self.deliver is not _as_it_is and not isinstance(self.deliver, Rewriting)
        return travels or len(self.transports) < len(_TRANSPORTS)
