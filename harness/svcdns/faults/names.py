"""Names read wrongly: their case, the zone, the search list, the schema version."""

from __future__ import annotations

import dns.name
import dns.rcode
from dns.rdatatype import AAAA, NS, TXT, A

from svcdns.faults.fault import Fault, QueryContext, ReplyChange, Rewriting
from svcdns.faults.replies import NO_DATA, NO_NAME, as_if, each, is_denial, made_up, where, with_answer
from svcdns.message import Question, Record, Reply, name, rdata

_HEADER_OCTETS = 12


def _inside(context: QueryContext) -> tuple[bytes, ...]:
    """Return the labels in front of the cluster domain, in lower case; none for other names."""
    zone = name(context.state.domain)
    if not context.question.name.is_subdomain(zone):
        return ()
    return tuple(label.lower() for label in context.question.name.relativize(zone).labels)


def _completed(context: QueryContext, *labels: bytes) -> Question:
    """Return the question with other labels in front of the cluster domain."""
    return Question(dns.name.Name((*labels, *name(context.state.domain).labels)), context.question.type)


def _not_lower(context: QueryContext, reply: Reply) -> bool:
    del reply
    return any(label != label.lower() for label in context.question.name.labels)


def _zone_not_lower(context: QueryContext, reply: Reply) -> bool:
    del reply
    zone = name(context.state.domain)
    found = context.question.name
    return found.is_subdomain(zone) and found.labels[-len(zone.labels) :] != zone.labels


def _port_not_lower(context: QueryContext, reply: Reply) -> bool:
    del reply
    first = context.question.name.labels[0]
    return first.startswith(b"_") and first != first.lower()


def _without_svc(context: QueryContext) -> Question | None:
    match _inside(context):
        case (service, namespace) if namespace not in (b"svc", b"pod"):
            return _completed(context, service, namespace, b"svc")
    return None


def _twice_completed(context: QueryContext) -> Question | None:
    """Take a full name followed by an entry of the search list for the full name."""
    inside, zone = _inside(context), name(context.state.domain).labels[:-1]
    for start in range(1, len(inside) - len(zone) + 1):
        if inside[start : start + len(zone)] == zone:
            return _completed(context, *inside[:start])
    return None


def _labels_in_front(context: QueryContext) -> Question | None:
    match _inside(context):
        case (_, _, _, service, namespace, b"svc") | (_, _, _, _, service, namespace, b"svc"):
            return _completed(context, service, namespace, b"svc")
    return None


def _of_any_namespace(context: QueryContext) -> Question | None:
    match _inside(context):
        case (service, _, b"svc"):
            same = (key for key in sorted(context.state.services) if key.name.encode() == service)
            found = next(same, None)
            return _completed(context, service, found.namespace.encode(), b"svc") if found else None
    return None


def _below_the_schema(context: QueryContext, reply: Reply) -> Reply:
    match _inside(context):
        case (_, b"dns-version") if context.question.type == TXT:
            return Reply(dns.rcode.NOERROR, answer=(made_up(context, TXT, "1.1.0"),))
    return reply


def _at_the_domain(context: QueryContext, reply: Reply) -> Reply:
    at = context.question.name == name(context.state.domain) and context.question.type == A and not reply.answer
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, A, "10.96.0.1"),)) if at else reply


def _search_fails(context: QueryContext, reply: Reply) -> bool:
    """Whether a name outside the cluster, followed by an entry of the search list, is NXDOMAIN."""
    match _inside(context):
        case (_, _, _, b"svc") | (_, _, b"svc") | (_, _) if context.question.type in (A, AAAA):
            return is_denial(reply)
    return False


def _saying(text: str) -> ReplyChange:
    return each(lambda _, record: (record._replace(rdata=rdata(TXT, text)),), TXT)


def _and_another(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    return (*answer, made_up(context, TXT, "1.0.0"))


def _question_in_lower_case(context: QueryContext, wire: bytes) -> bytes:
    end = _HEADER_OCTETS + len(context.question.name.to_wire() or b"")
    return wire[:_HEADER_OCTETS] + wire[_HEADER_OCTETS:end].lower() + wire[end:]


FAULTS = (
    Fault(
        "names-case-sensitive",
        "A name that is not written in lower case is NXDOMAIN.",
        ("L14", "A02", "E15"),
        change=where(_not_lower, NO_NAME),
    ),
    Fault(
        "domain-case-sensitive",
        "A name whose cluster domain is not written in lower case is NXDOMAIN.",
        ("L14",),
        change=where(_zone_not_lower, NO_NAME),
    ),
    Fault(
        "ports-case-sensitive",
        "A name whose port is not written in lower case is NXDOMAIN.",
        ("E15",),
        change=where(_port_not_lower, NO_NAME),
    ),
    Fault(
        "case-not-echoed",
        "The question comes back in lower case, so that a client that mixes case against forgery discards the answer.",
        ("G16",),
        deliver=Rewriting(_question_in_lower_case),
    ),
    Fault(
        "svc-label-optional",
        "Services also have names without the label svc.",
        ("A12",),
        "extended",
        change=as_if(_without_svc),
    ),
    Fault(
        "leading-labels-ignored",
        "Labels in front of a port and its protocol are ignored.",
        ("A12", "E19"),
        "extended",
        change=as_if(_labels_in_front),
    ),
    Fault(
        "search-done-by-the-server",
        "A full name followed by an entry of the search list is answered as the full name.",
        ("A12",),
        "extended",
        change=as_if(_twice_completed),
    ),
    Fault(
        "namespaces-searched",
        "A Service that a namespace lacks is looked up in the other namespaces.",
        ("M03", "A11"),
        change=as_if(_of_any_namespace),
    ),
    Fault(
        "search-fails",
        "A short name completed by the wrong entry of the search list is SERVFAIL, which ends the search.",
        ("M02", "M05", "M04"),
        "extended",
        change=where(_search_fails, Reply(dns.rcode.SERVFAIL, authoritative=False)),
    ),
    Fault(
        "domain-has-address",
        "The cluster domain itself has an A record.",
        ("A08",),
        "extended",
        change=_at_the_domain,
    ),
    Fault(
        "schema-version-missing",
        "The name of the schema version is NXDOMAIN.",
        ("A01",),
        change=where(lambda context, reply: context.question.type == TXT and bool(reply.answer), NO_NAME),
    ),
    Fault(
        "schema-version-without-data",
        "The name of the schema version is NODATA.",
        ("A01",),
        change=where(lambda context, reply: context.question.type == TXT and bool(reply.answer), NO_DATA),
    ),
    Fault(
        "schema-version-malformed",
        "The schema version is not a semantic version.",
        ("A01",),
        change=_saying("latest"),
    ),
    Fault(
        "schema-version-in-two-strings",
        "The schema version is one TXT record of two strings.",
        ("A01",),
        change=_saying('"1.1" "0"'),
    ),
    Fault(
        "schema-version-twice",
        "There are two schema versions.",
        ("A01",),
        change=with_answer(_and_another, TXT),
    ),
    Fault(
        "names-below-schema-version",
        "Names below that of the schema version answer it too.",
        ("A04",),
        "extended",
        change=_below_the_schema,
    ),
    Fault(
        "name-servers-do-not-resolve",
        "The NS records of the cluster domain name servers that have no address.",
        ("A06",),
        "extended",
        change=each(lambda context, _: (made_up(context, NS, f"gone.{context.state.domain}."),), NS),
    ),
)
