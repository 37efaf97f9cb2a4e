"""Wrong SRV records."""

from __future__ import annotations

from dataclasses import replace

import dns.name
import dns.rcode
from dns.rdatatype import SRV, A

from svcdns.faults.deliveries import with_compressed_targets
from svcdns.faults.fault import Fault, QueryContext, ReplyChange, Rewriting
from svcdns.faults.mistakes import endpoints, seeing, services
from svcdns.faults.replies import (
    LONGEST_LABEL,
    NO_DATA,
    NO_NAME,
    api_server,
    as_if,
    below_service,
    each,
    made_up,
    pointing,
    where,
    with_answer,
    with_labels,
    without_domain,
)
from svcdns.message import Question, Record, Reply, port, rdata, target
from svcdns.state import Service


def _numbered(context: QueryContext, record: Record, number: int) -> Record:
    del context
    return record._replace(rdata=record.rdata.replace(port=number))


def _for_service(change: ReplyChange, *, headless: bool) -> ReplyChange:
    """Apply a change to the names of headless Services only, or of the others only."""

    def changed(context: QueryContext, reply: Reply) -> Reply | None:
        owner = below_service(context)
        return change(context, reply) if owner and owner.service.headless is headless else reply

    return changed


def _target_port(service: Service) -> Service:
    """Return the Service with its target ports as ports."""
    ports = (
        replace(port, port=port.target_port) if isinstance(port.target_port, int) else port for port in service.ports
    )
    return replace(service, ports=tuple(ports)) if service.cluster_ips else service


def _node_port(context: QueryContext, record: Record) -> tuple[Record, ...]:
    owner = below_service(context)
    on_nodes = owner and owner.service.type in {"NodePort", "LoadBalancer"}
    return (
        (record._replace(rdata=record.rdata.replace(port=30_000 + port(record.rdata) % 2_768)),)
        if on_nodes
        else (record,)
    )


def _over_tcp(context: QueryContext) -> Question | None:
    owner = below_service(context)
    if owner is None or len(owner.labels) != 2 or context.question.type != SRV:  # noqa: PLR2004 - a port and a protocol
        return None
    labels = context.question.name.labels
    return Question(type(context.question.name)((labels[0], b"_tcp", *labels[2:])), SRV)


def _first_port(context: QueryContext) -> Question | None:
    """Take any port for the first named port of the Service."""
    owner = below_service(context)
    if owner is None or len(owner.labels) != 2 or context.question.type != SRV:  # noqa: PLR2004 - a port and a protocol
        return None
    named = [port for port in owner.service.ports if port.name]
    if not named:
        return None
    parent = type(context.question.name)(context.question.name.labels[2:])
    return Question(with_labels(parent, f"_{named[0].name}", f"_{named[0].protocol.lower()}"), SRV)


def _unnamed_by_number(context: QueryContext, reply: Reply) -> Reply:
    owner = below_service(context)
    if owner is None or len(owner.labels) != 2 or context.question.type != SRV or reply.answer:  # noqa: PLR2004 - as above
        return reply
    parent = type(context.question.name)(context.question.name.labels[2:])
    unnamed = [port for port in owner.service.ports if not port.name and owner.labels[0] == f"_{port.port}"]
    return replace(
        reply,
        rcode=type(reply.rcode)(0) if unnamed else reply.rcode,
        answer=tuple(made_up(context, SRV, f"0 100 {port.port} {parent}") for port in unnamed),
    )


def _one_a_number(service: Service) -> Service:
    """Keep the first of several ports with the same number."""
    first = {port.port: port for port in reversed(service.ports)}
    return replace(service, ports=tuple(port for port in service.ports if first[port.port] is port))


def _to_the_service(context: QueryContext, record: Record) -> Record:
    return pointing(record, type(context.question.name)(context.question.name.labels[2:]))


def _with_zero_weight(context: QueryContext, record: Record) -> tuple[Record, ...]:
    del context
    return (record._replace(rdata=record.rdata.replace(weight=0)),)


def _wrong_additional(context: QueryContext, reply: Reply) -> Reply:
    if context.question.type != SRV or not reply.answer:
        return reply
    owner = target(reply.answer[0].rdata)
    return replace(reply, additional=(*reply.additional, Record(owner, 30, rdata(A, "192.0.2.252"))))


def _of_alias(context: QueryContext, reply: Reply) -> Reply:
    owner = below_service(context)
    if owner is None or not owner.service.external or len(owner.labels) != 2 or context.question.type != SRV:  # noqa: PLR2004 - as above
        return reply
    ports = (port for port in owner.service.ports if f"_{port.name}" == owner.labels[0])
    answer = tuple(made_up(context, SRV, f"0 100 {port.port} {owner.service.external_name}.") for port in ports)
    return Reply(type(reply.rcode)(0), answer=answer) if answer else reply


def _one_more(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    first = answer[0]
    parent = dns.name.Name(context.question.name.labels[2:])
    return (*answer, pointing(first, with_labels(parent, "stranger")))


def _endpoint_behind_a_port(context: QueryContext) -> Question | None:
    owner = below_service(context)
    if owner is None or len(owner.labels) != 3 or not owner.labels[0].startswith("_"):  # noqa: PLR2004 - a port, a protocol and a hostname
        return None
    return Question(dns.name.Name(context.question.name.labels[2:]), context.question.type)


def _is_port(context: QueryContext) -> bool:
    return context.question.name.labels[0].startswith(b"_")


def _beside_a_longer_name(context: QueryContext, reply: Reply) -> bool:
    owner = below_service(context)
    too_long = owner and any(len(port.name) >= LONGEST_LABEL for port in owner.service.ports)
    return bool(reply.answer and too_long and _is_port(context))


FAULTS = (
    Fault(
        "srv-wrong-port",
        "SRV records carry the right port number plus 1.",
        ("E01", "E10", "E11"),
        change=each(lambda context, record: (_numbered(context, record, port(record.rdata) + 1),), SRV),
    ),
    Fault(
        "srv-target-port",
        "SRV records of a ClusterIP Service carry the target port.",
        ("E01", "E03"),
        change=seeing(services(_target_port), SRV),
    ),
    Fault(
        "srv-node-port",
        "SRV records of NodePort and LoadBalancer Services carry the node port.",
        ("E23",),
        change=each(_node_port, SRV),
    ),
    Fault(
        "srv-wrong-target",
        "The target of SRV records of a ClusterIP Service is the API server's Service.",
        ("E01",),
        change=_for_service(
            each(lambda context, record: (pointing(record, api_server(context)),), SRV), headless=False
        ),
    ),
    Fault(
        "srv-target-is-the-service",
        "The target of SRV records of a headless Service is its own name instead of its endpoints' names.",
        ("E08",),
        change=_for_service(each(lambda context, record: (_to_the_service(context, record),), SRV), headless=True),
    ),
    Fault(
        "srv-target-does-not-resolve",
        "The targets of SRV records of a headless Service do not exist.",
        ("E09", "I07"),
        change=_for_service(
            each(lambda _, record: (pointing(record, with_labels(target(record.rdata), "gone")),), SRV), headless=True
        ),
    ),
    Fault(
        "srv-protocol-ignored",
        "A port has SRV records under every protocol.",
        ("E05",),
        change=as_if(_over_tcp),
    ),
    Fault(
        "srv-of-any-port",
        "An SRV query for a port that a Service lacks is answered with its first port.",
        ("E05", "G08"),
        change=as_if(_first_port),
    ),
    Fault(
        "srv-of-unnamed-port",
        "An unnamed port has an SRV record under its number.",
        ("E06",),
        change=_unnamed_by_number,
    ),
    Fault(
        "srv-one-per-port-number",
        "Of two ports with the same number, only the first has an SRV record.",
        ("E04",),
        change=seeing(services(_one_a_number)),
    ),
    Fault(
        "srv-first-port-only",
        "Only the first port of a ClusterIP Service has an SRV record.",
        ("E03",),
        change=seeing(
            services(lambda service: replace(service, ports=service.ports[:1]) if service.cluster_ips else service), SRV
        ),
    ),
    Fault(
        "srv-endpoint-missing",
        "One ready endpoint of a headless Service has no SRV record.",
        ("E08", "E11"),
        change=with_answer(lambda _, answer: answer[:-1] if len(answer) > 1 else answer, SRV),
    ),
    Fault(
        "srv-of-unready-endpoints",
        "Endpoints that are not ready have SRV records.",
        ("C06", "E12", "J02", "J08"),
        change=seeing(
            endpoints(lambda _, __, endpoint: endpoint if endpoint.terminating else replace(endpoint, ready=True)), SRV
        ),
    ),
    Fault(
        "srv-once-per-family",
        "Each endpoint has one SRV record per address family.",
        ("I06",),
        change=with_answer(
            lambda context, answer: answer * (len(owner.service.families) if (owner := below_service(context)) else 1),
            SRV,
        ),
    ),
    Fault(
        "srv-missing",
        "An SRV query for an existing port is answered NXDOMAIN.",
        ("E01", "E08", "I14"),
        change=where(lambda context, reply: context.question.type == SRV and bool(reply.answer), NO_NAME),
    ),
    Fault(
        "srv-without-data",
        "An SRV query for an existing port is answered NODATA.",
        ("E01", "E08", "E16", "E17"),
        change=where(lambda context, reply: context.question.type == SRV and bool(reply.answer), NO_DATA),
    ),
    Fault(
        "srv-of-external-name",
        "The ports of an ExternalName Service have SRV records.",
        ("H05",),
        "extended",
        change=_of_alias,
    ),
    Fault(
        "srv-wrong-additional",
        "The additional section of SRV answers contains an address that the target does not have.",
        ("E02",),
        "extended",
        change=_wrong_additional,
    ),
    Fault(
        "srv-zero-weight",
        "The weight of SRV records is 0.",
        ("E14",),
        "extended",
        change=each(_with_zero_weight, SRV),
    ),
    Fault(
        "srv-extra-record",
        "A headless Service has one more SRV record, whose target is no endpoint.",
        ("E08",),
        change=_for_service(with_answer(_one_more, SRV), headless=True),
    ),
    Fault(
        "srv-twice",
        "Every SRV record is answered twice.",
        ("E01", "E08"),
        change=with_answer(lambda _, answer: answer * 2, SRV),
    ),
    Fault(
        "srv-targets-without-domain",
        "The targets of SRV records lack the cluster domain.",
        ("E01",),
        change=each(lambda context, record: (pointing(record, without_domain(context, target(record.rdata))),), SRV),
    ),
    Fault(
        "srv-targets-compressed",
        "The targets of SRV records are compressed.",
        ("E25",),
        deliver=Rewriting(with_compressed_targets),
    ),
    Fault(
        "srv-of-longest-port-names-denied",
        "A port name of 62 characters, a label of 63 octets with its underscore, is NXDOMAIN.",
        ("E26",),
        change=where(
            lambda context, _: len(context.question.name.labels[0]) == LONGEST_LABEL and _is_port(context), NO_NAME
        ),
    ),
    Fault(
        "longer-port-names-fail",
        "SRV queries are SERVFAIL at a Service that has a port name of 63 characters.",
        ("E27",),
        change=where(_beside_a_longer_name, Reply(dns.rcode.SERVFAIL, authoritative=False)),
    ),
    Fault(
        "ports-before-endpoints",
        "A port and a protocol in front of an endpoint's name are ignored.",
        ("E19",),
        "extended",
        change=as_if(_endpoint_behind_a_port),
    ),
)
