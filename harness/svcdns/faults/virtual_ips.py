"""Wrong answers at the names of ClusterIP Services, and virtual IPs for headless ones."""

from __future__ import annotations

from dataclasses import replace

import dns.rcode
from dns.rdatatype import AAAA, SRV, A

from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.mistakes import seeing, services
from svcdns.faults.replies import LONGEST_LABEL, NO_DATA, NO_NAME, below_service, each, made_up, where, with_answer
from svcdns.message import Record, Reply, rdata
from svcdns.state import Family, Key, Service

_FREE: dict[Family, str] = {"IPv4": "10.96.255.254", "IPv6": "fd00:10:96::fffe"}


def _with_virtual_ip(service: Service) -> Service:
    return (
        replace(service, cluster_ips=tuple(map(_FREE.__getitem__, service.families))) if service.headless else service
    )


def _without_virtual_ip(service: Service) -> Service:
    return replace(service, cluster_ips=()) if service.selector else service


def _at_virtual_ip(context: QueryContext) -> Service | None:
    """Return the Service with a virtual IP whose own name is asked for; None for any other question."""
    owner = below_service(context)
    return owner.service if owner and not owner.labels and owner.service.cluster_ips else None


def _another(context: QueryContext, record: Record) -> tuple[Record, ...]:
    if _at_virtual_ip(context) is None:
        return (record,)
    return (record._replace(rdata=rdata(record.type, _FREE["IPv4" if record.type == A else "IPv6"])),)


def _with_outside(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    service = _at_virtual_ip(context)
    if service is None or service.type == "ClusterIP":
        return answer
    return (*answer, made_up(context, A, "203.0.113.10"))


def _once_a_port(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    service = _at_virtual_ip(context)
    return answer * max(1, len(service.ports)) if service else answer


def _without_endpoints(context: QueryContext) -> bool:
    """Whether the question is about a Service with a virtual IP that has no ready endpoint."""
    owner = below_service(context)
    if owner is None or not owner.service.cluster_ips:
        return False
    listed = context.state.slices_by_service.get(owner.service.key, ())
    return not any(endpoint.ready is not False for endpoint_slice in listed for endpoint in endpoint_slice.endpoints)


def _in_another_namespace(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    """Replace the virtual IPs by those of the first Service of the same name in any namespace."""
    own = _at_virtual_ip(context)
    if own is None:
        return answer
    same = [service for key, service in sorted(context.state.services.items()) if key.name == own.key.name]
    first = next((service for service in same if service.families == own.families and service.cluster_ips), own)
    instead = dict(zip(own.cluster_ips, first.cluster_ips, strict=False))
    return tuple(
        record._replace(rdata=rdata(record.type, instead[str(record.rdata)]))
        if str(record.rdata) in instead
        else record
        for record in answer
    )


def _grown_family(service: Service) -> Service:
    return replace(service, cluster_ips=service.cluster_ips[:1])


def _mapped(context: QueryContext, reply: Reply) -> Reply:
    """Answer AAAA for an IPv4 Service with its IPv4-mapped address."""
    service = _at_virtual_ip(context)
    if service is None or reply.answer or context.question.type != AAAA:
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, AAAA, f"::ffff:{service.cluster_ips[0]}"),))


def _at_longest_name(context: QueryContext, reply: Reply) -> bool:
    del reply
    owner = below_service(context)
    return owner is not None and len(owner.service.key.name) >= LONGEST_LABEL - 1


FAULTS = (
    Fault(
        "longest-service-names-denied",
        "A Service name of 62 or 63 characters is NXDOMAIN.",
        ("B21",),
        change=where(_at_longest_name, NO_NAME),
    ),
    Fault(
        "wrong-virtual-ip",
        "A Service answers an address that is not its virtual IP.",
        ("B01", "B07"),
        change=each(_another, A, AAAA),
    ),
    Fault(
        "pod-addresses-for-virtual-ip",
        "A ClusterIP Service answers the addresses of its pods.",
        ("B01", "B05", "B14"),
        change=seeing(services(_without_virtual_ip), A, AAAA),
    ),
    Fault(
        "virtual-ip-for-headless",
        "A headless Service answers a virtual IP instead of the addresses of its pods.",
        ("C01", "C02"),
        change=seeing(services(_with_virtual_ip), A, AAAA),
    ),
    Fault(
        "external-addresses-included",
        "Services of the types NodePort and LoadBalancer answer an external address beside their virtual IP.",
        ("B07",),
        change=with_answer(_with_outside, A),
    ),
    Fault(
        "virtual-ip-once-per-port",
        "A ClusterIP Service answers its virtual IP once for each of its ports.",
        ("B08",),
        change=with_answer(_once_a_port, A, AAAA),
    ),
    Fault(
        "virtual-ip-needs-ready-pods",
        "The name of a ClusterIP Service without a ready endpoint is NXDOMAIN.",
        ("B05", "B14", "E13"),
        change=where(lambda context, _: _without_endpoints(context), NO_NAME),
    ),
    Fault(
        "port-needs-ready-pods",
        "The ports of a ClusterIP Service without a ready endpoint are NXDOMAIN.",
        ("E13",),
        change=where(lambda context, _: context.question.type == SRV and _without_endpoints(context), NO_NAME),
    ),
    Fault(
        "services-without-selector-denied",
        "The name of a ClusterIP Service without a selector is NXDOMAIN.",
        ("B06",),
        change=seeing(services(lambda service: service if service.selector or not service.cluster_ips else None)),
    ),
    Fault(
        "namespaces-mixed-up",
        "Services of the same name in two namespaces answer the same virtual IP.",
        ("B03",),
        change=with_answer(_in_another_namespace, A),
    ),
    Fault(
        "api-server-denied",
        "The name of the API server's Service is NXDOMAIN.",
        ("B04", "M15"),
        change=seeing(services(lambda service: None if service.key == Key("default", "kubernetes") else service)),
    ),
    Fault(
        "first-family-only",
        "A dual-stack Service answers only the virtual IP of its first family.",
        ("I01", "I03", "I09"),
        change=seeing(services(_grown_family), A, AAAA),
    ),
    Fault(
        "aaaa-mapped-from-a",
        "An AAAA query for an IPv4 Service is answered with its IPv4-mapped address.",
        ("B02",),
        change=_mapped,
    ),
    Fault(
        "aaaa-without-data",
        "Every AAAA query is answered NODATA.",
        ("I01", "I02", "I07"),
        change=where(lambda context, reply: context.question.type == AAAA and bool(reply.answer), NO_DATA),
    ),
    Fault(
        "addresses-without-data",
        "Every A query is answered NODATA.",
        ("B01", "C01", "M02", "M14", "M15", "J20"),
        change=where(lambda context, reply: context.question.type == A and bool(reply.answer), NO_DATA),
    ),
)
