"""What reverse names answer: the PTR records of the addresses of Services and pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import dns.exception
import dns.name
from dns.rdatatype import PTR

from svcdns.client import Answer
from svcdns.errors import FeatureError, UndeterminedError
from svcdns.judge import endpoints
from svcdns.judge.comparing import (
    address_row,
    choice_lines,
    expect_choice,
    expect_rows,
    row,
    rows,
    unexpected_records,
)
from svcdns.judge.domain_names import in_other_cases, is_child
from svcdns.judge.observation import TYPE_OF, Observation, record_type, service_above
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question, reverse_name, target
from svcdns.state import CLUSTER_DOMAIN, family_of


def virtual_ip_leads_back(service_name: str, *, any_case: bool = False) -> Promise:
    """Each virtual IP has exactly one PTR, to the Service's name (section 2.3.3)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service_with_virtual_ip(service_name)
        for owner in _reverse_names(service.cluster_ips, any_case=any_case):
            yield expect_rows(observation.ask(Question(owner, PTR)), [_ptr_row(observation.full_name(service_name))])

    return Promise(judge, reverse_names=True)


def reverse_name_is_one_of(service_name: str, type_: str, above: int, choices: Mapping[str, str]) -> Promise:
    """What the reverse name of a virtual IP, or a name so many labels above it, answers to a type is observed (F12, F13)."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service_with_virtual_ip(service_name)
        name = dns.name.Name(reverse_name(service.cluster_ips[0]).labels[above:])
        yield expect_choice(observation.ask_outside(Question(name, wanted)), choices)

    return Promise(judge, choices=choice_lines(choices), reverse_names=wanted == PTR)


def pod_leads_back(pod_name: str, name: str) -> Promise:
    """A pod's address has a PTR record to its name below a Service; other Services over the pod may add theirs (2.4.3, F07)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_above(name))
        addresses = [each for each in observation.pod(pod_name).addresses if family_of(each) in service.families]
        if not addresses:
            raise UndeterminedError(f"the pod {pod_name} has no address in a family of the Service {service.key}")
        for address in addresses:
            answer = observation.ask(Question(reverse_name(address), PTR))
            yield expect_rows(answer, [_ptr_row(observation.full_name(name)), *_cluster_rows(answer, observation)])

    return Promise(judge, reverse_names=True)


def ready_endpoints_lead_back(service_name: str, *, any_case: bool = False) -> Promise:
    """Every ready endpoint's address has a PTR record to its name below the Service, which answers it (F03, F04, F09).

    The name is the hostname where there is one, else whatever the server assigned (section 2.4.3 with 2.1).
    """

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        ready = endpoints.require_ready_endpoints(observation.state, service)
        addressed = dict.fromkeys((address, endpoint.hostname) for endpoint in ready for address in endpoint.addresses)
        for address, hostname in addressed:
            for owner in _reverse_names([address], any_case=any_case):
                answer = observation.ask(Question(owner, PTR))
                yield from _resolves_back(observation, answer, address, hostname, service_name)

    return Promise(judge, reverse_names=True)


def address_leads_nowhere(address: str) -> Promise:
    """An address that no Service and no endpoint has leads to no name of the cluster, whatever the rcode (F08)."""
    try:
        owner = reverse_name(address)
    except (dns.exception.DNSException, ValueError) as error:
        raise FeatureError(f'"{address}" is not an IP address') from error

    def judge(observation: Observation) -> Iterator[Reading]:
        yield _expect_nothing_in_cluster(observation, owner)

    return Promise(judge, reverse_names=True)


def name_leads_nowhere(name: str) -> Promise:
    """A reverse name that spells no address leads to no name of the cluster, whatever the rcode (F14, I12)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        yield _expect_nothing_in_cluster(observation, observation.full_name(name))

    return Promise(judge, reverse_names=True)


def unready_endpoints_do_not_lead_back(service_name: str) -> Promise:
    """No PTR leads from the address of an endpoint that is not ready to a name of the cluster (2.4.3; F06)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        ready = {
            address
            for endpoint in endpoints.ready_endpoints(observation.state, service)
            for address in endpoint.addresses
        }
        unready = [each for each in endpoints.all_addresses(observation.state, service) if each not in ready]
        if not unready:
            raise UndeterminedError(f"every endpoint of the Service {service.key} is ready")
        for address in unready:
            yield _expect_nothing_in_cluster(observation, reverse_name(address))

    return Promise(judge, reverse_names=True)


def _reverse_names(addresses: Iterable[str], *, any_case: bool) -> Iterator[dns.name.Name]:
    for address in addresses:
        yield from in_other_cases(reverse_name(address)) if any_case else (reverse_name(address),)


def _resolves_back(
    observation: Observation, answer: Answer, address: str, hostname: str, service_name: str
) -> Iterator[Reading]:
    """Yield whether an address has a PTR record to a name below a Service, and whether such names answer the address."""
    parent = observation.full_name(service_name)
    own = observation.below(hostname, service_name) if hostname else None
    targets = [target(record.rdata) for record in answer.answer if record.type == PTR]
    names = [name for name in targets if (name == own if own else is_child(name, parent))]
    promised = f"PTR {own or f'<identifier>.{parent}'}"
    yield expect_rows(answer, rows(answer) if names else [promised, *rows(answer)])
    for name in names:
        forward = observation.ask(Question(name, TYPE_OF[family_of(address)]))
        yield expect_rows(forward, [address_row(address), *rows(forward)])


def _expect_nothing_in_cluster(observation: Observation, owner: dns.name.Name) -> Reading:
    """Read what a reverse name answers; anything else, or no answer, is legal: such queries may be forwarded out (F08)."""
    answer = observation.ask_outside(Question(owner, PTR))
    unexpected = tuple(_cluster_rows(answer, observation))
    problem = unexpected_records(answer, unexpected)
    return Reading(
        answer, ("no PTR into the cluster domain",), unexpected=unexpected, problem=problem, promised="records"
    )


def _ptr_row(name: dns.name.Name) -> str:
    return f"PTR {name.canonicalize()}"


def _cluster_rows(answer: Answer, observation: Observation) -> list[str]:
    """Return the rows of the PTR records whose targets are names of the cluster."""
    domain = observation.full_name(CLUSTER_DOMAIN)
    records = [record for record in answer.answer if record.type == PTR]
    return [row(record.rdata) for record in records if target(record.rdata).is_subdomain(domain)]
