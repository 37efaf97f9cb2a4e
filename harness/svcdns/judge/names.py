"""What names answer: virtual IPs, endpoints, one pod, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dns.rdatatype import AAAA, PTR, SRV, TXT, A

from svcdns.errors import UndeterminedError
from svcdns.judge import endpoints
from svcdns.judge.comparing import (
    address_row,
    choice_lines,
    expect_choice,
    expect_no_data,
    expect_no_name,
    expect_rows,
    row,
    rows,
)
from svcdns.judge.observation import OTHER, TYPE_OF, Observation, record_type, service_above
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question
from svcdns.state import CLUSTER_DOMAIN, family_of


def virtual_ip(service_name: str) -> Promise:
    """The Service's name answers its virtual IP of its first family, and nothing else (section 2.3.1)."""
    return virtual_ip_at(service_name, service_name)


def virtual_ip_at(name: str, service_name: str) -> Promise:
    """A name answers the virtual IP of a Service, of its first family, and nothing else."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service_with_virtual_ip(service_name)
        question = Question(observation.full_name(name), TYPE_OF[service.families[0]])
        yield expect_rows(observation.ask(question), [address_row(service.cluster_ips[0])])

    return Promise(judge)


def virtual_ips(service_name: str) -> Promise:
    """A dual-stack Service answers its virtual IP of each family (section 2.3.1; I01, I03)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        if len(service.cluster_ips) != len(OTHER):
            raise UndeterminedError(
                f"the Service {service.key} has {len(service.cluster_ips)} virtual IPs, not one per family"
            )
        for address in service.cluster_ips:
            question = Question(observation.full_name(service_name), TYPE_OF[family_of(address)])
            yield expect_rows(observation.ask(question), [address_row(address)])

    return Promise(judge)


def ready_endpoints(service_name: str, count: int, kind: str = "ready pods") -> Promise:
    """A headless Service's name answers every address of every ready endpoint, and no other (section 2.4.1).

    The number guards the promise: with another number of addresses in a family there is nothing to judge yet.
    """

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        ready = endpoints.ready_endpoints(observation.state, service)
        for family in endpoints.families(observation.state, service):
            addresses = endpoints.addresses(ready, family)
            if len(addresses) != count:
                raise UndeterminedError(f"the Service {service.key} has {len(addresses)} {kind}, not {count}")
            question = Question(observation.full_name(service_name), TYPE_OF[family])
            yield expect_rows(observation.ask(question), map(address_row, addresses))

    return Promise(judge)


def hostname(label: str, service_name: str) -> Promise:
    """A hostname below a headless Service answers every address of the ready endpoints that have it (section 2.4.1)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        ready = endpoints.ready_endpoints(observation.state, service)
        own = [endpoint for endpoint in ready if endpoint.hostname.lower() == label.lower()]
        if not own:
            raise UndeterminedError(f"no ready endpoint of the Service {service.key} has the hostname {label}")
        for family in endpoints.families(observation.state, service):
            question = Question(observation.below(label, service_name), TYPE_OF[family])
            yield expect_rows(observation.ask(question), map(address_row, endpoints.addresses(own, family)))

    return Promise(judge)


def other_family(label: str, service_name: str) -> Promise:
    """The family that a Service does not have is NODATA at a name of it, never NXDOMAIN (RFC 2308; B02, C05, C12)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        families = endpoints.families(observation.state, observation.service(service_name))
        if len(families) > 1:
            raise UndeterminedError(f'the Service "{service_name}" has both families')
        name = observation.below(label, service_name) if label else observation.full_name(service_name)
        yield expect_no_data(observation.ask(Question(name, TYPE_OF[OTHER[families[0]]])))

    return Promise(judge)


def address_of_pod(name: str, pod_name: str) -> Promise:
    """A pod's name below a Service answers that pod's address, and nothing else (section 2.4.1)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        family = observation.service(service_above(name)).families[0]
        address = observation.pod(pod_name).address(family)
        if address is None:
            raise UndeterminedError(f"the pod {pod_name} has no {family} address")
        question = Question(observation.full_name(name), TYPE_OF[family])
        yield expect_rows(observation.ask(question), [address_row(address)])

    return Promise(judge)


def no_data(name: str, type_: str) -> Promise:
    """A name exists without records of one type."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        yield expect_no_data(observation.ask(Question(observation.full_name(name), wanted)))

    return Promise(judge, reverse_names=wanted == PTR)


#: The types for which a name that does not exist is asked.
TYPES_OF_NO_NAME = (A, AAAA, SRV, TXT)


def does_not_exist(name: str, *types: str) -> Promise:
    """A name does not exist, whatever type is asked for (RFC 8020; G05)."""
    wanted = [record_type(type_) for type_ in types] or TYPES_OF_NO_NAME

    def judge(observation: Observation) -> Iterator[Reading]:
        for type_ in wanted:
            yield expect_no_name(observation.ask(Question(observation.full_name(name), type_)))

    return Promise(judge, reverse_names=PTR in wanted)


def one_record(name: str, type_: str) -> Promise:
    """A name answers exactly one record of a type, whatever it says."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), wanted))
        answered = rows(answer)
        yield expect_rows(answer, answered if len(answered) == 1 else [f"{type_} <one record>"])

    return Promise(judge, reverse_names=wanted == PTR)


def schema_version(name: str) -> Promise:
    """A name answers one TXT record of one string, a semantic version (section 2.2)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), TXT))
        versions = [text for record in answer.answer if _SEMANTIC_VERSION.fullmatch(text := row(record.rdata))]
        yield expect_rows(answer, versions if len(versions) == 1 else ["TXT <a semantic version>"])

    return Promise(judge)


#: A TXT record of one string, as text, whose version has three numbers (semver.org, without the rarer parts).
_SEMANTIC_VERSION = re.compile(r'TXT "\d+\.\d+\.\d+"')


def one_of(name: str, type_: str, choices: Mapping[str, str]) -> Promise:
    """A question is answered in one of several legal ways, which is observed; `expect_choice` says what they are."""
    wanted = record_type(type_)

    def judge(observation: Observation) -> Iterator[Reading]:
        question = Question(observation.full_name(name), wanted)
        if question.name.is_subdomain(observation.full_name(CLUSTER_DOMAIN)):
            # An alias inside may lead out.
            answer = observation.ask(question, forwarded=True)
        else:
            answer = observation.ask_outside(question)
        yield expect_choice(answer, choices)

    return Promise(judge, choices=choice_lines(choices), reverse_names=wanted == PTR)
