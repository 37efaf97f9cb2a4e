"""Wrong negative answers: NXDOMAIN for names that exist, answers for names that do not, and errors."""

from __future__ import annotations

from dataclasses import replace

import dns.name
import dns.rcode
from dns.rdatatype import AAAA, ANY, AXFR, PTR, SOA, SRV, TXT, A

from svcdns import records
from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.replies import (
    NO_DATA,
    NO_NAME,
    api_server,
    as_if,
    below_service,
    is_denial,
    is_no_data,
    made_up,
    where,
)
from svcdns.message import Question, Record, Reply, name

_ADDRESSES = (A, AAAA)
_DAY_SECONDS = 86_400
_LONG_LABEL = 63


def _in_cluster(context: QueryContext) -> bool:
    return context.question.name.is_subdomain(name(context.state.domain))


def _labels(context: QueryContext) -> tuple[bytes, ...]:
    return context.question.name.labels


def _empty_non_terminal(context: QueryContext, reply: Reply) -> bool:
    """Whether the name exists, and has no record of any type."""
    return is_no_data(reply) and _in_cluster(context) and below_service(context) is None


def _failing(rcode: dns.rcode.Rcode) -> Reply:
    return Reply(rcode, authoritative=False)


def _without_soa(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, authority=tuple(record for record in reply.authority if record.type != SOA))


def _for_a_day(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, authority=tuple(_kept_for_a_day(record) for record in reply.authority))


def _with_relative_soa(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, authority=tuple(_relative(record) for record in reply.authority))


def _relative(record: Record) -> Record:
    """Return a SOA record whose names were never completed with those of the zone."""
    if record.type != SOA:
        return record
    return record._replace(rdata=record.rdata.replace(mname=name("ns.dns"), rname=name("hostmaster")))


def _with_relative_mailbox(record: Record) -> Record:
    return record._replace(rdata=record.rdata.replace(rname=name("hostmaster"))) if record.type == SOA else record


def _kept_for_a_day(record: Record) -> Record:
    if record.type != SOA:
        return record
    return record._replace(ttl=_DAY_SECONDS, rdata=record.rdata.replace(minimum=_DAY_SECONDS))


def _of_namespaces(context: QueryContext, reply: Reply) -> bool:
    """Whether a name is NXDOMAIN because its namespace does not exist."""
    zone = name(f"svc.{context.state.domain}")
    if not is_denial(reply) or not context.question.name.is_subdomain(zone):
        return False
    *_, namespace = (b"", *context.question.name.relativize(zone).labels)
    return namespace.decode("latin-1").lower() not in context.state.namespaces


def _asterisk(context: QueryContext) -> Question | None:
    """Take the label * for the first Service of the namespace."""
    owner = below_service(context)
    if _labels(context)[0] not in (b"*", b"any") or owner is not None:
        return None
    beside = [key for key in sorted(context.state.services) if key.namespace.encode() == _labels(context)[1]]
    return (
        Question(dns.name.Name((beside[0].name.encode(), *_labels(context)[1:])), context.question.type)
        if beside
        else None
    )


def _any_name(context: QueryContext, reply: Reply) -> Reply:
    """Answer the same address for every name that does not exist."""
    if not is_denial(reply) or not _in_cluster(context) or context.question.type != A:
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, A, "192.0.2.253"),))


def _splitting_dots(context: QueryContext) -> Question | None:
    split = tuple(part for label in _labels(context)[:-1] for part in label.split(b"."))
    if len(split) + 1 == len(_labels(context)):
        return None
    return Question(dns.name.Name((*split, b"")), context.question.type)


def _everything(context: QueryContext, reply: Reply) -> Reply:
    """Answer ANY with every record of the name."""
    if context.question.type != ANY or is_denial(reply):
        return reply
    types = (A, AAAA, SRV, TXT, PTR)
    found = (records.answer(context.state, Question(context.question.name, type_), context.profile) for type_ in types)
    return replace(
        reply, answer=(*(record for each in found for record in each.answer), _soa_of(context)), authority=()
    )


def _soa_of(context: QueryContext) -> Record:
    zone = name(context.state.domain)
    (found,) = records.answer(context.state, Question(zone, SOA), context.profile).answer
    return found._replace(owner=context.question.name)


def _transferred(context: QueryContext, reply: Reply) -> Reply:
    """Answer a zone transfer: the SOA, records, the SOA again."""
    if context.question.type != AXFR:
        return reply
    listed = records.answer(context.state, Question(api_server(context), A), context.profile).answer
    return Reply(dns.rcode.NOERROR, answer=(_soa_of(context), *listed, _soa_of(context)))


FAULTS = (
    Fault(
        "aaaa-denied",
        "An AAAA query for a name without AAAA records is answered NXDOMAIN, so that a resolver forgets its other records too.",
        ("B02", "C05", "C12", "G06", "M12", "K04"),
        change=where(lambda context, reply: context.question.type == AAAA and is_no_data(reply), NO_NAME),
    ),
    Fault(
        "no-data-denied",
        "A query for a type that a name lacks is answered NXDOMAIN.",
        ("B02", "B10", "C05", "G06", "A08", "I10", "M12", "K04", "K06", "C27"),
        change=where(lambda _, reply: is_no_data(reply), NO_NAME),
    ),
    Fault(
        "denied-is-no-data",
        "A query for a name that does not exist is answered NODATA.",
        ("G05", "C04", "A11", "M04", "K03", "K05", "E22", "H16", "C26", "D17"),
        change=where(lambda _, reply: is_denial(reply), NO_DATA),
    ),
    Fault(
        "other-types-denied",
        "A query for a type that a name lacks, other than A, AAAA, SRV, PTR and TXT, is answered NXDOMAIN.",
        ("B10", "G06", "A08"),
        change=where(
            lambda context, reply: is_no_data(reply) and context.question.type not in (*_ADDRESSES, SRV, PTR, TXT),
            NO_NAME,
        ),
    ),
    Fault(
        "other-types-never-denied",
        "A query for a name that does not exist is answered NODATA, unless its type is A, AAAA or SRV.",
        ("G05",),
        change=where(
            lambda context, reply: is_denial(reply) and context.question.type not in (*_ADDRESSES, SRV), NO_DATA
        ),
    ),
    Fault(
        "other-types-fail",
        "A query for a type that a name lacks, other than A, AAAA, SRV, PTR and TXT, is answered SERVFAIL.",
        ("B10", "G06", "G09"),
        change=where(
            lambda context, reply: is_no_data(reply) and context.question.type not in (*_ADDRESSES, SRV, PTR, TXT),
            _failing(dns.rcode.SERVFAIL),
        ),
    ),
    Fault(
        "denied-is-refused",
        "A query for a name that does not exist is answered REFUSED.",
        ("G05", "C11", "C04", "A03", "A08", "E18"),
        change=where(lambda _, reply: is_denial(reply), _failing(dns.rcode.REFUSED)),
    ),
    Fault(
        "denied-is-servfail",
        "A query for a name that does not exist is answered SERVFAIL.",
        ("G05", "C11", "C04", "M05"),
        change=where(lambda _, reply: is_denial(reply), _failing(dns.rcode.SERVFAIL)),
    ),
    Fault(
        "no-data-is-refused",
        "A query for a type that a name lacks is answered REFUSED.",
        ("B02", "C05", "B10", "H04", "H12", "H13"),
        change=where(lambda _, reply: is_no_data(reply), _failing(dns.rcode.REFUSED)),
    ),
    Fault(
        "no-answer-for-aaaa",
        "An AAAA query for a name without AAAA records is not answered.",
        ("B02", "C05"),
        change=lambda context, reply: None if context.question.type == AAAA and is_no_data(reply) else reply,
    ),
    Fault(
        "empty-non-terminals-denied",
        "Names that exist without records, such as those of namespaces, are NXDOMAIN.",
        ("A09", "A10", "A08", "K06", "A15"),
        change=where(_empty_non_terminal, NO_NAME),
    ),
    Fault(
        "unknown-namespace-is-no-data",
        "The names of a namespace that does not exist are NODATA instead of NXDOMAIN.",
        ("A11",),
        change=where(_of_namespaces, NO_DATA),
    ),
    Fault(
        "any-name-answers",
        "A name that does not exist answers an address.",
        ("G05", "C11", "A12", "M04", "B18", "E19", "G08", "K05", "D15"),
        change=_any_name,
    ),
    Fault(
        "labels-split-at-dots",
        "A label that contains a dot is read as two labels.",
        ("G14",),
        change=as_if(_splitting_dots),
    ),
    Fault(
        "long-names-fail",
        "Names with a label of 63 octets are SERVFAIL.",
        ("G15",),
        change=where(lambda context, _: len(_labels(context)[0]) == _LONG_LABEL, _failing(dns.rcode.SERVFAIL)),
    ),
    Fault(
        "asterisk-answers",
        "The label * or any stands for any Service.",
        ("G08",),
        "extended",
        change=as_if(_asterisk),
    ),
    Fault(
        "any-lists-everything",
        "An ANY query is answered with all records of a name.",
        ("G07",),
        "extended",
        change=_everything,
    ),
    Fault(
        "transfers-granted",
        "Every client may transfer the zone.",
        ("G12",),
        "extended",
        change=_transferred,
    ),
    Fault(
        "no-soa-in-denials",
        "NXDOMAIN answers lack the SOA of their zone.",
        ("G01",),
        "extended",
        change=where(lambda _, reply: is_denial(reply), _without_soa),
    ),
    Fault(
        "no-soa-without-data",
        "NODATA answers lack the SOA of their zone.",
        ("G02",),
        "extended",
        change=where(lambda _, reply: is_no_data(reply), _without_soa),
    ),
    Fault(
        "soa-names-relative",
        "The SOA record of negative answers has names that lack the zone.",
        ("A07",),
        "extended",
        change=_with_relative_soa,
    ),
    Fault(
        "soa-mailbox-relative",
        "The SOA record of negative answers has a mailbox that lacks the zone.",
        ("A07",),
        "extended",
        change=lambda _, reply: replace(reply, authority=tuple(map(_with_relative_mailbox, reply.authority))),
    ),
    Fault(
        "negative-ttl-of-a-day",
        "Negative answers may be cached for a day.",
        ("G03",),
        "extended",
        "86400 s",
        change=where(lambda _, reply: not reply.answer, _for_a_day),
    ),
    Fault(
        "denials-not-authoritative",
        "Negative answers are not authoritative.",
        ("G04",),
        "extended",
        change=where(lambda _, reply: not reply.answer, lambda _, reply: replace(reply, authoritative=False)),
    ),
)
