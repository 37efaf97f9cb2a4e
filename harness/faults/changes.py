"""What faults are made of: a wrong reading of the cluster, and small changes to replies and messages."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import dns.rcode
from dns.rdatatype import SRV

from harness import records
from harness.faults.fault import Asked, Change, Deliver, Sending
from harness.message import Record, Reply, port, target
from harness.state import ClusterState, Endpoint, EndpointSlice, Service

NO_NAME, NO_DATA = Reply(dns.rcode.NXDOMAIN), Reply(dns.rcode.NOERROR)


def seeing(mistaken: Callable[[ClusterState], ClusterState]) -> Change:
    """A server that keeps the rules, and takes the cluster for another one.

    What the mistake adds to the right answer and what it takes away is added to the reply and taken away from it, so that
    the reply of a server with habits of its own keeps them, and other faults theirs.
    """
    last: list[tuple[ClusterState, ClusterState]] = []

    def change(asked: Asked, reply: Reply) -> Reply:
        # One state is asked about many times; a state is immutable, so that what was made of it stays true.
        if not last or last[0][0] is not asked.state:
            last[:] = [(asked.state, mistaken(asked.state))]
        right = records.answer(asked.state, asked.question, asked.profile)
        wrong = records.answer(last[0][1], asked.question, asked.profile)
        return _differing(reply, right, wrong)

    return change


def services(state: ClusterState, mistake: Callable[[Service], Service]) -> ClusterState:
    """The state with every Service mistaken for another."""
    return replace(state, services={key: mistake(service) for key, service in state.services.items()})


def slices(state: ClusterState, mistake: Callable[[EndpointSlice], EndpointSlice]) -> ClusterState:
    """The state with every EndpointSlice mistaken for another."""
    return replace(state, slices={key: mistake(one) for key, one in state.slices.items()})


def endpoints(state: ClusterState, mistake: Callable[[Endpoint], Endpoint | None]) -> ClusterState:
    """The state with every endpoint mistaken for another, or overlooked."""

    def mistaken(one: EndpointSlice) -> EndpointSlice:
        found = (mistake(endpoint) for endpoint in one.endpoints)
        return replace(one, endpoints=tuple(endpoint for endpoint in found if endpoint is not None))

    return slices(state, mistaken)


def rewriting(rewrite: Callable[[Asked, bytes], bytes]) -> Deliver:
    """Every message is written otherwise."""

    def deliver(asked: Asked, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        return tuple(replace(one, wire=rewrite(asked, one.wire)) for one in sendings)

    return deliver


def _differing(reply: Reply, right: Reply, wrong: Reply) -> Reply:
    """The reply with what differs between a right and a wrong one."""
    if right == wrong:
        return reply
    answer = _moved(reply.answer, right.answer, wrong.answer)
    return replace(
        reply,
        rcode=reply.rcode if right.rcode == wrong.rcode else wrong.rcode,
        answer=answer,
        authority=() if answer else reply.authority or wrong.authority,
        additional=_moved(reply.additional, right.additional, wrong.additional),
    )


def _moved(section: Sequence[Record], right: Sequence[Record], wrong: Sequence[Record]) -> tuple[Record, ...]:
    before, after = set(map(_identity, right)), set(map(_identity, wrong))
    kept = [record for record in section if _identity(record) in after or _identity(record) not in before]
    return (*kept, *(record for record in wrong if _identity(record) not in before))


def _identity(record: Record) -> Hashable:
    """What a record says: its TTL, and an SRV record's priority and weight, are the server's choice."""
    if record.type == SRV:
        return record.owner, SRV, port(record.rdata), target(record.rdata)
    return record.owner, record.rdata
