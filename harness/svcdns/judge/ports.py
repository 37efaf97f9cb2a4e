"""What SRV queries answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import dns.name
from dns.rdatatype import SRV

from svcdns.errors import UndeterminedError
from svcdns.judge import endpoints
from svcdns.judge.comparing import address_row, choice_lines, expect_rows, row, rows, srv_row
from svcdns.judge.domain_names import is_child
from svcdns.judge.endpoints import ReadyEndpoint
from svcdns.judge.observation import TYPE_OF, Observation
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question, port, target
from svcdns.state import Family, Service, ServicePort, family_of

#: Says of the port numbers in an answer what is wrong with them, and which legal choice they are.
_JudgeNumbers = Callable[[set[int]], tuple[str, str]]


def port_of_virtual_ip(service_name: str, port_name: str, protocol: str, number: int) -> Promise:
    """A named port of a Service with a virtual IP is one SRV: the port's number at the Service's name (section 2.3.2)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(_question(observation, service_name, port_name, protocol))
        yield expect_rows(answer, [srv_row(number, observation.full_name(service_name))])

    return Promise(judge)


def port_of_ready_endpoints(service_name: str, port_name: str, protocol: str, number: int) -> Promise:
    """A named port of a headless Service is one SRV for every ready endpoint (sections 2.4.2 and 2.1; C08, E08, E09).

    An endpoint with a hostname of its own below the Service is named by it. The name of any other is the server's
    choice: it has to lie below the Service's, and to answer the address of exactly one ready endpoint.
    """

    def judge_numbers(numbers: set[int]) -> tuple[str, str]:
        return ("" if numbers <= {number} else f"the port number is {_text(numbers)}, not {number}"), ""

    return Promise(_of_ready_endpoints(service_name, port_name, protocol, judge_numbers))


def port_of_ready_pods_is_one_of(
    service_name: str, port_name: str, protocol: str, choices: Mapping[int, str]
) -> Promise:
    """As `port_of_ready_endpoints`, where the number is one of several legal choices, which is observed (E10)."""

    def judge_numbers(numbers: set[int]) -> tuple[str, str]:
        if len(numbers) == 1 and numbers <= choices.keys():
            number = min(numbers)
            return "", f"port {number}: {choices[number]}"
        return f"the port number is {_text(numbers)}, not one of {_text(choices)}", ""

    judge = _of_ready_endpoints(service_name, port_name, protocol, judge_numbers)
    return Promise(judge, choices=choice_lines({f"port {number}": meaning for number, meaning in choices.items()}))


def own_port(service_name: str, port_name: str) -> Promise:
    """Where targetPort is a name, each pod's SRV has the number that this pod gives it; a pod without it has none (E11)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        family = service.families[0]
        declared = declared_port(service, port_name)
        target_port = str(declared.target_port), declared.protocol
        numbers = {
            str(pod.address(family)): pod.container_ports[target_port]
            for pod in endpoints.ready_pods(observation.state, service)
            if target_port in pod.container_ports and pod.address(family)
        }
        answer = observation.ask(_question(observation, service_name, port_name, declared.protocol))
        yield expect_rows(answer, rows(answer) or ["SRV <a pod's own port>"])
        answered: dict[str, int] = {}
        for record in answer.answer:
            forward = observation.ask(Question(target(record.rdata), TYPE_OF[family]))
            yield expect_rows(forward, rows(forward))
            answered |= {str(each.rdata): port(record.rdata) for each in forward.answer}
        problem = "" if answered == numbers else f"the pods' ports are {_pairs(answered)}, not {_pairs(numbers)}"
        yield Reading(answer, (_pairs(numbers),), problem=problem, promised="records")

    return Promise(judge)


def ports_at_name(service_name: str) -> Promise:
    """CoreDNS lists every port of a Service, named or not, at the Service's own name (E07)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        names = places(observation, service_name, service)
        answer = observation.ask(Question(observation.full_name(service_name), SRV))
        yield expect_rows(answer, [srv_row(each.port, name) for each in service.ports for name in names])

    return Promise(judge)


def ports_at_hostname(label: str, service_name: str) -> Promise:
    """CoreDNS lists the ports of an endpoint at the endpoint's own name (E20)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        own = observation.below(label, service_name)
        ports = observation.service(service_name).ports
        yield expect_rows(observation.ask(Question(own, SRV)), [srv_row(each.port, own) for each in ports])

    return Promise(judge)


def right_additional(name: str) -> Promise:
    """What the additional section of an SRV answer holds are addresses that the targets answer themselves (E02)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), SRV))
        yield expect_rows(answer, rows(answer) or ["SRV <a port>"])
        targets = {target(record.rdata) for record in answer.answer}
        for record in answer.additional:
            text = row(record.rdata)
            if record.owner not in targets:
                problem = f"{text} in the additional section belongs to {record.owner}, which is not a target"
                yield Reading(answer, ("addresses of targets",), problem=problem)
            own = observation.ask(Question(record.owner, record.type))
            yield expect_rows(own, {*rows(own), text})

    return Promise(judge)


def weights(name: str) -> Promise:
    """No SRV record has a weight of zero, which would keep it from being chosen beside others (RFC 2782; E14)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        answer = observation.ask(Question(observation.full_name(name), SRV))
        yield expect_rows(answer, rows(answer) or ["SRV <a port>"])
        unweighted = [str(record.rdata) for record in answer.answer if str(record.rdata).split()[1] == "0"]
        problem = f"the weight is 0: SRV {', '.join(unweighted)}" if unweighted else ""
        yield Reading(answer, ("a weight above 0",), problem=problem)

    return Promise(judge)


def places(observation: Observation, service_name: str, service: Service) -> Sequence[dns.name.Name]:
    """Return where the ports of a Service are: at its own name, or at each hostname below it."""
    if not service.headless:
        return [observation.full_name(service_name)]
    ready = endpoints.ready_endpoints(observation.state, service)
    return [observation.below(endpoint.hostname, service_name) for endpoint in ready if endpoint.hostname]


def declared_port(service: Service, port_name: str) -> ServicePort:
    """Return the port of that name.

    Raises:
        UndeterminedError: if the Service has none.
    """
    for each in service.ports:
        if each.name == port_name:
            return each
    raise UndeterminedError(f"the Service {service.key} has no port {port_name}")


def _question(observation: Observation, service_name: str, port_name: str, protocol: str) -> Question:
    return Question(observation.below(f"_{port_name}._{protocol.lower()}", service_name), SRV)


def _text(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _number(counted: Sequence[object], what: str) -> str:
    return f"{len(counted)} {what}{'s' * (len(counted) != 1)}"


def _pairs(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{address} port {number}" for address, number in sorted(numbers.items())) or "none"


def _of_ready_endpoints(
    service_name: str, port_name: str, protocol: str, judge_numbers: _JudgeNumbers
) -> Callable[[Observation], Iterator[Reading]]:
    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        ready = endpoints.require_ready_endpoints(observation.state, service)
        named: dict[dns.name.Name, list[ReadyEndpoint]] = {}
        for endpoint in ready:
            if endpoint.hostname:
                named.setdefault(observation.below(endpoint.hostname, service_name), []).append(endpoint)
        answer = observation.ask(_question(observation, service_name, port_name, protocol))
        reading = expect_rows(answer, rows(answer))
        if not reading.kept:
            yield reading
            return
        problem, observed = judge_numbers({port(record.rdata) for record in answer.answer})
        targets = [target(record.rdata) for record in answer.answer]
        problem = problem or _wrong_targets(
            observation.full_name(service_name), targets, named, ready, truncated=answer.truncated
        )
        expected = (f"one SRV record per ready endpoint, of {len(ready)}", *map(str, named))
        yield Reading(answer, expected, problem=problem, observed=observed, promised="records")
        unnamed = [endpoint for endpoint in ready if not endpoint.hostname]
        families = endpoints.families(observation.state, service)
        identified: dict[str, dns.name.Name] = {}
        for name in targets:
            if name in named:
                yield from _addresses_of_hostname(observation, name, named[name], families)
            else:
                yield from _addresses_of_identifier(observation, name, unnamed, families, identified)

    return judge


def _addresses_of_hostname(
    observation: Observation, name: dns.name.Name, own: Sequence[ReadyEndpoint], families: Sequence[Family]
) -> Iterator[Reading]:
    """Yield whether a hostname answers all its addresses."""
    for family in families:
        answer = observation.ask(Question(name, TYPE_OF[family]))
        yield expect_rows(answer, map(address_row, endpoints.addresses(own, family)))


def _addresses_of_identifier(
    observation: Observation,
    name: dns.name.Name,
    unnamed: Sequence[ReadyEndpoint],
    families: Sequence[Family],
    identified: dict[str, dns.name.Name],
) -> Iterator[Reading]:
    """Yield whether an identifier answers the address of one endpoint, which no other identifier answers.

    Args:
        observation: whom to ask.
        name: the identifier.
        unnamed: the ready endpoints without a hostname.
        families: those of the Service; with two of them, each may have its own identifier.
        identified: the identifier of each address so far.
    """
    for family in families:
        answer = observation.ask(Question(name, TYPE_OF[family]))
        answered = rows(answer)
        legal = {address_row(address) for address in endpoints.addresses(unnamed, family)}
        elsewhere = not answered and len(families) > 1
        is_legal = elsewhere or (len(answered) == 1 and legal.issuperset(answered))
        reading = expect_rows(answer, answered if is_legal else legal)
        if reading.kept and not elsewhere and answered[0] in identified:
            problem = f"{name} and {identified[answered[0]]} have the address of the same endpoint"
            reading = Reading(answer, tuple(sorted(legal)), problem=problem, promised="records")
        yield reading
        identified.update(dict.fromkeys(answered, name))


def _wrong_targets(
    parent: dns.name.Name,
    targets: Sequence[dns.name.Name],
    named: Mapping[dns.name.Name, object],
    ready: Sequence[ReadyEndpoint],
    *,
    truncated: bool,
) -> str:
    """Return what is wrong with the targets of a headless Service's SRV records, or nothing."""
    astray = [str(name) for name in targets if not is_child(name, parent)]
    if astray:
        return f"the target {', '.join(astray)} is not one label below {parent}"
    absent = [str(name) for name in named if name not in targets]
    if absent and not truncated:
        return f"no SRV record has the target {', '.join(absent)}"
    unnamed = [endpoint for endpoint in ready if not endpoint.hostname]
    fewest = len(named) + len(unnamed)
    most = len(named) + sum(len({family_of(address) for address in endpoint.addresses}) for endpoint in unnamed)
    if len(targets) > most or (len(targets) < fewest and not truncated):
        return f"the answer has {_number(targets, 'SRV record')} for {_number(ready, 'ready endpoint')}"
    return ""
