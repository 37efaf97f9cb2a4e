"""A DNS server behind faults: each question goes on to the server, and the faults change its answer."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import dns.opcode
import dns.rdataclass

from svcdns.client import Answer, Channel, Transport
from svcdns.faults import EarlierReply, Fault, QueryContext, Sending
from svcdns.faults.proxy.changing import PlainExchange, UpstreamReplies, sendings
from svcdns.faults.proxy.writing import parsed, reply_of
from svcdns.message import Question, Reply
from svcdns.records import Profile
from svcdns.server.query import MalformedQueryError, Query, read
from svcdns.state import ClusterState

#: The number of earlier replies to one question that are kept.
_KEPT_REPLIES = 1_000


@dataclass(frozen=True, slots=True)
class FaultSetup:
    """The faults in front of a target's DNS servers, and what they need to know of the target.

    Attributes:
        faults: in the order in which they are applied.
        state: returns what the cluster holds now.
        profile: the family that the DNS servers belong to.
        timeout_seconds: how long a server may take for an answer.
        time_factor: the factor by which all times of the faults are multiplied; below 1 they are shorter.
    """

    faults: Sequence[Fault]
    state: Callable[[], ClusterState]
    profile: Profile
    timeout_seconds: float
    time_factor: float = 1.0


class FaultyServer:
    """One DNS server behind faults, with the memory that stale and late answers need."""

    def __init__(self, upstream: Channel, setup: FaultSetup, replica: int) -> None:
        """Keep the channel to the server; ``replica`` is its number."""
        self._upstream = upstream
        self._setup = setup
        self._replica = replica
        self._lock = Lock()
        self._queries = 0
        self._replies: dict[Question, list[tuple[float, Reply]]] = defaultdict(list)
        self._previous: bytes | None = None

    def sendings(self, wire: bytes, transport: Transport) -> tuple[Sending, ...]:
        """Return what the client gets for a message, in this order; nothing if the server is silent."""
        return self.changed(self.upstream_replies(wire, transport))

    def upstream_replies(self, wire: bytes, transport: Transport) -> UpstreamReplies:
        """Send a message on to the server, and return what it sends back, before any fault."""
        wires = tuple(self._forward(wire, transport))
        try:
            query = read(wire)
        except MalformedQueryError:
            query = None
        if query is None or query.rdclass != dns.rdataclass.IN or dns.opcode.from_flags(int.from_bytes(wire[2:4])):
            return UpstreamReplies(wires, transport, None)
        answer = self._whole(wire, wires, query, transport)
        reply = reply_of(answer) if answer else None
        return UpstreamReplies(
            wires, transport, PlainExchange(self._context(wire, query, transport, reply), query, answer, reply)
        )

    def changed(self, replies: UpstreamReplies) -> tuple[Sending, ...]:
        """Return what the client gets instead of the server's replies."""
        found = sendings(self._setup.faults, replies)
        if replies.exchange and found:
            self._previous = found[-1].wire
        return found

    def _forward(self, wire: bytes, transport: Transport) -> list[bytes]:
        (received,) = self._upstream.exchange([wire], transport, self._setup.timeout_seconds)
        return [] if received.wire is None else [received.wire]

    def _whole(self, wire: bytes, wires: Sequence[bytes], query: Query, transport: Transport) -> Answer | None:
        """Return the server's answer before it was cut for a datagram, or None if there is none."""
        answers = [parsed(reply, query.question) for reply in wires]
        if transport == "udp" and any(answer.truncated for answer in answers):
            answers += [parsed(reply, query.question) for reply in self._forward(wire, "tcp")]
        return answers[-1] if answers else None

    def _context(self, wire: bytes, query: Query, transport: Transport, reply: Reply | None) -> QueryContext:
        """Return the question beside what was asked before it, and remember its right answer."""
        now = time.monotonic() / self._setup.time_factor
        with self._lock:
            earlier = self._replies[query.question]
            context = QueryContext(
                question=query.question,
                transport=transport,
                edns=query.opt.payload if query.opt else None,
                state=self._setup.state(),
                profile=self._setup.profile,
                replica=self._replica,
                number=self._queries,
                earlier=tuple(EarlierReply(now - when, kept) for when, kept in earlier),
                previous=self._previous,
                wire=wire,
            )
            self._queries += 1
            if reply is not None:
                earlier.append((now, reply))
                del earlier[:-_KEPT_REPLIES]
        return context
