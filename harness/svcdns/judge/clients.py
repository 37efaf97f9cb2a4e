"""What a client asks that nothing is promised to yet: before a change, or while it lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import dns.rcode
from dns.rdatatype import AAAA, CNAME, PTR, SRV, A, RdataType

from svcdns import message
from svcdns.errors import UndeterminedError
from svcdns.judge import endpoints
from svcdns.judge.observation import Observation
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question
from svcdns.state import ClusterState, Key, Service


def asked(name: str) -> Promise:
    """Nothing is promised: a client asks for a name, for the addresses and the alias, SRV or PTR, as its form suggests."""

    def judge(observation: Observation) -> Iterator[Reading]:
        for type_ in _types(name):
            yield Reading(observation.ask_outside(Question(observation.full_name(name), type_)), asked=name)

    return Promise(judge, reverse_names=PTR in _types(name))


def heard(name: str) -> Promise:
    """A client that asks is answered, and with records if there are some: what a cache could keep is there to be kept."""

    def judge(observation: Observation) -> Iterator[Reading]:
        readings = list(asked(name).judge(observation))
        yield from readings
        _require_answered(name, readings)
        if not any(reading.answer.answer for reading in readings) and is_there(observation, name):
            raise UndeterminedError(
                f'a client asked for "{name}", which exists, and got no record, so nothing could be cached'
            )

    return Promise(judge, reverse_names=PTR in _types(name))


def exists(name: str) -> Promise:
    """A name is not denied; where it is, and nothing in the cluster has it, no denial of it says anything."""

    def judge(observation: Observation) -> Iterator[Reading]:
        readings = list(asked(name).judge(observation))
        _require_answered(name, readings)
        denials = [reading for reading in readings if reading.answer.rcode == dns.rcode.NXDOMAIN]
        if denials and not is_there(observation, name):
            raise UndeterminedError(f'"{name}" does not exist: name something that does, and is not to be denied')
        yield from readings
        yield from (replace(denial, problem=f'"{name}" is denied', promised="records") for denial in denials)

    return Promise(judge, reverse_names=PTR in _types(name))


def is_there(observation: Observation, name: str) -> bool:
    """Return whether a name certainly has records: that of a Service, of its port, or of a hostname below a headless one.

    What a server may or may not answer, such as a pod's name below a virtual IP, is not certain.
    """
    zone = message.name(f"svc.{observation.state.domain}")
    full = observation.full_name(name.lower())
    if not full.is_subdomain(zone):
        return False
    labels = [label.decode("latin-1") for label in full.relativize(zone).labels]
    if len(labels) < 2:  # noqa: PLR2004 - the labels of a Service's name
        return False
    *own, service_name, namespace = labels
    service = observation.state.services.get(Key(namespace, service_name))
    return service is not None and _has(observation.state, service, own)


def _has(state: ClusterState, service: Service, labels: list[str]) -> bool:
    """Return whether a Service certainly has records at labels below its name, which are in lower case."""
    if service.external:
        return not labels
    ready = endpoints.ready_endpoints(state, service)
    if not service.cluster_ips and not ready:
        return False
    match labels:
        case []:
            return True
        case [label]:
            return service.headless and label in {endpoint.hostname.lower() for endpoint in ready}
        case [port, protocol]:
            slices = state.slices_by_service.get(service.key, ())
            ports = service.ports if service.cluster_ips else [each for listed in slices for each in listed.ports]
            return (port, protocol) in {
                (f"_{each.name}".lower(), f"_{each.protocol}".lower()) for each in ports if each.name
            }
    return False


def _types(name: str) -> tuple[RdataType, ...]:
    return (SRV,) if name.startswith("_") else (PTR,) if name.endswith(".arpa.") else (A, AAAA, CNAME)


def _require_answered(name: str, readings: Sequence[Reading]) -> None:
    if all(reading.answer.rcode is None for reading in readings):
        raise UndeterminedError(f'a client asked for "{name}" and was not answered: {readings[0].answer.failure}')
