"""What names answer: virtual IPs, ready pods, one pod, an alias, nothing."""

from __future__ import annotations

from collections.abc import Iterator

import dns.rdatatype
from dns.rdatatype import AAAA, CNAME, SRV, TXT, A

from harness.errors import UndeterminedError
from harness.judge import look as looking
from harness.judge.look import OTHER, TYPE_OF, Look, Promise, Reading
from harness.message import Question, name
from harness.state import Family


def virtual_ip(service: str) -> Promise:
    """The Service's name answers its virtual IP of its first family, and nothing else (section 2.3.1)."""
    words = f'the Service "{service}" answers its virtual IP, and nothing else'

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        if not found.cluster_ips:
            raise UndeterminedError(f"the Service {found.key} has no virtual IP")
        question = Question(look.name(service), TYPE_OF[found.families[0]])
        yield looking.expect_rows(look.ask(question), words, [_address_row(found.families[0], found.cluster_ips[0])])

    return Promise(words, judge)


def ready_pods(service: str, count: int) -> Promise:
    """A headless Service's name answers the address of every ready pod, and no other (section 2.4.1).

    The number guards the promise: with another number of ready pods there is nothing to judge yet.
    """
    words = f'the Service "{service}" answers the addresses of its {count} ready pods, and no other'

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = found.families[0]
        addresses = looking.addresses(looking.ready_pods(look, found), family)
        if len(addresses) != count:
            raise UndeterminedError(f"the Service {found.key} has {len(addresses)} ready pods, not {count}")
        question = Question(look.name(service), TYPE_OF[family])
        yield looking.expect_rows(look.ask(question), words, [_address_row(family, address) for address in addresses])

    return Promise(words, judge)


def other_family(relative: str, service: str) -> Promise:
    """The family that a Service does not have is NODATA at a name of it, never NXDOMAIN (RFC 2308; B02, C05, C12)."""
    words = f'the other address family of "{relative}" has no data'

    def judge(look: Look) -> Iterator[Reading]:
        other = OTHER[look.service(service).families[0]]
        yield looking.expect_no_data(look.ask(Question(look.name(relative), TYPE_OF[other])), words)

    return Promise(words, judge)


def address_of_pod(relative: str, pod: str) -> Promise:
    """A pod's name below a Service answers that pod's address, and nothing else (section 2.4.1)."""
    words = f'"{relative}" answers the address of the pod "{pod}", and nothing else'

    def judge(look: Look) -> Iterator[Reading]:
        family = look.service(relative.rpartition(".")[2]).families[0]
        address = look.pod(pod).address(family)
        if address is None:
            raise UndeterminedError(f"the pod {pod} has no {family} address")
        question = Question(look.name(relative), TYPE_OF[family])
        yield looking.expect_rows(look.ask(question), words, [_address_row(family, address)])

    return Promise(words, judge)


def no_data(relative: str, type_: str) -> Promise:
    """A name exists without records of one type."""
    words = f'"{relative}" has no data of the type {type_}'
    wanted = dns.rdatatype.from_text(type_)

    def judge(look: Look) -> Iterator[Reading]:
        yield looking.expect_no_data(look.ask(Question(look.name(relative), wanted)), words)

    return Promise(words, judge)


#: The types for which a name that does not exist is asked.
ASKED_OF_NO_NAME = (A, AAAA, SRV, TXT)


def does_not_exist(relative: str) -> Promise:
    """A name does not exist, whatever type is asked for (RFC 8020; G05)."""
    words = f'"{relative}" does not exist'

    def judge(look: Look) -> Iterator[Reading]:
        for type_ in ASKED_OF_NO_NAME:
            yield looking.expect_no_name(look.ask(Question(look.name(relative), type_)), words)

    return Promise(words, judge)


def asked(relative: str) -> Promise:
    """Nothing is promised: a client asks for a name, for the addresses or for SRV, as its form suggests."""
    words = f'a client has asked for "{relative}"'
    types = (SRV,) if relative.startswith("_") else (A, AAAA)

    def judge(look: Look) -> Iterator[Reading]:
        for type_ in types:
            yield looking.reading(look.ask(Question(look.name(relative), type_)), words, ())

    return Promise(words, judge)


def alias(service: str) -> Promise:
    """An ExternalName Service answers a CNAME to its external name (section 2.5)."""
    words = f'the Service "{service}" is an alias for its external name'

    def judge(look: Look) -> Iterator[Reading]:
        target = name(look.service(service).external_name)
        answer = look.ask(Question(look.name(service), CNAME))
        yield looking.expect_rows(answer, words, [f"CNAME {target.canonicalize()}"])

    return Promise(words, judge)


def _address_row(family: Family, address: str) -> str:
    return f"{dns.rdatatype.to_text(TYPE_OF[family])} {address}"
