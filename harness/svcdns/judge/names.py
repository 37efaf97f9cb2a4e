"""What names answer: virtual IPs, endpoints, one pod, an alias, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import dns.rcode
import dns.rdatatype
from dns.rdatatype import AAAA, PTR, SRV, TXT, A

from svcdns.client import Answer
from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import OTHER, TYPE_OF, Look, Promise, Reading
from svcdns.message import Question
from svcdns.state import CLUSTER_DOMAIN


def virtual_ip(service: str) -> Promise:
    """The Service's name answers its virtual IP of its first family, and nothing else (section 2.3.1)."""
    return virtual_ip_at(service, service)


def virtual_ip_at(written: str, service: str) -> Promise:
    """A name answers the virtual IP of a Service, of its first family, and nothing else."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if not found.cluster_ips:
            raise UndeterminedError(f"the Service {found.key} has no virtual IP")
        question = Question(look.name(written), TYPE_OF[found.families[0]])
        yield looking.expect_rows(look.ask(question), [looking.address_row(found.cluster_ips[0])])

    return Promise(judge)


def virtual_ips(service: str) -> Promise:
    """A dual-stack Service answers its virtual IP of each family (section 2.3.1; I01, I03)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if len(found.cluster_ips) != len(OTHER):
            raise UndeterminedError(
                f"the Service {found.key} has {len(found.cluster_ips)} virtual IPs, not one a family"
            )
        for address, family in zip(found.cluster_ips, found.families, strict=True):
            question = Question(look.name(service), TYPE_OF[family])
            yield looking.expect_rows(look.ask(question), [looking.address_row(address)])

    return Promise(judge)


def ready_endpoints(service: str, count: int, kind: str = "ready pods") -> Promise:
    """A headless Service's name answers every address of every ready endpoint, and no other (section 2.4.1).

    The number guards the promise: with another number of addresses in a family there is nothing to judge yet.
    """

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        backends = looking.backends(look, found)
        for family in looking.families(look, found):
            addresses = looking.addresses(backends, family)
            if len(addresses) != count:
                raise UndeterminedError(f"the Service {found.key} has {len(addresses)} {kind}, not {count}")
            question = Question(look.name(service), TYPE_OF[family])
            yield looking.expect_rows(look.ask(question), map(looking.address_row, addresses))

    return Promise(judge)


def hostname(label: str, service: str) -> Promise:
    """A hostname below a headless Service answers every address of the ready endpoints that have it (section 2.4.1)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        own = [one for one in looking.backends(look, found) if one.hostname.lower() == label.lower()]
        if not own:
            raise UndeterminedError(f"no ready endpoint of the Service {found.key} has the hostname {label}")
        for family in looking.families(look, found):
            rows = map(looking.address_row, looking.addresses(own, family))
            question = Question(look.below(label, service), TYPE_OF[family])
            yield looking.expect_rows(look.ask(question), rows)

    return Promise(judge)


def other_family(label: str, service: str) -> Promise:
    """The family that a Service does not have is NODATA at a name of it, never NXDOMAIN (RFC 2308; B02, C05, C12)."""
    written = f"{label}.{service}" if label else service

    def judge(look: Look) -> Iterator[Reading]:
        found = looking.families(look, look.service(service))
        if len(found) > 1:
            raise UndeterminedError(f'the Service "{service}" has both families')
        yield looking.expect_no_data(look.ask(Question(look.name(written), TYPE_OF[OTHER[found[0]]])))

    return Promise(judge)


def address_of_pod(relative: str, pod: str) -> Promise:
    """A pod's name below a Service answers that pod's address, and nothing else (section 2.4.1)."""

    def judge(look: Look) -> Iterator[Reading]:
        family = look.service(relative.rpartition(".")[2]).families[0]
        address = look.pod(pod).address(family)
        if address is None:
            raise UndeterminedError(f"the pod {pod} has no {family} address")
        question = Question(look.name(relative), TYPE_OF[family])
        yield looking.expect_rows(look.ask(question), [looking.address_row(address)])

    return Promise(judge)


def no_data(relative: str, type_: str) -> Promise:
    """A name exists without records of one type."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        yield looking.expect_no_data(look.ask(Question(look.name(relative), wanted)))

    return Promise(judge, reverse_names=wanted == PTR)


#: The types for which a name that does not exist is asked.
ASKED_OF_NO_NAME = (A, AAAA, SRV, TXT)


def does_not_exist(relative: str, *types: str) -> Promise:
    """A name does not exist, whatever type is asked for (RFC 8020; G05)."""
    asked_for = [dns.rdatatype.from_text(type_) for type_ in types] or ASKED_OF_NO_NAME

    def judge(look: Look) -> Iterator[Reading]:
        for type_ in asked_for:
            yield looking.expect_no_name(look.ask(Question(look.name(relative), type_)))

    return Promise(judge, reverse_names=PTR in asked_for)


def one_record(relative: str, type_: str) -> Promise:
    """A name answers exactly one record of a type, whatever it says."""
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(relative), wanted))
        found = [looking.row(record.rdata) for record in answer.answer if record.type == wanted]
        yield looking.expect_rows(answer, found if len(found) == 1 else [f"{type_} <one record>"])

    return Promise(judge, reverse_names=wanted == PTR)


def schema_version(relative: str) -> Promise:
    """A name answers one TXT record of one string, a semantic version (section 2.2)."""

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(relative), TXT))
        found = [looking.row(record.rdata) for record in answer.answer]
        right = len(found) == 1 and _SEMANTIC_VERSION.fullmatch(found[0])
        yield looking.expect_rows(answer, found if right else ["TXT <a semantic version>"])

    return Promise(judge)


#: A TXT record of one string, as text, whose version has three numbers (semver.org, without the rarer parts).
_SEMANTIC_VERSION = re.compile(r'TXT "\d+\.\d+\.\d+"')


def one_of(relative: str, type_: str, choices: Mapping[str, str]) -> Promise:
    """A question is answered in one of several legal ways, which is observed.

    A way is an rcode, ``NODATA``, the types of the records that are answered, or ``nothing``.
    """
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        name = look.name(relative)
        inside = name.is_subdomain(look.name(CLUSTER_DOMAIN))
        question = Question(name, wanted)
        # An alias inside may lead out.
        answer = look.ask(question, forwarded=True) if inside else look.ask_outside(question)
        yield way(answer, choices)

    return Promise(judge, choices=in_words(choices), reverse_names=wanted == PTR)


def in_words(choices: Mapping[str, str]) -> tuple[str, ...]:
    """The ways in which a question may be answered, each with its meaning."""
    return tuple(f"{kind}: {meaning}" for kind, meaning in choices.items())


def way(answer: Answer, choices: Mapping[str, str]) -> Reading:
    """Which of several ways an answer took; for what is forwarded out of the cluster, none at all may be one."""
    types = " and ".join(dict.fromkeys(record.type.name for record in answer.answer))
    seen = types or "NODATA"
    if answer.rcode is None:
        seen = "nothing"
    elif answer.rcode != dns.rcode.NOERROR:
        seen = dns.rcode.to_text(answer.rcode)
    if seen not in choices:
        problem = f"{answer.question} answers {seen}, not one of {', '.join(choices)}"
        return looking.reading(answer, tuple(choices), problem=problem)
    return looking.reading(answer, tuple(choices), observed=f"{seen}: {choices[seen]}")
