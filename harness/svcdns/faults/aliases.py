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
    """Drop the CNAME record, and give its target's addresses to the owner name; invent one if the target is outside."""
    behind = tuple(record._replace(owner=context.question.name) for record in reply.answer if record.type != CNAME)
    if context.question.type == CNAME:
        return replace(NO_DATA, authority=reply.authority)
    text = "192.0.2.254" if context.question.type == A else "2001:db8::fe"
    return replace(reply, answer=behind or (made_up(context, context.question.type, text),))


def _in_the_cluster(context: QueryContext, record: Record) -> tuple[Record, ...]:
    """Append the cluster domain to the external name."""
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
        "The name of an ExternalName Service is NODATA.",
        ("H01", "H14"),
        change=where(_at_alias, NO_DATA),
    ),
    Fault(
        "external-names-denied",
        "The name of an ExternalName Service is NXDOMAIN.",
        ("H01",),
        change=where(_at_alias, NO_NAME),
    ),
    Fault(
        "cname-behind-its-target",
        "A CNAME record comes after the addresses of its target.",
        ("H03",),
        "extended",
        change=where(_at_alias, _behind_its_target),
    ),
    Fault(
        "cname-wrong-target",
        "The target of an ExternalName Service's CNAME record is a name below its external name.",
        ("H01", "H11", "H07"),
        change=each(lambda _, record: (pointing(record, with_labels(target(record.rdata), "www")),), CNAME),
    ),
    Fault(
        "cname-completed-with-the-cluster-domain",
        "The cluster domain is appended to an external name.",
        ("H01", "H07"),
        change=each(_in_the_cluster, CNAME),
    ),
    Fault(
        "cname-not-for-aaaa",
        "An AAAA query for an ExternalName Service is answered NODATA.",
        ("H02",),
        change=where(lambda context, reply: _at_alias(context, reply) and context.question.type == AAAA, NO_DATA),
    ),
    Fault(
        "cname-flattened",
        "An ExternalName Service answers addresses without its CNAME record.",
        ("H01", "H12"),
        change=where(_at_alias, _flattened),
    ),
    Fault(
        "names-below-aliases",
        "Every name below an ExternalName Service is the same alias.",
        ("H06",),
        "extended",
        change=_below_aliases,
    ),
    Fault(
        "cname-within-the-namespace-only",
        "The name of an ExternalName Service that points to another namespace is NXDOMAIN.",
        ("H17",),
        change=seeing(services(lambda service: None if _leads_to_another_namespace(service) else service)),
    ),
    Fault(
        "cname-twice",
        "An ExternalName Service has a second CNAME record.",
        ("H01",),
        change=with_answer(_and_another, CNAME, A, AAAA),
    ),
    Fault(
        "external-names-with-dot-denied",
        "The name of an ExternalName Service whose external name ends in a dot is NXDOMAIN.",
        ("H07",),
        "extended",
        change=seeing(services(lambda service: None if service.external_name.endswith(".") else service)),
    ),
)
