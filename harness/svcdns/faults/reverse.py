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
from svcdns.state import ClusterState, Key, Service

_ARPA, _IPV6 = dns.name.from_text("arpa."), dns.name.from_text("ip6.arpa.")


def _address(context: QueryContext) -> str:
    """Return the address whose PTR record is asked for; nothing for other questions."""
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
    """Keep one PTR record: the first whose target is not below a headless Service, else the first."""
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


class _LostInCompany:
    """Loses the PTR record of an endpoint that was alone in its EndpointSlice, once others are there, with a memory of its own."""

    def __init__(self) -> None:
        self._state: ClusterState | None = None
        self._alone: set[tuple[Key, str]] = set()
        self._lost: frozenset[str] = frozenset()

    def __call__(self, context: QueryContext, reply: Reply) -> Reply:
        if context.state is not self._state:
            self._state = context.state
            self._see(context.state)
        return (
            replace(NO_NAME, authority=reply.authority) if reply.answer and _address(context) in self._lost else reply
        )

    def _see(self, state: ClusterState) -> None:
        listed = {
            key: [
                address for endpoint in each.endpoints if endpoint.ready is not False for address in endpoint.addresses
            ]
            for key, each in state.slices.items()
        }
        were_alone = self._alone
        self._alone = {
            (key, address)
            for key, addresses in listed.items()
            for address in addresses
            if len(addresses) == 1 or (key, address) in were_alone
        }
        self._lost = frozenset(address for key, address in self._alone if len(listed[key]) > 1)


FAULTS = (
    Fault(
        "ptr-of-virtual-ip-missing",
        "No virtual IP has a PTR record.",
        ("F01", "F02"),
        change=where(_answered_for_virtual_ip, NO_NAME),
    ),
    Fault(
        "ptr-of-virtual-ip-wrong",
        "The PTR record of every virtual IP is the API server's Service.",
        ("F01",),
        change=each(
            lambda context, record: (pointing(record, api_server(context)) if _virtual(context) else record,), PTR
        ),
    ),
    Fault(
        "ptr-of-virtual-ip-twice",
        "A virtual IP has a second PTR record, the API server's Service.",
        ("F01",),
        change=with_answer(_and_the_api, PTR),
    ),
    Fault(
        "ptr-of-endpoint-missing",
        "No address of an endpoint has a PTR record.",
        ("F03", "F04", "F16", "F05"),
        change=where(_answered_for_endpoint, NO_NAME),
    ),
    Fault(
        "ptr-needs-hostname",
        "The address of an endpoint without a hostname has no PTR record, as in CoreDNS 1.11.4 to 1.12.0.",
        ("F04",),
        change=where(
            lambda context, reply: _answered_for_endpoint(context, reply) and _without_hostname(context), NO_NAME
        ),
    ),
    Fault(
        "ptr-lost-in-company",
        "The address of an endpoint that was alone has no PTR record once there are others, as in CoreDNS 1.8.7 to 1.9.1.",
        ("F18",),
        change=_LostInCompany(),
    ),
    Fault(
        "ptr-does-not-resolve-back",
        "The PTR record of an endpoint's address is a name that does not exist.",
        ("F09",),
        change=each(_does_not_resolve, PTR),
    ),
    Fault(
        "ptr-of-unready-endpoints",
        "The address of an endpoint that is not ready has a PTR record.",
        ("F06", "J02"),
        change=seeing(
            endpoints(lambda _, __, endpoint: endpoint if endpoint.terminating else replace(endpoint, ready=True)), PTR
        ),
    ),
    Fault(
        "ptr-not-below-headless",
        "An address of several Services has one PTR record, which is not its name below the headless Service.",
        ("F07",),
        change=with_answer(_not_below_headless, PTR),
    ),
    Fault(
        "ptr-of-any-address",
        "An address that the cluster does not use has a PTR record in the cluster domain.",
        ("F08", "B20", "K22", "K10", "K17"),
        change=_of_any_address,
    ),
    Fault(
        "ptr-ipv6-missing",
        "No IPv6 address has a PTR record.",
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
        "PTR records lack the cluster domain.",
        ("F01", "F03"),
        change=each(lambda context, record: (pointing(record, without_domain(context, target(record.rdata))),), PTR),
    ),
    Fault(
        "reverse-names-case-sensitive",
        "A reverse name that is not written in lower case is NXDOMAIN.",
        ("L14",),
        change=where(_reverse_and_not_lower, NO_NAME),
    ),
    Fault(
        "ptr-twice",
        "Every PTR record is answered twice.",
        ("F01",),
        change=with_answer(lambda _, answer: answer * 2, PTR),
    ),
    Fault(
        "ptr-at-service-names",
        "A PTR query for the name of a Service is answered with that name.",
        ("F15",),
        change=_at_service_names,
    ),
    Fault(
        "ptr-of-second-family-elsewhere",
        "The PTR record of an endpoint's IPv6 address differs from that of its IPv4 address.",
        ("F17", "I13"),
        "extended",
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
