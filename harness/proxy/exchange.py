"""What goes through a proxy: a question on to the server behind it, and what faults make of the answer."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import dns.opcode
import dns.rdataclass

from harness.client import Answer, Channel, Transport
from harness.faults import Asked, Fault, Said, Sending
from harness.message import Question, Reply
from harness.proxy.writing import parsed, reply, written
from harness.records import Profile
from harness.server.handler import DATAGRAM_OCTETS, STREAM_OCTETS
from harness.server.query import MalformedError, Query, read
from harness.state import ClusterState

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
        """What goes back to the client for a message, in this order; nothing where the server is silent.

        What is no plain question is passed on, and back with nothing done to it but what a fault does to odd messages.
        """
        passed = self._pass(wire, transport)
        try:
            query = read(wire)
        except MalformedError:
            query = None
        if query is None or query.rdclass != dns.rdataclass.IN or dns.opcode.from_flags(int.from_bytes(wire[2:4])):
            for fault in self._faulty.faults:
                passed = [fault.odd(one) for one in passed]
            return tuple(map(Sending, passed))
        answer = self._whole(wire, passed, query, transport)
        said = reply(answer) if answer else None
        asked = self._noted(query, transport, said)
        if answer and said:
            passed = self._changed(asked, query, answer, said, passed)
        sendings = tuple(map(Sending, passed))
        for fault in self._faulty.faults:
            sendings = fault.deliver(asked, sendings)
        if sendings:
            self._previous = sendings[-1].wire
        return sendings

    def _pass(self, wire: bytes, transport: Transport) -> list[bytes]:
        (received,) = self._upstream.exchange([wire], transport, self._faulty.timeout_seconds)
        return [] if received.wire is None else [received.wire]

    def _whole(self, wire: bytes, passed: list[bytes], query: Query, transport: Transport) -> Answer | None:
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

    def _changed(self, asked: Asked, query: Query, answer: Answer, said: Reply, passed: list[bytes]) -> list[bytes]:
        """The answer after every fault changed it, written; as it came where none did."""
        octets = takes = max(DATAGRAM_OCTETS, asked.edns or 0) if asked.transport == "udp" else STREAM_OCTETS
        changed: Reply | None = said
        for fault in self._faulty.faults:
            octets = fault.octets(asked, octets)
            changed = changed and fault.change(asked, changed)
        if changed is None:
            return []
        if changed is said and octets == takes:
            return passed
        return [written(query, answer, changed, octets)]
