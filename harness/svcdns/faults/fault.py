"""The form of a fault: what a DNS server, or the network in front of it, does to right answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from svcdns.client import Transport
from svcdns.message import Question, Reply
from svcdns.records import COREDNS, Profile
from svcdns.state import ClusterState


class EarlierReply(NamedTuple):
    """An earlier reply to the same question: how many seconds ago it was, and what a right server replied then."""

    seconds_ago: float
    reply: Reply


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What a fault sees of a question.

    Attributes:
        question: owner name and type.
        transport: its transport.
        edns: the payload size that it offers; None without an OPT record.
        state: the state of the cluster at this moment.
        profile: the profile of the right server.
        replica: the index of the DNS server that was asked, from 0.
        number: how many questions this server was asked before.
        earlier: the right replies of this server to the same question, oldest first, without the present one.
        previous: the last message that this server sent, to any question; None if this is the first.
        wire: the query as the client sent it.
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
    wire: bytes = b""


@dataclass(frozen=True, slots=True)
class Sending:
    """One message on its way to the client.

    Attributes:
        wire: the message.
        after_seconds: its delay.
        from_port: the source port; another one is possible over UDP only.
        segment_octets: over TCP, how many octets are written at once; 0 for all.
        closes: over TCP, whether the connection is closed after it.
    """

    wire: bytes
    after_seconds: float = 0.0
    from_port: Literal["own", "other"] = "own"
    segment_octets: int = 0
    closes: bool = False


_TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp")

#: Returns what the server replies instead of a right reply; None for no answer at all.
ReplyChange = Callable[[QueryContext, Reply], Reply | None]

#: Returns the messages that are sent instead of the given ones.
Deliver = Callable[[QueryContext, tuple[Sending, ...]], tuple[Sending, ...]]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A `Deliver` that changes the content of messages, not how they are sent."""

    rewrite: Callable[[QueryContext, bytes], bytes]

    def __call__(self, context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        """Rewrite every message."""
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
    """A deviation from a right server; a legal variation is one that is right too.

    Each of the functions is pure and has a default that changes nothing, so faults compose: replies are changed in the order
    of the faults, written, and then delivered in the same order.

    Attributes:
        name: its name on the command line.
        sentence: what it does.
        behaviours: the ids of the behaviours (`fixtures/behaviours.yaml`) that it breaks; empty for a legal variation.
        level: the level of the scenarios that catch it: ``core`` if it breaks the specification, ``quirk`` if an answer is
            none of the choices that a server has, else ``extended``.
        bound: how long, how often or how far.
        change: changes a reply.
        octets: returns the octets that an answer may have, given those that the client can receive.
        malformed: changes the answer to a message that is no plain question; nothing else changes such an answer.
        deliver: changes the written messages and how they are sent.
        transports: the transports that are served; others are refused.
        replicas: how many DNS servers it needs; a target that has only one gets several proxies.
        seconds: how old its answers may be; 0 if they do not depend on a clock.
    """

    name: str
    sentence: str
    behaviours: tuple[str, ...] = ()
    level: Literal["core", "extended", "quirk"] = "core"
    bound: str = "always"
    change: ReplyChange = _unchanged
    octets: Callable[[QueryContext, int], int] = _what_the_client_takes
    malformed: Callable[[bytes], bytes] = bytes
    deliver: Deliver = _as_it_is
    transports: tuple[Transport, ...] = _TRANSPORTS
    replicas: int = 1
    seconds: float = 0.0

    @property
    def needs_sockets(self) -> bool:
        """Whether it changes how messages are sent, and not only their content."""
        travels = self.deliver is not _as_it_is and not isinstance(self.deliver, Rewriting)
        return travels or len(self.transports) < len(_TRANSPORTS)
