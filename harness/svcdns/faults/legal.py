"""Legal variations: what the specification and the RFCs leave to the server."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import dns.flags
import dns.message
import dns.name
import dns.rcode
from dns.rdatatype import AAAA, CNAME, NS, PTR, SOA, SRV, TXT, A

from svcdns import records
from svcdns.faults.deliveries import flags, over, remaking, uncompressed
from svcdns.faults.endpoints_only import endpoints_only
from svcdns.faults.fault import Fault, QueryContext, ReplyChange, Rewriting, Sending
from svcdns.faults.mistakes import as_profile, endpoints, seeing
from svcdns.faults.replies import NO_DATA, below_service, each, pointing, where
from svcdns.faults.stale import kept_for
from svcdns.message import Question, Record, Reply, name, rdata, target
from svcdns.state import ClusterState, Endpoint, EndpointSlice

_CACHE_SECONDS = 30.0


def _every_record(change: Callable[[QueryContext, Record], Record]) -> ReplyChange:
    """Replace each record of every section."""

    def changed(context: QueryContext, reply: Reply) -> Reply:
        def section(found: Sequence[Record]) -> tuple[Record, ...]:
            return tuple(change(context, record) for record in found)

        return replace(
            reply,
            answer=section(reply.answer),
            authority=section(reply.authority),
            additional=section(reply.additional),
        )

    return changed


def _with_ttl(seconds: int) -> ReplyChange:
    def changed(context: QueryContext, record: Record) -> Record:
        del context
        if record.type == SOA:
            return record._replace(ttl=seconds, rdata=record.rdata.replace(minimum=seconds))
        return record._replace(ttl=seconds)

    return _every_record(changed)


def _ordered(order: Callable[[QueryContext, list[Record]], Sequence[Record]]) -> ReplyChange:
    """Put the records of an answer in another order; aliases stay in front of their targets."""

    def changed(context: QueryContext, reply: Reply) -> Reply:
        aliases = [record for record in reply.answer if record.type == CNAME]
        others = [record for record in reply.answer if record.type != CNAME]
        return replace(reply, answer=(*aliases, *order(context, others))) if len(others) > 1 else reply

    return changed


def _rotated(context: QueryContext, found: list[Record]) -> list[Record]:
    first = context.number % len(found)
    return found[first:] + found[:first]


def _shuffled(context: QueryContext, found: list[Record]) -> list[Record]:
    return random.Random(context.number).sample(found, len(found))  # noqa: S311 - an order is no secret


def _with_all_targets(context: QueryContext, reply: Reply) -> Reply:
    """Add the addresses of all targets of SRV records, in both families."""
    targets = dict.fromkeys(target(record.rdata) for record in reply.answer if record.type == SRV)
    found = (
        record
        for each in targets
        for type_ in (A, AAAA)
        for record in records.answer(context.state, Question(each, type_), context.profile).answer
    )
    return replace(reply, additional=tuple(dict.fromkeys((*reply.additional, *found)))) if targets else reply


def _with_unrelated(context: QueryContext, reply: Reply) -> Reply:
    del context
    unrelated = Record(name("unrelated.invalid"), 30, rdata(TXT, "unrelated"))
    return replace(reply, additional=(*reply.additional, unrelated)) if reply.answer else reply


def _with_name_servers(context: QueryContext, reply: Reply) -> Reply:
    zone = name(context.state.domain)
    if not reply.answer or reply.authority or not context.question.name.is_subdomain(zone):
        return reply
    return replace(reply, authority=(Record(zone, 30, rdata(NS, f"ns.dns.{zone}")),))


def _minimal(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, authority=(), additional=()) if reply.answer else reply


def _other_soa(**fields: object) -> ReplyChange:
    def changed(context: QueryContext, record: Record) -> Record:
        del context
        return record._replace(rdata=record.rdata.replace(**fields)) if record.type == SOA else record

    return _every_record(changed)


def _srv(**fields: Callable[[QueryContext, Record], int]) -> ReplyChange:
    """Change numbers of SRV records."""
    return each(
        lambda context, record: (
            record._replace(
                rdata=record.rdata.replace(**{field: choose(context, record) for field, choose in fields.items()})
            ),
        ),
        SRV,
    )


def _called_as_its_pod(state: ClusterState, endpoint_slice: EndpointSlice, endpoint: Endpoint) -> Endpoint:
    del state, endpoint_slice
    return replace(endpoint, hostname=endpoint.hostname or endpoint.pod)


def _srv_at_no_port(context: QueryContext, reply: Reply) -> bool:
    owner = below_service(context)
    return owner is not None and len(owner.labels) < 2 and context.question.type == SRV and bool(reply.answer)  # noqa: PLR2004 - a port and a protocol


def _spelled(spell: Callable[[bytes], bytes], found: dns.name.Name) -> dns.name.Name:
    return dns.name.Name([spell(label) for label in found.labels])


def _owner_in_capitals(context: QueryContext, record: Record) -> Record:
    del context
    return record._replace(owner=_spelled(bytes.upper, record.owner))


def _target_in_capitals(context: QueryContext, record: Record) -> tuple[Record, ...]:
    del context
    return (pointing(record, _spelled(bytes.upper, target(record.rdata))),)


def _offering(octets: int) -> Callable[[dns.message.Message], None]:
    def remake(message: dns.message.Message) -> None:
        if message.opt is not None:
            message.use_edns(0, message.ednsflags, octets, options=list(message.options))

    return remake


def _empty_where_cut(message: dns.message.Message) -> None:
    if message.flags & dns.flags.TC:
        message.answer, message.additional = [], []


def _in_segments(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del context
    return tuple(replace(sending, segment_octets=7) for sending in sendings)


def _untouched(message: dns.message.Message) -> None:
    """Change nothing: writing the message again compresses all its names."""


VARIATIONS = (
    Fault("ttl-0", "Every TTL is 0.", change=_with_ttl(0)),
    Fault("ttl-5", "Every TTL is 5 seconds, CoreDNS's default.", change=_with_ttl(5)),
    Fault("ttl-30", "Every TTL is 30 seconds, as kubeadm configures it.", change=_with_ttl(30)),
    Fault(
        "ttl-counts-down",
        "TTLs count down from 30 seconds, as in a cache.",
        change=_every_record(lambda context, record: record._replace(ttl=30 - context.number % 30)),
    ),
    Fault("order-reversed", "Records come in reverse order.", change=_ordered(lambda _, found: found[::-1])),
    Fault("order-sorted", "Records are sorted by their data.", change=_ordered(lambda _, found: sorted(found))),
    Fault("order-rotating", "Every answer begins with the next record.", change=_ordered(_rotated)),
    Fault("order-shuffled", "Records come in random order.", change=_ordered(_shuffled)),
    Fault(
        "additional-absent",
        "The additional section is empty.",
        change=lambda _, reply: replace(reply, additional=()),
    ),
    Fault(
        "additional-complete",
        "The additional section of SRV answers contains every address of every target.",
        change=_with_all_targets,
    ),
    Fault(
        "additional-unrelated",
        "The additional section contains a record that is unrelated to the question.",
        change=_with_unrelated,
    ),
    Fault(
        "authority-with-name-servers",
        "The authority section of answers contains the NS record of the zone.",
        change=_with_name_servers,
    ),
    Fault("minimal-answers", "Answers with records have empty authority and additional sections.", change=_minimal),
    Fault("ra-set", "Answers have the RA flag.", deliver=flags(raised=dns.flags.RA)),
    Fault(
        "soa-other-names",
        "The SOA record has other names.",
        change=_other_soa(mname=name("a.invalid"), rname=name("b.invalid")),
    ),
    Fault(
        "soa-other-numbers",
        "The SOA record has other numbers.",
        change=_other_soa(serial=1, refresh=2, retry=3, expire=4, minimum=60),
    ),
    Fault("srv-other-priority", "SRV records have another priority.", change=_srv(priority=lambda _, __: 10)),
    Fault(
        "srv-other-weight",
        "SRV records have another weight in every answer.",
        change=_srv(weight=lambda context, _: context.number % 100),
    ),
    Fault(
        "srv-port-of-the-service",
        "SRV records of a headless Service carry the Service's port, as the specification words it.",
        change=as_profile(lambda own: replace(own, headless_port="service")),
    ),
    Fault(
        "no-srv-at-other-names",
        "Only _port._protocol names have SRV records, not those of Services and endpoints.",
        change=where(_srv_at_no_port, NO_DATA),
    ),
    Fault(
        "labels-hashed",
        "The identifier of an endpoint without a hostname is a hash.",
        change=as_profile(lambda own: replace(own, endpoint_label="hash")),
    ),
    Fault(
        "labels-of-pods",
        "The identifier of an endpoint without a hostname is its pod's name.",
        change=seeing(endpoints(_called_as_its_pod)),
    ),
    Fault(
        "reads-endpoints-only",
        "The server reads Endpoints and no EndpointSlices, as the specification words it.",
        change=seeing(endpoints_only),
    ),
    Fault(
        "pod-records-absent",
        "No name exists below pod.",
        change=as_profile(lambda own: replace(own, pod_records="disabled")),
    ),
    Fault(
        "no-names-behind-virtual-ips",
        "Endpoints of ClusterIP Services have no names and no PTR records.",
        change=as_profile(lambda own: replace(own, endpoints_behind_virtual_ip=False)),
    ),
    Fault(
        "apex-without-name-servers",
        "The cluster domain has no NS records.",
        change=as_profile(lambda own: replace(own, name_servers=False)),
    ),
    Fault(
        "empty-non-terminals-exist",
        "Empty non-terminals are NODATA, as in RFC 8020.",
        change=as_profile(lambda own: replace(own, reading="tree")),
    ),
    Fault(
        "outside-names-refused",
        "Names outside the cluster are REFUSED.",
        change=as_profile(lambda own: replace(own, foreign_rcode=dns.rcode.REFUSED)),
    ),
    Fault("edns-size-512", "Answers offer a payload size of 512 octets.", deliver=remaking(_offering(512))),
    Fault("edns-size-1232", "Answers offer a payload size of 1232 octets.", deliver=remaking(_offering(1232))),
    Fault("edns-size-4096", "Answers offer a payload size of 4096 octets.", deliver=remaking(_offering(4096))),
    Fault(
        "truncated-answers-empty",
        "Truncated answers contain no record.",
        deliver=remaking(_empty_where_cut),
    ),
    Fault("compression-always", "All names are compressed.", deliver=remaking(_untouched)),
    Fault("compression-off", "No name is compressed.", deliver=Rewriting(uncompressed)),
    Fault(
        "tcp-in-segments",
        "Answers over TCP come in segments of 7 octets.",
        bound="7 octets",
        deliver=over("tcp", _in_segments),
    ),
    Fault("owners-in-capitals", "Owner names are in upper case.", change=_every_record(_owner_in_capitals)),
    Fault(
        "targets-in-capitals",
        "The targets of records are in upper case.",
        change=each(_target_in_capitals, CNAME, PTR, SRV),
    ),
    Fault(
        "cache-of-30-seconds",
        "A cache in front of the server keeps every answer for 30 seconds.",
        bound=f"{_CACHE_SECONDS:.0f} s",
        change=kept_for(_CACHE_SECONDS),
        seconds=_CACHE_SECONDS,
    ),
)
