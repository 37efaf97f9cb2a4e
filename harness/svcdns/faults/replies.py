"""What faults do to replies: records changed, names denied, questions taken for others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

import dns.name
import dns.rcode
from dns.rdatatype import CNAME, SRV, RdataType

from svcdns import records
from svcdns.faults.fault import QueryContext, ReplyChange
from svcdns.message import Question, Record, Reply, name, rdata
from svcdns.state import Key, Service

NO_NAME, NO_DATA = Reply(dns.rcode.NXDOMAIN), Reply(dns.rcode.NOERROR)

#: Octets of the longest label (RFC 1035, section 2.3.4).
LONGEST_LABEL = 63

#: The TTL of records that a fault adds, in seconds.
TTL = 30


class ServiceOwnerName(NamedTuple):
    """The owner name of a question at or below a Service: the Service, and the labels before its name."""

    service: Service
    labels: tuple[str, ...]


def below_service(context: QueryContext) -> ServiceOwnerName | None:
    """Return the question's owner name as one at or below a Service, or None if it is elsewhere."""
    zone = name(context.state.domain)
    if not context.question.name.is_subdomain(zone):
        return None
    labels = [label.decode("latin-1").lower() for label in context.question.name.relativize(zone).labels]
    if len(labels) < 3 or labels[-1] != "svc":  # noqa: PLR2004 - Service, namespace and svc
        return None
    service = context.state.services.get(Key(labels[-2], labels[-3]))
    return ServiceOwnerName(service, tuple(labels[:-3])) if service else None


def api_server(context: QueryContext) -> dns.name.Name:
    """Return the name of the API server's Service."""
    return name(f"kubernetes.default.svc.{context.state.domain}")


def is_denial(reply: Reply) -> bool:
    """Whether a reply says that the name does not exist (NXDOMAIN)."""
    return reply.rcode == dns.rcode.NXDOMAIN


def is_no_data(reply: Reply) -> bool:
    """Whether a reply says that the name has no record of the type (NODATA)."""
    return reply.rcode == dns.rcode.NOERROR and not reply.answer


def each(change: Callable[[QueryContext, Record], Iterable[Record]], *types: RdataType) -> ReplyChange:
    """Replace each record of some types in the answer section by others, or by none."""

    def changed(context: QueryContext, reply: Reply) -> Reply:
        found = (change(context, record) if record.type in types else (record,) for record in reply.answer)
        return reply if not reply.answer else replace(reply, answer=tuple(record for each in found for record in each))

    return changed


def with_answer(
    change: Callable[[QueryContext, tuple[Record, ...]], tuple[Record, ...]], *types: RdataType
) -> ReplyChange:
    """Replace the records of an answer to a question of some types."""

    def changed(context: QueryContext, reply: Reply) -> Reply:
        if not reply.answer or context.question.type not in types:
            return reply
        return replace(reply, answer=change(context, reply.answer))

    return changed


def where(holds: Callable[[QueryContext, Reply], bool], instead: Reply | ReplyChange) -> ReplyChange:
    """Replace a reply where a condition holds; a given reply keeps the authority section of the replaced one."""

    def changed(context: QueryContext, reply: Reply) -> Reply | None:
        if not holds(context, reply):
            return reply
        return replace(instead, authority=reply.authority) if isinstance(instead, Reply) else instead(context, reply)

    return changed


def as_if(other: Callable[[QueryContext], Question | None]) -> ReplyChange:
    """Answer a question that is NXDOMAIN as if another one had been asked."""

    def changed(context: QueryContext, reply: Reply) -> Reply:
        taken_for = other(context) if is_denial(reply) else None
        if taken_for is None:
            return reply
        found = records.answer(context.state, taken_for, context.profile)
        owned = tuple(
            record._replace(owner=context.question.name) if record.owner == taken_for.name else record
            for record in found.answer
        )
        return replace(found, answer=owned)

    return changed


def made_up(context: QueryContext, type_: RdataType, text: str) -> Record:
    """Return a record of the question's owner name, with rdata as in a zone file."""
    return Record(context.question.name, TTL, rdata(type_, text))


def with_labels(found: dns.name.Name, *labels: str) -> dns.name.Name:
    """Return a name with more labels in front."""
    return dns.name.Name((*(label.encode("latin-1") for label in labels), *found.labels))


def pointing(record: Record, to: dns.name.Name) -> Record:
    """Return an SRV, PTR or CNAME record with another target."""
    assert record.type in (SRV, dns.rdatatype.PTR, CNAME), "it has a target"
    return record._replace(rdata=record.rdata.replace(target=to))


def without_domain(context: QueryContext, found: dns.name.Name) -> dns.name.Name:
    """Return a name of the cluster without the cluster domain."""
    zone = name(context.state.domain)
    return found.relativize(zone).derelativize(dns.name.root) if found.is_subdomain(zone) and found != zone else found
