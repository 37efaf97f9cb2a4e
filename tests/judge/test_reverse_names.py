"""Whoever asks for the reverse names of addresses declares it: a cache may remember them for whoever comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

import dns.name
import pytest
from dns.rdatatype import PTR

from svcdns import judge, records
from svcdns.client import Answer
from svcdns.faults import VARIATIONS
from svcdns.judge import Observation, Promise, Reading
from svcdns.message import Question, reverse_name
from svcdns.selftest.faulty import faulty_reference
from svcdns.selftest.playing import Playable, play, scenarios
from svcdns.state import ClusterState
from svcdns.targets.reference import Reference
from svcdns.targets.target import Target

PROMISES = [each for each in judge.__all__ if each.islower()]


class Record:
    """The judge's promises, by name, with whether they declare reverse names and whether they asked for some."""

    def __init__(self) -> None:
        self.promised: dict[str, bool] = {}
        self.asking: set[str] = set()

    def made(self, name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(make)
        def recorded(*arguments: Any, **keywords: Any) -> Any:
            promise = make(*arguments, **keywords)
            if not isinstance(promise, Promise):
                return promise
            id_ = f"{name}{arguments}{keywords or ''}"
            self.promised[id_] = promise.reverse_names
            return replace(promise, judge=lambda observation: self._judged(id_, promise, observation))

        return recorded

    def _judged(self, id_: str, promise: Promise, observation: Observation) -> Iterator[Reading]:
        def ask(question: Question, **other: Any) -> Answer:
            self._see(id_, question, observation.state)
            return observation.ask(question, **other)

        def ask_outside(question: Question) -> Answer:
            self._see(id_, question, observation.state)
            return observation.ask_outside(question)

        yield from promise.judge(replace(observation, ask=ask, ask_outside=ask_outside))

    def _see(self, id_: str, question: Question, state: ClusterState) -> None:
        if question.type == PTR and question.name in reverse_names(state):
            self.asking.add(id_)


def reverse_names(state: ClusterState) -> set[dns.name.Name]:
    pods = (address for pod in state.pods.values() for address in pod.addresses)
    return {reverse_name(address) for address in (*state.services_by_address, *_ips(state), *pods)}


def _ips(state: ClusterState) -> Iterator[str]:
    for each in state.slices.values():
        if each.address_type in ("IPv4", "IPv6"):
            for endpoint in each.endpoints:
                yield from endpoint.addresses


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Record:
    record = Record()
    for name in PROMISES:
        monkeypatch.setattr(judge, name, record.made(name, getattr(judge, name)))
    # Sentences call the judge when they are said, so what they call is recorded.
    return record


def asking(recorded: Record, target: Target, chosen: Sequence[Playable]) -> set[str]:
    """Play scenarios over UDP; which promises asked for the reverse name of an address of the cluster."""
    target.vantages = tuple(replace(vantage, transports=("udp",)) for vantage in target.vantages)
    for _ in play(target, chosen, target.dns_profile):
        pass
    return recorded.asking


def test_a_promise_that_asks_for_the_reverse_name_of_an_address_declares_it(recorded: Record):
    with Reference(records.COREDNS) as target:
        asked = asking(recorded, target, scenarios())
    assert len(asked) > 20
    assert [id_ for id_ in asked if not recorded.promised[id_]] == []
    assert not all(recorded.promised.values())


def test_a_promise_that_asks_for_it_of_some_servers_alone_declares_it(recorded: Record):
    chosen = [one for one in scenarios() if any("has no name below" in step.text for step in one.script.scenario.steps)]
    with faulty_reference(VARIATIONS["labels-of-pods"]) as target:
        asked = asking(recorded, target, chosen)
    assert {id_.partition("(")[0] for id_ in asked} >= {"pod_has_no_name"}
    assert [id_ for id_ in asked if not recorded.promised[id_]] == []
