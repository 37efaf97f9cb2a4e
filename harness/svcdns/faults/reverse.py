"""Wrong PTR records."""

from __future__ import annotations

from dataclasses import replace

import dns.exception
import dns.name
import dns.rcode
import dns.reversename
from dns.rdatatype import PTR

from svcdns.faults.fault import Asked, Fault
from svcdns.faults.mistakes import endpoints, seeing
from svcdns.faults.replies import (
    NO_NAME,
    each,
    is_denial,
    made_up,
    place,
    pointing,
    where,
    with_answer,
    with_labels,
    without_domain,
)
from svcdns.message import Record, Reply, name, target
from svcdns.state import Service

_ARPA, _IPV6 = dns.name.from_text("arpa."), dns.name.from_text("ip6.arpa.")


def _address(asked: Asked) -> str:
    """The address whose PTR record is asked for, or nothing."""
    try:
        return dns.reversename.to_address(asked.question.name) if asked.question.type == PTR else ""
    except (dns.exception.DNSException, ValueError):
        return ""


def _virtual(asked: Asked) -> tuple[Service, ...]:
    return asked.state.services_by_address.get(_address(asked), ())


def _answered_for_virtual_ip(asked: Asked, reply: Reply) -> bool:
    return bool(reply.answer and _virtual(asked))


def _answered_for_endpoint(asked: Asked, reply: Reply) -> bool:
    return bool(reply.answer and _address(asked) and not _virtual(asked))


def _reverse_and_not_lower(asked: Asked, reply: Reply) -> bool:
    labels = asked.question.name.labels
    return bool(reply.answer and _address(asked)) and any(label != label.lower() for label in labels)


def _without_hostname(asked: Asked) -> bool:
    address = _address(asked)
    listed = asked.state.slices_by_address.get(address, ())
    return not any(endpoint.hostname for one in listed for endpoint in one.endpoints if address in endpoint.addresses)


def _not_below_headless(asked: Asked, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    """Of several names, the first that is not below a headless Service, or the first."""
    headless = {
        name(f"{key.name}.{key.namespace}.svc.{asked.state.domain}")
        for key, service in asked.state.services.items()
        if service.headless
    }
    others = [one for one in answer if target(one.rdata).parent() not in headless]
    return tuple((others or answer)[:1])


def _api(asked: Asked) -> dns.name.Name:
    return name(f"kubernetes.default.svc.{asked.state.domain}")


def _and_the_api(asked: Asked, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    return (*answer, made_up(asked, PTR, str(_api(asked)))) if _virtual(asked) else answer


def _of_any_address(asked: Asked, reply: Reply) -> Reply:
    if not is_denial(reply) or not _address(asked):
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(asked, PTR, f"node.default.svc.{asked.state.domain}."),))


def _does_not_resolve(asked: Asked, record: Record) -> tuple[Record, ...]:
    return (record if _virtual(asked) else pointing(record, with_labels(target(record.rdata).parent(), "gone")),)


def _at_service_names(asked: Asked, reply: Reply) -> Reply:
    if asked.question.type != PTR or place(asked) is None or reply.answer or is_denial(reply):
        return reply
    return Reply(dns.rcode.NOERROR, answer=(made_up(asked, PTR, str(asked.question.name)),))


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
        change=each(lambda asked, one: (pointing(one, _api(asked)) if _virtual(asked) else one,), PTR),
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
        change=where(lambda asked, reply: _answered_for_endpoint(asked, reply) and _without_hostname(asked), NO_NAME),
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
        change=seeing(endpoints(lambda _, __, one: one if one.terminating else replace(one, ready=True)), PTR),
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
            lambda asked, reply: bool(reply.answer and _address(asked)) and asked.question.name.is_subdomain(_IPV6),
            NO_NAME,
        ),
    ),
    Fault(
        "ptr-without-domain",
        "Addresses lead back to names that lack the cluster domain.",
        ("F01", "F03"),
        change=each(lambda asked, one: (pointing(one, without_domain(asked, target(one.rdata))),), PTR),
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
            lambda asked, one: (
                pointing(one, with_labels(target(one.rdata).parent(), "six"))
                if asked.question.name.is_subdomain(_IPV6) and not _virtual(asked)
                else one,
            ),
            PTR,
        ),
    ),
)
