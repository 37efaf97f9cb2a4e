"""What a client asks that nothing is promised to yet: before a change, or while it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import dns.rcode
from dns.rdatatype import AAAA, CNAME, PTR, SRV, A, RdataType

from svcdns.client import Answer
from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import Look, Promise, Reading
from svcdns.message import Question, name
from svcdns.state import Key


def asked(relative: str) -> Promise:
    """Nothing is promised: a client asks for a name, for the addresses and the alias, SRV or PTR, as its form suggests."""

    def judge(look: Look) -> Iterator[Reading]:
        for type_ in _types(relative):
            yield Reading(look.ask_outside(Question(look.name(relative), type_)), asked=relative)

    return Promise(judge, reverse_names=PTR in _types(relative))


def _types(relative: str) -> tuple[RdataType, ...]:
    return (SRV,) if relative.startswith("_") else (PTR,) if relative.endswith(".arpa.") else (A, AAAA, CNAME)


def heard(relative: str) -> Promise:
    """A client that asks is answered, and with records if there are some: what a cache could keep is there to be kept."""

    def judge(look: Look) -> Iterator[Reading]:
        answers = []
        for reading in asked(relative).judge(look):
            answers.append(reading.answer)
            yield reading
        _require_answered(relative, answers)
        if not any(one.answer for one in answers) and is_there(look, relative):
            raise UndeterminedError(
                f'a client has asked for "{relative}" and was denied what is there, so no answer could be remembered'
            )

    return Promise(judge, reverse_names=PTR in _types(relative))


def exists(relative: str) -> Promise:
    """A name is not denied; where it is, and nothing in the cluster has it, no denial of it says anything."""

    def judge(look: Look) -> Iterator[Reading]:
        readings = list(asked(relative).judge(look))
        _require_answered(relative, [one.answer for one in readings])
        denials = [one for one in readings if one.answer.rcode == dns.rcode.NXDOMAIN]
        if denials and not is_there(look, relative):
            raise UndeterminedError(f'"{relative}" does not exist: name something that does, and is not to be denied')
        yield from readings
        yield from (replace(one, problem=f'"{relative}" is denied') for one in denials[:1])

    return Promise(judge, reverse_names=PTR in _types(relative))


def _require_answered(relative: str, answers: list[Answer]) -> None:
    if all(one.rcode is None for one in answers):
        raise UndeterminedError(f'a client has asked for "{relative}" and was not answered: {answers[0].failure}')


def is_there(look: Look, relative: str) -> bool:
    """Whether a name certainly has records: that of a Service, of its port, or of a hostname below a headless one.

    What a server may or may not answer, such as a pod's name below a virtual IP, is not certain.
    """
    zone = name(f"svc.{look.state.domain}")
    full = look.name(relative.lower())
    if not full.is_subdomain(zone):
        return False
    *own, service, namespace = ["", "", *(label.decode() for label in full.relativize(zone).labels)][-4:]
    found = look.state.services.get(Key(namespace, service))
    if found is None:
        return False
    if found.external:
        return not any(own)
    listed = [one for one in looking.backends(look, found) if one.addresses]
    match [label for label in own if label]:
        case []:
            return bool(found.cluster_ips or listed)
        case [label]:
            return found.headless and label in {one.hostname.lower() for one in listed}
        case [port, protocol]:
            slices = look.state.slices_by_service.get(found.key, ())
            ports = found.ports if found.cluster_ips else [one for each in slices for one in each.ports]
            named = {(f"_{one.name}".lower(), f"_{one.protocol}".lower()) for one in ports if one.name}
            return bool(found.cluster_ips or listed) and (port, protocol) in named
    return False
