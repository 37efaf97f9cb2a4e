"""Servers that apply the right rules to a wrong state of the cluster."""

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
    """Answer questions of some types, or of every type if none is named, as if the cluster had another state.

    Only the difference between the right and the wrong answer is applied to the reply. So the other properties of the
    server's reply stay, and the effects of other faults too.
    """
    # One state is asked about many times, over every transport. It is immutable, so its answers can be kept.
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
    """Answer as a server of another profile."""

    def change(context: QueryContext, reply: Reply) -> Reply:
        right = records.answer(context.state, context.question, context.profile)
        wrong = records.answer(context.state, context.question, other(context.profile))
        return _differing(reply, right, wrong)

    return change


def services(mistake: Callable[[Service], Service | None]) -> Mistake:
    """Replace every Service by another one, or by none."""

    def mistaken(state: ClusterState) -> ClusterState:
        found = {key: mistake(service) for key, service in state.services.items()}
        return replace(state, services={key: service for key, service in found.items() if service is not None})

    return mistaken


def slices(mistake: Callable[[ClusterState, EndpointSlice], EndpointSlice]) -> Mistake:
    """Replace every EndpointSlice by another one."""
    return lambda state: replace(
        state, slices={key: mistake(state, endpoint_slice) for key, endpoint_slice in state.slices.items()}
    )


def endpoints(mistake: Callable[[ClusterState, EndpointSlice, Endpoint], Endpoint | None]) -> Mistake:
    """Replace every endpoint by another one, or by none."""

    def mistaken(state: ClusterState, endpoint_slice: EndpointSlice) -> EndpointSlice:
        found = (mistake(state, endpoint_slice, endpoint) for endpoint in endpoint_slice.endpoints)
        return replace(endpoint_slice, endpoints=tuple(endpoint for endpoint in found if endpoint is not None))

    return slices(mistaken)


def _differing(reply: Reply, right: Reply, wrong: Reply) -> Reply:
    """Apply the difference between a right and a wrong reply to a reply."""
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
    """Return a record without what the server may choose: its TTL, and an SRV record's priority and weight."""
    if record.type == SRV:
        return record.owner, SRV, port(record.rdata), target(record.rdata)
    return record.owner, record.rdata
