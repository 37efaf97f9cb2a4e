"""Servers that keep the rules and take the cluster for another one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from dns.rdatatype import SRV, RdataType

from svcdns import records
from svcdns.faults.fault import QueryContext, ReplyChange
from svcdns.message import Question, Record, Reply, port, target
from svcdns.records import Profile
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Service

Mistake = Callable[[ClusterState], ClusterState]


def seeing(mistaken: Mistake, *types: RdataType) -> ReplyChange:
    """A server that takes the cluster for another one, in questions of some types, or of every type if none is named.

    What the mistake adds to the right answer and what it takes away is added to the reply and taken away from it, so that
    the reply of a server with habits of its own keeps them, and other faults theirs.
    """
    # One state is asked about many times, and over every transport; it is immutable, so what was made of it stays true.
    last: list[tuple[ClusterState, ClusterState, dict[tuple[Question, Profile], tuple[Reply, Reply]]]] = []

    def change(context: QueryContext, reply: Reply) -> Reply:
        if types and context.question.type not in types:
            return reply
        if not last or last[0][0] is not context.state:
            last[:] = [(context.state, mistaken(context.state), {})]
        state, other, answers = last[0]
        key = context.question, context.profile
        if key not in answers:
            answers[key] = records.answer(state, *key), records.answer(other, *key)
        return _differing(reply, *answers[key])

    return change


def as_profile(other: Callable[[Profile], Profile]) -> ReplyChange:
    """A server that makes other choices, where the specification leaves them."""

    def change(context: QueryContext, reply: Reply) -> Reply:
        right = records.answer(context.state, context.question, context.profile)
        wrong = records.answer(context.state, context.question, other(context.profile))
        return _differing(reply, right, wrong)

    return change


def services(mistake: Callable[[Service], Service | None]) -> Mistake:
    """Every Service is mistaken for another, or overlooked."""

    def mistaken(state: ClusterState) -> ClusterState:
        found = {key: mistake(service) for key, service in state.services.items()}
        return replace(state, services={key: service for key, service in found.items() if service is not None})

    return mistaken


def slices(mistake: Callable[[ClusterState, EndpointSlice], EndpointSlice]) -> Mistake:
    """Every EndpointSlice is mistaken for another."""
    return lambda state: replace(
        state, slices={key: mistake(state, endpoint_slice) for key, endpoint_slice in state.slices.items()}
    )


def endpoints(mistake: Callable[[ClusterState, EndpointSlice, Endpoint], Endpoint | None]) -> Mistake:
    """Every endpoint is mistaken for another, or overlooked."""

    def mistaken(state: ClusterState, endpoint_slice: EndpointSlice) -> EndpointSlice:
        found = (mistake(state, endpoint_slice, endpoint) for endpoint in endpoint_slice.endpoints)
        return replace(endpoint_slice, endpoints=tuple(endpoint for endpoint in found if endpoint is not None))

    return slices(mistaken)


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


def _moved(section: Sequence[Record], right: Iterable[Record], wrong: Sequence[Record]) -> tuple[Record, ...]:
    before, after = set(map(_identity, right)), set(map(_identity, wrong))
    kept = [record for record in section if _identity(record) in after or _identity(record) not in before]
    return (*kept, *(record for record in wrong if _identity(record) not in before))


def _identity(record: Record) -> Hashable:
    """What a record says: its TTL, and an SRV record's priority and weight, are the server's choice."""
    if record.type == SRV:
        return record.owner, SRV, port(record.rdata), target(record.rdata)
    return record.owner, record.rdata
