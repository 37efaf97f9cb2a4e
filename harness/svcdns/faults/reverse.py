"""Wrong PTR records."""

from __future__ import annotations

from dataclasses import replace

import dns.exception
import dns.name
import dns.rcode
import dns.reversename
from dns.rdatatype import PTR

from svcdns.faults.fault import Fault, QueryContext
from svcdns.faults.mistakes import endpoints, seeing
from svcdns.faults.replies import (
    NO_NAME,
    api_server,
    below_service,
    each,
    is_denial,
    made_up,
    pointing,
    where,
    with_answer,
    with_labels,
    without_domain,
)
from svcdns.message import Record, Reply, name, target
from svcdns.state import Service

_ARPA, _IPV6 = dns.name.from_text("arpa."), dns.name.from_text("ip6.arpa.")


def _address(context: QueryContext) -> str:
    """The address whose PTR record is asked for, or nothing."""
    try:
        return dns.reversename.to_address(context.question.name) if context.question.type == PTR else ""
    except (dns.exception.DNSException, ValueError):
        return ""


def _virtual(context: QueryContext) -> tuple[Service, ...]:
    return context.state.services_by_address.get(_address(context), ())


def _answered_for_virtual_ip(context: QueryContext, reply: Reply) -> bool:
    return bool(reply.answer and _virtual(context))


def _answered_for_endpoint(context: QueryContext, reply: Reply) -> bool:
    return bool(reply.answer and _address(context) and not _virtual(context))


def _reverse_and_not_lower(context: QueryContext, reply: Reply) -> bool:
    labels = context.question.name.labels
    return bool(reply.answer and _address(context)) and any(label != label.lower() for label in labels)


def _without_hostname(context: QueryContext) -> bool:
    address = _address(context)
    listed = context.state.slices_by_address.get(address, ())
    return not any(
        endpoint.hostname
        for endpoint_slice in listed
        for endpoint in endpoint_slice.endpoints
        if address in endpoint.addresses
    )


def _not_below_headless(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    """Of several names, the first that is not below a headless Service, or the first."""
    headless = {
        name(f"{key.name}.{key.namespace}.svc.{context.state.domain}")
        for key, service in context.state.services.items()
        if service.headless
    }
    others = [record for record in answer if target(record.rdata).parent() not in headless]
    return tuple((others or answer)[:1])


def _and_the_api(context: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    return (*answer, made_up(context, PTR, str(api_server(context)))) if _virtual(context) else answer


def _of_any_address(context: QueryContext, reply: Reply) -> Reply:
    if not is_denial(reply) or not _address(context):
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, PTR, f"node.default.svc.{context.state.domain}."),))


def _does_not_resolve(context: QueryContext, record: Record) -> tuple[Record, ...]:
    return (record if _virtual(context) else pointing(record, with_labels(target(record.rdata).parent(), "gone")),)


def _at_service_names(context: QueryContext, reply: Reply) -> Reply:
    if context.question.type != PTR or below_service(context) is None or reply.answer or is_denial(reply):
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(context, PTR, str(context.question.name)),))


FAULTS = (
    Fault(
        "ptr-of-virtual-ip-missing",
        "No virtual IP leads back to its Service.",
        ("F01", "F02"),
        change=where(_answered_for_virtual_ip, NO_NAME),
    ),
    Fault(
        "ptr-of-virtual-ip-wrong",
        "Every virtual IP leads back to the API server's Service.",
        ("F01",),
        change=each(
            lambda context, record: (pointing(record, api_server(context)) if _virtual(context) else record,), PTR
        ),
    ),
    Fault(
        "ptr-of-virtual-ip-twice",
        "A virtual IP leads back to a second name, that of the API server's Service.",
        ("F01",),
        change=with_answer(_and_the_api, PTR),
    ),
    Fault(
        "ptr-of-endpoint-missing",
        "No address of an endpoint leads back to a name.",
        ("F03", "F04", "F16", "F05"),
        change=where(_answered_for_endpoint, NO_NAME),
    ),
    Fault(
        "ptr-needs-hostname",
        "The address of an endpoint without a hostname leads back to nothing, as in CoreDNS 1.11.4 to 1.12.0.",
        ("F04",),
        change=where(
            lambda context, reply: _answered_for_endpoint(context, reply) and _without_hostname(context), NO_NAME
        ),
    ),
    Fault(
        "ptr-does-not-resolve-back",
        "The address of an endpoint leads back to a name that does not exist.",
        ("F09",),
        change=each(_does_not_resolve, PTR),
    ),
    Fault(
        "ptr-of-unready-endpoints",
        "The address of an endpoint that is not ready leads back to its name.",
        ("F06", "J02"),
        change=seeing(
            endpoints(lambda _, __, endpoint: endpoint if endpoint.terminating else replace(endpoint, ready=True)), PTR
        ),
    ),
    Fault(
        "ptr-not-below-headless",
        "An address behind several Services leads back to one name, and not to that below its headless Service.",
        ("F07",),
        change=with_answer(_not_below_headless, PTR),
    ),
    Fault(
        "ptr-of-any-address",
        "An address that nothing in the cluster has leads back to a name of the cluster.",
        ("F08", "B20", "K22", "K10", "K17"),
        change=_of_any_address,
    ),
    Fault(
        "ptr-ipv6-missing",
        "No IPv6 address leads back to a name.",
        ("F02", "I05"),
        change=where(
            lambda context, reply: (
                bool(reply.answer and _address(context)) and context.question.name.is_subdomain(_IPV6)
            ),
            NO_NAME,
        ),
    ),
    Fault(
        "ptr-without-domain",
        "Addresses lead back to names that lack the cluster domain.",
        ("F01", "F03"),
        change=each(lambda context, record: (pointing(record, without_domain(context, target(record.rdata))),), PTR),
    ),
    Fault(
        "reverse-names-compared-with-case",
        "The reverse name of an address is recognised in lower case alone, its nibbles and its zone.",
        ("L14",),
        change=where(_reverse_and_not_lower, NO_NAME),
    ),
    Fault(
        "ptr-repeated",
        "Every PTR record is answered twice.",
        ("F01",),
        change=with_answer(lambda _, answer: answer * 2, PTR),
    ),
    Fault(
        "ptr-at-service-names",
        "At the name of a Service, PTR is answered with that name.",
        ("F15",),
        change=_at_service_names,
    ),
    Fault(
        "ptr-of-second-family-elsewhere",
        "The IPv6 address of an endpoint leads back to another name than its IPv4 address.",
        ("F17", "I05"),
        change=each(
            lambda context, record: (
                pointing(record, with_labels(target(record.rdata).parent(), "six"))
                if context.question.name.is_subdomain(_IPV6) and not _virtual(context)
                else record,
            ),
            PTR,
        ),
    ),
)
