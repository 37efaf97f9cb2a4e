"""What faults do to replies, whatever the cluster holds: records changed, names denied, questions misread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

import dns.name
import dns.rcode
from dns.rdatatype import CNAME, SRV, RdataType

from svcdns import records
from svcdns.faults.fault import Asked, Change
from svcdns.message import Question, Record, Reply, name, rdata
from svcdns.state import Key, Service

NO_NAME, NO_DATA = Reply(dns.rcode.NXDOMAIN), Reply(dns.rcode.NOERROR)

#: The TTL of records that a fault makes up, in seconds.
TTL = 30


class Place(NamedTuple):
    """A Service, and the labels that a question has before its name."""

    service: Service
    left: tuple[str, ...]


def place(asked: Asked) -> Place | None:
    """Where below a Service a question asks, or None where it does not."""
    zone = name(asked.state.domain)
    if not asked.question.name.is_subdomain(zone):
        return None
    labels = [label.decode("latin-1").lower() for label in asked.question.name.relativize(zone).labels]
    if len(labels) < 3 or labels[-1] != "svc":  # noqa: PLR2004 - Service, namespace and svc
        return None
    service = asked.state.services.get(Key(labels[-2], labels[-3]))
    return Place(service, tuple(labels[:-3])) if service else None


def is_denial(reply: Reply) -> bool:
    """Whether a reply says that the name does not exist."""
    return reply.rcode == dns.rcode.NXDOMAIN


def is_no_data(reply: Reply) -> bool:
    """Whether a reply says that the name has no record of the type."""
    return reply.rcode == dns.rcode.NOERROR and not reply.answer


def each(change: Callable[[Asked, Record], Iterable[Record]], *types: RdataType) -> Change:
    """Each record of some types in the answer section becomes others, or none."""

    def changed(asked: Asked, reply: Reply) -> Reply:
        found = (change(asked, one) if one.type in types else (one,) for one in reply.answer)
        return reply if not reply.answer else replace(reply, answer=tuple(one for each in found for one in each))

    return changed


def with_answer(change: Callable[[Asked, tuple[Record, ...]], tuple[Record, ...]], *types: RdataType) -> Change:
    """The records of an answer to a question of some types become others."""

    def changed(asked: Asked, reply: Reply) -> Reply:
        if not reply.answer or asked.question.type not in types:
            return reply
        return replace(reply, answer=change(asked, reply.answer))

    return changed


def where(holds: Callable[[Asked, Reply], bool], instead: Reply | Change) -> Change:
    """Where something holds of a question and its reply, there is another reply; with the authority section of the first."""

    def changed(asked: Asked, reply: Reply) -> Reply | None:
        if not holds(asked, reply):
            return reply
        return replace(instead, authority=reply.authority) if isinstance(instead, Reply) else instead(asked, reply)

    return changed


def as_if(other: Callable[[Asked], Question | None]) -> Change:
    """A question that is denied is answered as if another had been asked."""

    def changed(asked: Asked, reply: Reply) -> Reply:
        taken_for = other(asked) if is_denial(reply) else None
        if taken_for is None:
            return reply
        found = records.answer(asked.state, taken_for, asked.profile)
        owned = tuple(
            one._replace(owner=asked.question.name) if one.owner == taken_for.name else one for one in found.answer
        )
        return replace(found, answer=owned)

    return changed


def made_up(asked: Asked, type_: RdataType, text: str) -> Record:
    """A record of the name asked for, with rdata as a zone file writes it."""
    return Record(asked.question.name, TTL, rdata(type_, text))


def with_labels(found: dns.name.Name, *labels: str) -> dns.name.Name:
    """The name with more labels before it."""
    return dns.name.Name((*(label.encode("latin-1") for label in labels), *found.labels))


def pointing(record: Record, to: dns.name.Name) -> Record:
    """An SRV, PTR or CNAME record with another target."""
    assert record.type in (SRV, dns.rdatatype.PTR, CNAME), "it points to a name"
    return record._replace(rdata=record.rdata.replace(target=to))


def without_domain(asked: Asked, found: dns.name.Name) -> dns.name.Name:
    """A name of the cluster as it is where somebody forgot the cluster domain."""
    zone = name(asked.state.domain)
    return found.relativize(zone).derelativize(dns.name.root) if found.is_subdomain(zone) and found != zone else found
