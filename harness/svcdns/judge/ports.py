"""What SRV questions answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import dns.name
from dns.rdatatype import SRV

from svcdns.client import Answer
from svcdns.errors import UndeterminedError
from svcdns.judge import observation as looking
from svcdns.judge.observation import TYPE_OF, Backend, Look, Promise, Reading
from svcdns.message import Question, target
from svcdns.message import port as port_of
from svcdns.state import Service, family_of


def port_of_virtual_ip(service: str, port: str, protocol: str, number: int) -> Promise:
    """A named port of a Service with a virtual IP is one SRV: the port's number at the Service's name (section 2.3.2)."""

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(_question(look, service, port, protocol))
        yield looking.expect_rows(answer, [f"SRV port {number} {look.name(service).canonicalize()}"])

    return Promise(judge)


def port_of_ready_endpoints(service: str, port: str, protocol: str, number: int) -> Promise:
    """A named port of a headless Service is one SRV for every ready endpoint (sections 2.4.2 and 2.1; C08, E08, E09).

    An endpoint with a hostname of its own below the Service is named by it. The name of any other is the server's
    choice: it has to lie below the Service's, and to answer the address of exactly one ready endpoint.
    """
    return Promise(_targets(service, port, protocol, lambda got: _exactly(got, number)))


def port_of_ready_pods_is_one_of(service: str, port: str, protocol: str, choices: Mapping[int, str]) -> Promise:
    """As `port_of_ready_endpoints`, where the number is one of several legal choices, which is observed (E10)."""
    judge = _targets(service, port, protocol, lambda got: _one_of(got, choices))
    return Promise(judge, choices=tuple(f"port {number}: {meaning}" for number, meaning in choices.items()))


def own_port(service: str, port: str) -> Promise:
    """Where targetPort is a name, each pod's SRV has the number that this pod gives it; a pod without it has none (E11)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        (declared,) = [one for one in found.ports if one.name == port]
        numbers = {
            pod.addresses[0]: pod.container_ports[str(declared.target_port), declared.protocol]
            for pod in looking.ready_pods(look, found)
            if (str(declared.target_port), declared.protocol) in pod.container_ports
        }
        answer = look.ask(_question(look, service, port, declared.protocol))
        yield looking.expect_rows(answer, _srv_rows(answer) or ["SRV <a pod's own port>"])
        got: dict[str, int] = {}
        for record in answer.answer:
            one = look.ask(Question(target(record.rdata), TYPE_OF[found.families[0]]))
            yield looking.expect_rows(one, [looking.row(each.rdata) for each in one.answer])
            got |= {str(each.rdata): port_of(record.rdata) for each in one.answer}
        problem = "" if got == numbers else f"the pods' ports are {_pairs(got)}, not {_pairs(numbers)}"
        yield looking.reading(answer, (_pairs(numbers),), problem=problem)

    return Promise(judge)


def ports_at_name(service: str) -> Promise:
    """CoreDNS lists every port of a Service, named or not, at the Service's own name (E07)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        places = goals(look, service, found)
        rows = [f"SRV port {port.port} {place.canonicalize()}" for port in found.ports for place in places]
        yield looking.expect_rows(look.ask(Question(look.name(service), SRV)), rows)

    return Promise(judge)


def ports_at_hostname(label: str, service: str) -> Promise:
    """CoreDNS lists the ports of an endpoint at the endpoint's own name (E20)."""

    def judge(look: Look) -> Iterator[Reading]:
        own = look.below(label, service)
        rows = [f"SRV port {port.port} {own.canonicalize()}" for port in look.service(service).ports]
        yield looking.expect_rows(look.ask(Question(own, SRV)), rows)

    return Promise(judge)


def right_additional(written: str) -> Promise:
    """What the additional section of an SRV answer holds are addresses that the targets answer themselves (E02)."""

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(written), SRV))
        yield looking.expect_rows(answer, _srv_rows(answer) or ["SRV <a port>"])
        targets = {target(record.rdata) for record in answer.answer}
        for record in answer.additional:
            astray = "" if record.owner in targets else f"{record.owner} is no target of {answer.question}"
            yield looking.reading(answer, ("addresses of targets",), problem=astray)
            own = look.ask(Question(record.owner, record.type))
            rows = [looking.row(one.rdata) for one in own.answer]
            yield looking.expect_rows(own, {*rows, looking.row(record.rdata)})

    return Promise(judge)


def weights(written: str) -> Promise:
    """No SRV record has a weight of zero, which would keep it from being chosen beside others (RFC 2782; E14)."""

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(Question(look.name(written), SRV))
        yield looking.expect_rows(answer, _srv_rows(answer) or ["SRV <a port>"])
        unweighted = [str(record) for record in answer.answer if str(record.rdata).split()[1] == "0"]
        yield looking.reading(answer, ("a weight above 0",), problem=", ".join(unweighted))

    return Promise(judge)


def goals(look: Look, service: str, found: Service) -> Sequence[dns.name.Name]:
    """Where the ports of a Service are: at its own name, or at each hostname below it."""
    if not found.headless:
        return [look.name(service)]
    return [look.below(one.hostname, service) for one in looking.backends(look, found) if one.hostname]


def _srv_rows(answer: Answer) -> list[str]:
    """What the SRV records of an answer say; anything else beside them then is unexpected."""
    return [looking.row(record.rdata) for record in answer.answer if record.type == SRV]


def _exactly(got: set[int], number: int) -> tuple[str, str]:
    return ("", "") if got <= {number} else (f"the port number is {_text(got)}, not {number}", "")


def _one_of(got: set[int], choices: Mapping[int, str]) -> tuple[str, str]:
    if len(got) == 1 and got <= choices.keys():
        number = min(got)
        return "", f"port {number}: {choices[number]}"
    return f"the port number is {_text(got)}, not one of {_text(choices)}", ""


def _text(numbers: Sequence[int] | set[int] | Mapping[int, str]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _pairs(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{address} port {number}" for address, number in sorted(numbers.items())) or "none"


def _question(look: Look, service: str, port: str, protocol: str) -> Question:
    return Question(look.below(f"_{port}._{protocol.lower()}", service), SRV)


def _targets(
    service: str, port: str, protocol: str, judge_numbers: Callable[[set[int]], tuple[str, str]]
) -> Callable[[Look], Iterator[Reading]]:
    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        backends = looking.backends(look, found)
        if not backends:
            raise UndeterminedError(f"the Service {found.key} has no ready endpoint")
        named: dict[dns.name.Name, list[Backend]] = {}
        for backend in backends:
            if backend.hostname:
                named.setdefault(look.below(backend.hostname, service), []).append(backend)
        answer = look.ask(_question(look, service, port, protocol))
        records = [record.rdata for record in answer.answer if record.type == SRV]
        targets = [target(record) for record in records]
        problem, observed = judge_numbers({port_of(record) for record in records})
        finding = looking.expect_rows(answer, [looking.row(record) for record in records])
        if finding.kept:
            problem = problem or _wrong_targets(
                look.name(service), targets, named, backends, truncated=answer.truncated
            )
            expected = (f"one SRV for each of the {len(backends)} ready endpoints", *map(str, named))
            finding = looking.reading(answer, expected, problem=problem, observed=observed)
        yield finding
        addressed: dict[str, dns.name.Name] = {}
        for name in targets:
            yield from _addresses_of_target(look, found, name, named.get(name), backends, addressed)

    return judge


def _addresses_of_target(
    look: Look,
    service: Service,
    name: dns.name.Name,
    own: Sequence[Backend] | None,
    backends: Sequence[Backend],
    addressed: dict[str, dns.name.Name],
) -> Iterator[Reading]:
    """A hostname answers all its addresses; an identifier those of one endpoint that no other identifier leads to."""
    for family in looking.families(look, service):
        one = look.ask(Question(name, TYPE_OF[family]))
        rows = [looking.row(record.rdata) for record in one.answer]
        if own is not None:
            yield looking.expect_rows(one, map(looking.address_row, looking.addresses(own, family)))
            continue
        unnamed = looking.addresses([each for each in backends if not each.hostname], family)
        legal = {looking.address_row(address) for address in unnamed}
        elsewhere = not rows and len(looking.families(look, service)) > 1
        kept = looking.expect_rows(one, rows if elsewhere or (len(rows) == 1 and legal.issuperset(rows)) else legal)
        if kept.kept and rows and rows[0] in addressed:
            problem = f"{name} and {addressed[rows[0]]} lead to the same endpoint"
            kept = looking.reading(one, tuple(sorted(legal)), problem=problem)
        yield kept
        addressed.update(dict.fromkeys(rows, name))


def _wrong_targets(
    parent: dns.name.Name,
    targets: Sequence[dns.name.Name],
    named: Mapping[dns.name.Name, object],
    backends: Sequence[Backend],
    *,
    truncated: bool,
) -> str:
    astray = [str(name) for name in targets if name.parent() != parent]
    unnamed = [str(own) for own in named if own not in targets]
    if astray:
        return f"the target {', '.join(astray)} is not one label below {parent}"
    if unnamed and not truncated:
        return f"no SRV names {', '.join(unnamed)}"
    without = [backend for backend in backends if not backend.hostname]
    fewest = len(named) + len(without)
    most = len(named) + sum(len({family_of(one) for one in backend.addresses}) for backend in without)
    if len(targets) > most or (len(targets) < fewest and not truncated):
        return f"{len(targets)} SRV records for {len(backends)} ready pods"
    return ""
