"""What goes through a proxy: a question on to the server behind it, and what faults make of the answer."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import dns.opcode
import dns.rdataclass

from svcdns.client import Answer, Channel, Transport
from svcdns.faults import Asked, Fault, Said, Sending
from svcdns.faults.proxy.changing import Asking, Heard, sent
from svcdns.faults.proxy.writing import parsed, reply
from svcdns.message import Question, Reply
from svcdns.records import Profile
from svcdns.server.query import MalformedQueryError, Query, read
from svcdns.state import ClusterState

#: How many earlier answers to one question are remembered.
_MEMORY = 1_000


@dataclass(frozen=True, slots=True)
class Faulty:
    """What stands in front of a target's DNS servers.

    Attributes:
        faults: in the order in which they are applied.
        state: gives what the cluster holds now.
        profile: the family that the DNS servers belong to.
        timeout_seconds: how long a server may take for an answer.
        time_factor: how much shorter all times are than in the sentences of the faults.
    """

    faults: Sequence[Fault]
    state: Callable[[], ClusterState]
    profile: Profile
    timeout_seconds: float
    time_factor: float = 1.0


class Exchange:
    """One DNS server behind faults, and the memory that stale and late answers are made of."""

    def __init__(self, upstream: Channel, faulty: Faulty, replica: int) -> None:
        """Remember the way to the server; ``replica`` is its number."""
        self._upstream = upstream
        self._faulty = faulty
        self._replica = replica
        self._lock = Lock()
        self._number = 0
        self._said: dict[Question, list[tuple[float, Reply]]] = defaultdict(list)
        self._previous: bytes | None = None

    def sendings(self, wire: bytes, transport: Transport) -> tuple[Sending, ...]:
        """What goes back to the client for a message, in this order; nothing where the server is silent."""
        heard = self.heard(wire, transport)
        sendings = sent(self._faulty.faults, heard)
        if heard.asking and sendings:
            self._previous = sendings[-1].wire
        return sendings

    def heard(self, wire: bytes, transport: Transport) -> Heard:
        """What the server says to a message, before any fault."""
        passed = tuple(self._pass(wire, transport))
        try:
            query = read(wire)
        except MalformedQueryError:
            query = None
        if query is None or query.rdclass != dns.rdataclass.IN or dns.opcode.from_flags(int.from_bytes(wire[2:4])):
            return Heard(passed, transport, None)
        answer = self._whole(wire, passed, query, transport)
        said = reply(answer) if answer else None
        return Heard(passed, transport, Asking(self._noted(query, transport, said), query, answer, said))

    def _pass(self, wire: bytes, transport: Transport) -> list[bytes]:
        (received,) = self._upstream.exchange([wire], transport, self._faulty.timeout_seconds)
        return [] if received.wire is None else [received.wire]

    def _whole(self, wire: bytes, passed: Sequence[bytes], query: Query, transport: Transport) -> Answer | None:
        """The server's answer before it was cut for a datagram, or None where there is none."""
        answers = [parsed(one, query.question) for one in passed]
        if transport == "udp" and any(answer.truncated for answer in answers):
            answers += [parsed(one, query.question) for one in self._pass(wire, "tcp")]
        return answers[-1] if answers else None

    def _noted(self, query: Query, transport: Transport, said: Reply | None) -> Asked:
        """What is asked beside what was asked before, and the right answer remembered."""
        now = time.monotonic() / self._faulty.time_factor
        with self._lock:
            before = self._said[query.question]
            asked = Asked(
                question=query.question,
                transport=transport,
                edns=query.opt.payload if query.opt else None,
                state=self._faulty.state(),
                profile=self._faulty.profile,
                replica=self._replica,
                number=self._number,
                earlier=tuple(Said(now - when, one) for when, one in before),
                previous=self._previous,
            )
            self._number += 1
            if said is not None:
                before.append((now, said))
                del before[:-_MEMORY]
        return asked
