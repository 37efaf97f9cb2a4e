"""Wrong aliases of ExternalName Services."""

from __future__ import annotations

from dataclasses import replace

import dns.name
import dns.rcode
from dns.rdatatype import AAAA, CNAME, A

from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.mistakes import seeing, services
from svcdns.faults.replies import (
    NO_DATA,
    NO_NAME,
    below_service,
    each,
    is_denial,
    made_up,
    pointing,
    where,
    with_answer,
    with_labels,
)
from svcdns.message import Record, Reply, name, target
from svcdns.state import Service


def _at_alias(context: QueryContext, reply: Reply) -> bool:
    owner = below_service(context)
    return bool(reply.answer) and owner is not None and owner.service.external


def _behind_its_target(context: QueryContext, reply: Reply) -> Reply:
    del context
    moved = sorted(reply.answer, key=lambda record: record.type == CNAME)
    return replace(reply, answer=tuple(moved))


def _flattened(context: QueryContext, reply: Reply) -> Reply:
    """The alias left out, and what it leads to owned by the name asked for; made up where it leads out."""
    behind = tuple(record._replace(owner=context.question.name) for record in reply.answer if record.type != CNAME)
    if context.question.type == CNAME:
        return replace(NO_DATA, authority=reply.authority)
    text = "192.0.2.254" if context.question.type == A else "2001:db8::fe"
    return replace(reply, answer=behind or (made_up(context, context.question.type, text),))


def _in_the_cluster(context: QueryContext, record: Record) -> tuple[Record, ...]:
    """The external name taken for one that the cluster domain completes."""
    zone = name(context.state.domain)
    to = target(record.rdata)
    return (record if to.is_subdomain(zone) else pointing(record, to.relativize(dns.name.root).concatenate(zone)),)


def _below_aliases(context: QueryContext, reply: Reply) -> Reply:
    owner = below_service(context)
    if owner is None or not owner.service.external or not owner.labels or not is_denial(reply):
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, CNAME, f"{owner.service.external_name.rstrip('.')}."),))


def _leads_to_another_namespace(service: Service) -> bool:
    external = f"{service.external_name.rstrip('.')}."
    return ".svc." in external and f".{service.key.namespace}.svc." not in external


def _and_another(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    another = made_up(context, CNAME, "another.example.com.")
    return (answer[0], another, *answer[1:]) if answer[0].type == CNAME else answer


FAULTS = (
    Fault(
        "cname-missing",
        "The name of an ExternalName Service has no data.",
        ("H01", "H14"),
        change=where(_at_alias, NO_DATA),
    ),
    Fault(
        "external-names-denied",
        "The name of an ExternalName Service does not exist.",
        ("H01",),
        change=where(_at_alias, NO_NAME),
    ),
    Fault(
        "cname-behind-its-target",
        "An alias stands behind the addresses that it leads to.",
        ("H03",),
        "extended",
        change=where(_at_alias, _behind_its_target),
    ),
    Fault(
        "cname-wrong-target",
        "An alias leads to a name below its external name.",
        ("H01", "H11", "H07"),
        change=each(lambda _, record: (pointing(record, with_labels(target(record.rdata), "www")),), CNAME),
    ),
    Fault(
        "cname-completed-with-the-cluster-domain",
        "The cluster domain is put behind an external name, as if it were not complete.",
        ("H01", "H07"),
        change=each(_in_the_cluster, CNAME),
    ),
    Fault(
        "cname-not-for-aaaa",
        "Asked for AAAA, an ExternalName Service has no data.",
        ("H02",),
        change=where(lambda context, reply: _at_alias(context, reply) and context.question.type == AAAA, NO_DATA),
    ),
    Fault(
        "cname-flattened",
        "An ExternalName Service answers addresses, and not that it is an alias.",
        ("H01", "H12"),
        change=where(_at_alias, _flattened),
    ),
    Fault(
        "names-below-aliases",
        "Every name below an ExternalName Service is the same alias.",
        ("H06",),
        change=_below_aliases,
    ),
    Fault(
        "cname-within-the-namespace-only",
        "An alias for a Service of another namespace is not answered.",
        ("H17",),
        change=seeing(services(lambda service: None if _leads_to_another_namespace(service) else service)),
    ),
    Fault(
        "cname-twice",
        "An ExternalName Service has a second alias.",
        ("H01",),
        change=with_answer(_and_another, CNAME, A, AAAA),
    ),
    Fault(
        "external-names-with-dot-denied",
        "An ExternalName Service whose external name ends in a dot does not exist.",
        ("H07",),
        "extended",
        change=seeing(services(lambda service: None if service.external_name.endswith(".") else service)),
    ),
)
