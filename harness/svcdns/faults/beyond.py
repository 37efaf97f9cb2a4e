"""Other faults: pod records, aliases, names outside the cluster, reserved words, malformed messages."""

from __future__ import annotations

from dataclasses import replace

import dns.name
import dns.rcode
from dns.rdatatype import CNAME, PTR, SOA, SRV, A

from svcdns import records
from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.mistakes import as_profile, seeing, services
from svcdns.faults.replies import (
    NO_DATA,
    NO_NAME,
    as_if,
    below_service,
    is_denial,
    made_up,
    where,
    with_answer,
    with_labels,
)
from svcdns.message import Question, Record, Reply, name, target
from svcdns.records import SPEC
from svcdns.state import Service

_WORDS_OF_THE_SCHEMA = frozenset({"svc", "pod", "cluster", "dns-version"})
_MORE_THAN_ANY_CHAIN = 10
_MAPPED = name(f"f.f.f.f.{'0.' * 20}ip6.arpa")
_REVERSE_ZONES = name("in-addr.arpa"), name("ip6.arpa")


def _without_words(service: Service) -> Service | None:
    return None if service.key.name in _WORDS_OF_THE_SCHEMA else service


def _pod_below_no_service(context: QueryContext, reply: Reply) -> Reply:
    """Answer the hostname and subdomain of a pod, though there is no such Service."""
    zone = name(f"svc.{context.state.domain}")
    if (
        not is_denial(reply)
        or not context.question.name.is_subdomain(zone)
        or below_service(context)
        or context.question.type != A
    ):
        return reply
    labels = tuple(label.decode("latin-1") for label in context.question.name.relativize(zone).labels)
    for key, pod in sorted(context.state.pods.items()):
        if labels == (pod.hostname, pod.subdomain, key.namespace) and pod.addresses:
            return Reply(dns.rcode.NOERROR, answer=(made_up(context, A, pod.addresses[0]),))
    return reply


def _without_address(context: QueryContext, reply: Reply) -> Reply:
    """Answer 0.0.0.0 for a pod that has no address yet."""
    owner = below_service(context)
    if owner is None or owner.labels or not owner.service.headless or context.question.type != A or not reply.answer:
        return reply
    waiting = [pod for pod in context.state.pods.values() if owner.service.selects(pod) and not pod.addresses]
    return replace(reply, answer=(*reply.answer, *(made_up(context, A, "0.0.0.0") for _ in waiting[:1])))  # noqa: S104 - no socket is bound  # nosec B104


def _now_and_then(context: QueryContext, reply: Reply) -> bool:
    # A client that asks for three types, over and over, would meet every third query at the same type each time.
    return bool(reply.answer) and context.number % 4 == 3  # noqa: PLR2004 - every fourth query


def _elsewhere(context: QueryContext, reply: Reply) -> Reply:
    """Answer one address for every name outside the cluster, as a provider that sells unused names does."""
    inside = context.question.name.is_subdomain(name(context.state.domain))
    if inside or context.question.type != A or reply.answer:
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, A, "192.0.2.252"),), authoritative=False)


def _in_a_circle(context: QueryContext, reply: Reply) -> bool:
    """Whether the name is an alias in a loop, or leads into one."""
    del reply
    at, seen = context.question.name, set[dns.name.Name]()
    while at not in seen and len(seen) < _MORE_THAN_ANY_CHAIN:
        seen.add(at)
        found = records.answer(context.state, Question(at, CNAME), context.profile).answer
        if not found:
            return False
        at = target(found[0].rdata)
    return True


def _another_namespace_of_pods(context: QueryContext) -> Question | None:
    """Take a pod record of a namespace that does not exist for one of the default namespace."""
    zone = name(f"pod.{context.state.domain}")
    if not context.question.name.is_subdomain(zone):
        return None
    labels = context.question.name.relativize(zone).labels
    if len(labels) != 2 or labels[1].decode("latin-1") in context.state.namespaces:  # noqa: PLR2004 - address, namespace
        return None
    return Question(with_labels(zone, labels[0].decode("latin-1"), "default"), context.question.type)


def _any_word_is_an_address(context: QueryContext, reply: Reply) -> Reply:
    """Answer a label below pod that is not an address."""
    zone = name(f"pod.{context.state.domain}")
    if not is_denial(reply) or not context.question.name.is_subdomain(zone) or context.question.type != A:
        return reply
    namespace = context.question.name.relativize(zone).labels[-1].decode("latin-1")
    if namespace not in context.state.namespaces:
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, A, "192.0.2.251"),))


def _kept_longer(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, answer=tuple(record._replace(ttl=record.ttl + 1) for record in reply.answer))


def _without_soa(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, answer=tuple(record for record in reply.answer if record.type != SOA))


def _without_addresses_of_targets(context: QueryContext, reply: Reply) -> Reply:
    del context
    aliases = tuple(record for record in reply.answer if record.type == CNAME)
    return replace(reply, answer=aliases or reply.answer)


def _reverse(context: QueryContext) -> bool:
    return any(context.question.name.is_subdomain(zone) for zone in _REVERSE_ZONES)


def _read_loosely(context: QueryContext, reply: Reply) -> Reply:
    """Answer a reverse name that is NXDOMAIN with the API server's Service."""
    if not is_denial(reply) or not _reverse(context) or context.question.type != PTR:
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, PTR, f"kubernetes.default.svc.{context.state.domain}."),))


def _with_aliases(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    """Add PTR records for the aliases of the names that an address has."""
    led = {target(record.rdata) for record in answer if record.type == PTR}
    aliases = [
        f"{key.name}.{key.namespace}.svc.{context.state.domain}."
        for key, service in sorted(context.state.services.items())
        if service.external and name(service.external_name) in led
    ]
    return (*answer, *(made_up(context, PTR, alias) for alias in aliases))


def _ports_made_up(context: QueryContext, reply: Reply) -> Reply:
    """Answer a port that is NXDOMAIN with its Service and port 80."""
    owner = below_service(context)
    if owner is None or not is_denial(reply) or context.question.type != SRV or len(owner.labels) != 2:  # noqa: PLR2004 - port, protocol
        return reply
    return Reply(
        dns.rcode.NOERROR, answer=(made_up(context, SRV, f"0 100 80 {context.question.name.parent().parent()}"),)
    )


def _alias_of_endpoint(context: QueryContext, reply: Reply) -> bool:
    owner = below_service(context)
    return owner is not None and not owner.service.external and any(record.type == CNAME for record in reply.answer)


def _below_pod(context: QueryContext, reply: Reply) -> bool:
    del reply
    return context.question.name.is_subdomain(name(f"pod.{context.state.domain}"))


def _taken_for_a_question(wire: bytes) -> bytes:
    """Set the rcode of an answer to NOERROR."""
    return wire[:3] + bytes([wire[3] & 0xF0]) + wire[4:]


FAULTS = (
    Fault(
        "words-of-the-schema-reserved",
        "The name of a Service that is named like a word of the schema, such as svc or pod, is NXDOMAIN.",
        ("G17",),
        change=seeing(services(_without_words)),
    ),
    Fault(
        "pod-names-without-service",
        "A pod with a hostname and a subdomain has a name, though there is no Service of its subdomain's name.",
        ("D03", "D07"),
        change=_pod_below_no_service,
    ),
    Fault(
        "pods-without-address-included",
        "A headless Service answers 0.0.0.0 for pods that have no address yet.",
        ("J07",),
        change=_without_address,
    ),
    Fault(
        "ports-invented",
        "An SRV query for a port that does not exist is answered with the Service and port 80.",
        ("E05", "E06", "E12", "C14"),
        change=_ports_made_up,
    ),
    Fault(
        "ptr-of-aliases",
        "An address also has PTR records for the aliases of its Service.",
        ("H20",),
        change=with_answer(_with_aliases, PTR),
    ),
    Fault(
        "reverse-zones-not-served",
        "Queries below in-addr.arpa and ip6.arpa are answered REFUSED.",
        ("F01", "F02", "F03", "F04", "F11"),
        change=where(lambda context, _: _reverse(context), Reply(dns.rcode.REFUSED, authoritative=False)),
    ),
    Fault(
        "nxdomain-every-fourth-time",
        "Every fourth query is answered NXDOMAIN, if it has records.",
        ("G10", "J14"),
        bound="every fourth query",
        change=where(_now_and_then, NO_NAME),
    ),
    Fault(
        "specification-only",
        "Only names of the specification are answered, and all that it leaves optional is missing.",
        ("A06", "A07", "B15", "B16", "C09", "D09", "E07", "E20", "F05", "I08", "K02", "K04", "K06"),
        "extended",
        change=as_profile(lambda _: SPEC),
    ),
    Fault(
        "outside-names-answered",
        "Names outside the cluster that do not exist answer an address.",
        ("L21", "F12"),
        "extended",
        change=_elsewhere,
    ),
    Fault(
        "alias-loops-unanswered",
        "A query for an alias in a loop is not answered.",
        ("H15",),
        "extended",
        change=lambda context, reply: None if _in_a_circle(context, reply) else reply,
    ),
    Fault(
        "aliases-not-followed",
        "An alias for another Service of the cluster is answered without its addresses.",
        ("H11", "H19"),
        "extended",
        change=_without_addresses_of_targets,
    ),
    Fault(
        "pod-records-of-unknown-namespaces",
        "Pod records are answered below namespaces that do not exist.",
        ("K03",),
        "extended",
        change=as_if(_another_namespace_of_pods),
    ),
    Fault(
        "pod-records-of-any-label",
        "A label below pod that is not an address answers an address.",
        ("K05",),
        "extended",
        change=_any_word_is_an_address,
    ),
    Fault(
        "pod-records-fail",
        "Names below pod are SERVFAIL, whether or not there are pod records.",
        ("K01", "K02", "K11", "K07"),
        "extended",
        change=where(_below_pod, Reply(dns.rcode.SERVFAIL, authoritative=False)),
    ),
    Fault(
        "endpoints-that-are-names-ignored",
        "Endpoints that are names instead of addresses are missing.",
        ("C20",),
        "extended",
        change=where(_alias_of_endpoint, NO_NAME),
    ),
    Fault(
        "reverse-names-read-loosely",
        "A reverse name that is not an address has the API server's Service as PTR record.",
        ("F14", "F13"),
        "extended",
        change=_read_loosely,
    ),
    Fault(
        "mapped-reverse-names-without-data",
        "The reverse name of an IPv4-mapped IPv6 address is NODATA.",
        ("I12",),
        "extended",
        change=where(lambda context, _: context.question.name.is_subdomain(_MAPPED), NO_DATA),
    ),
    Fault(
        "positive-answers-kept-longer",
        "Positive answers may be cached one second longer than negative ones.",
        ("K16",),
        "extended",
        change=_kept_longer,
    ),
    Fault(
        "zone-without-soa",
        "The cluster domain has no SOA record.",
        ("A05",),
        "extended",
        change=_without_soa,
    ),
    Fault(
        "malformed-messages-accepted",
        "Malformed messages are answered NOERROR.",
        ("G13", "G11"),
        "extended",
        malformed=_taken_for_a_question,
    ),
)
