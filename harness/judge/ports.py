"""What SRV questions for named ports answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import dns.name
from dns.rdatatype import SRV

from harness.judge import look as looking
from harness.judge.look import TYPE_OF, Look, Promise, Reading
from harness.message import Question, target
from harness.message import port as port_of


def port_of_virtual_ip(service: str, port: str, protocol: str, number: int) -> Promise:
    """A named port of a Service with a virtual IP is one SRV: the port's number at the Service's name (section 2.3.2)."""
    words = f'the port "{port}" over {protocol} of the Service "{service}" is the port {number} of the Service name'

    def judge(look: Look) -> Iterator[Reading]:
        answer = look.ask(_question(look, service, port, protocol))
        yield looking.expect_rows(answer, words, [f"SRV port {number} {look.name(service).canonicalize()}"])

    return Promise(words, judge)


def port_of_ready_pods(service: str, port: str, protocol: str, number: int) -> Promise:
    """A named port of a headless Service is one SRV for every ready pod (sections 2.4.2 and 2.1; C08, E08, E09).

    A pod with a hostname of its own below the Service is named by it. The name of any other is the server's choice: it
    has to lie below the Service's, and to answer the address of exactly one ready pod.
    """
    words = f'the port "{port}" over {protocol} of the Service "{service}" is the port {number} of every ready pod'
    return Promise(words, _targets(words, service, port, protocol, lambda got: _exactly(got, number)))


def port_of_ready_pods_is_one_of(service: str, port: str, protocol: str, choices: Mapping[int, str]) -> Promise:
    """As `port_of_ready_pods`, where the number is one of several legal choices, which is observed (E10)."""
    words = f'the port "{port}" over {protocol} of the Service "{service}" is at every ready pod, under a number that is observed'
    judge = _targets(words, service, port, protocol, lambda got: _one_of(got, choices))
    return Promise(words, judge, choices=tuple(f"port {number}: {meaning}" for number, meaning in choices.items()))


def _exactly(got: set[int], number: int) -> tuple[str, str]:
    return ("", "") if got <= {number} else (f"the port number is {_text(got)}, not {number}", "")


def _one_of(got: set[int], choices: Mapping[int, str]) -> tuple[str, str]:
    if len(got) == 1 and got <= choices.keys():
        number = min(got)
        return "", f"port {number}: {choices[number]}"
    return f"the port number is {_text(got)}, not one of {_text(choices)}", ""


def _text(numbers: Sequence[int] | set[int] | Mapping[int, str]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _question(look: Look, service: str, port: str, protocol: str) -> Question:
    return Question(look.name(f"_{port}._{protocol.lower()}.{service}"), SRV)


def _targets(
    words: str, service: str, port: str, protocol: str, judge_numbers: Callable[[set[int]], tuple[str, str]]
) -> Callable[[Look], Iterator[Reading]]:
    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = found.families[0]
        pods = looking.ready_pods(look, found)
        own_names = {
            look.name(f"{pod.hostname}.{service}"): pod for pod in pods if pod.hostname and pod.subdomain == service
        }
        answer = look.ask(_question(look, service, port, protocol))
        records = [record.rdata for record in answer.answer if record.type == SRV]
        targets = [target(record) for record in records]
        problem, observed = judge_numbers({port_of(record) for record in records})
        finding = looking.expect_rows(answer, words, [looking.row(record) for record in records])
        if finding.kept:
            problem = problem or _wrong_targets(
                look, service, targets, own_names, len(pods), truncated=answer.truncated
            )
            expected = (f"one SRV for each of the {len(pods)} ready pods", *map(str, own_names))
            finding = looking.reading(answer, words, expected, problem=problem, observed=observed)
        yield finding
        addressed: dict[str, dns.name.Name] = {}
        for name in targets:
            one = look.ask(Question(name, TYPE_OF[family]))
            expected_of = [own_names[name]] if name in own_names else pods
            rows = [looking.row(record.rdata) for record in one.answer]
            legal = {f"{TYPE_OF[family].name} {address}" for address in looking.addresses(expected_of, family)}
            kept = looking.expect_rows(one, words, rows if len(rows) == 1 and legal.issuperset(rows) else legal)
            if kept.kept and rows[0] in addressed:
                problem = f"{name} and {addressed[rows[0]]} lead to the same pod"
                kept = looking.reading(one, words, tuple(sorted(legal)), problem=problem)
            yield kept
            addressed[rows[0] if rows else ""] = name

    return judge


def _wrong_targets(
    look: Look,
    service: str,
    targets: Sequence[dns.name.Name],
    own_names: Mapping[dns.name.Name, object],
    count: int,
    *,
    truncated: bool,
) -> str:
    parent = look.name(service)
    astray = [str(name) for name in targets if name.parent() != parent]
    unnamed = [str(own) for own in own_names if own not in targets]
    if astray:
        return f"the target {', '.join(astray)} is not one label below {parent}"
    if unnamed and not truncated:
        return f"no SRV names {', '.join(unnamed)}"
    if len(targets) > count or (len(targets) < count and not truncated):
        return f"{len(targets)} SRV records for {count} ready pods"
    return ""
