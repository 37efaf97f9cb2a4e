"""Whatever a server answers, a scenario ends in a verdict: nothing that is wrong with an answer is an error of ours."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import dns.message
import dns.rrset
import pytest
from hypothesis import settings

from svcdns import records, resources
from svcdns.catalogue import gherkin
from svcdns.catalogue.gherkin import Scenario
from svcdns.client import Channel, Received, Transport
from svcdns.engine.sentences import script
from svcdns.engine.world import World
from svcdns.errors import HarnessError
from svcdns.judge import NotConformantError
from svcdns.targets.reference import Reference

FILES = sorted(resources.features().rglob("*.feature"))
#: Every scenario where the tests are asked to be thorough, else some of each file.
MOST = 1_000 if settings.default.max_examples > 100 else 3
OCTETS = [0, 1, 2, 3, 5, 6, 12, 16, 28, 33, 63, 64, 0xC0, 0xFF]


@dataclass(frozen=True)
class Garbling:
    """A channel that changes octets of what comes back, but for the id."""

    channel: Channel
    chance: random.Random

    @property
    def server(self) -> str:
        return self.channel.server

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        return [self._garbled(one) for one in self.channel.exchange(wires, transport, timeout_seconds)]

    def _garbled(self, received: Received) -> Received:
        if received.wire is None or self.chance.random() < 0.1:
            return received
        wire = bytearray(received.wire)
        for _ in range(self.chance.randint(1, 3)):
            wire[self.chance.randrange(2, len(wire))] = self.chance.choice(OCTETS)
        return replace(received, wire=bytes(wire))


@contextmanager
def garbling(seed: str) -> Iterator[Reference]:
    with Reference(records.COREDNS) as target:
        chance = random.Random(seed)
        (vantage,) = target.vantages
        target.vantages = (replace(vantage, channels=tuple(Garbling(one, chance) for one in vantage.channels)),)
        yield target


def scenarios(path: Path) -> list[Scenario]:
    found = [each for one in gherkin.read(path).scenarios for each in one.rendered()]
    return random.Random(path.stem).sample(found, min(MOST, len(found)))


def play(target: Reference, scenario: Scenario, namespace: str) -> None:
    world = World.alone(target, namespace)
    for _, say in script(scenario).sentences:
        say(world)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenarios_on_a_server_whose_answers_are_garbled_end_in_a_verdict(path: Path):
    with garbling(path.stem) as target:
        for number, scenario in enumerate(scenarios(path)):
            with suppress(HarnessError):
                play(target, scenario, f"garbled-{number}")


WRONG = [("IN", "A", "192.0.2.1"), ("CH", "A", "ns.example. 1"), ("CH", "SRV", r"\# 1 00"), ("CH", "NS", r"\# 1 00"), ("CH", "TXT", "1.1.0"), ("IN", "TYPE65280", r"\# 1 00")]  # fmt: skip


@dataclass(frozen=True)
class Answering:
    """A channel on which every question is answered with one wrong record."""

    record: tuple[str, str, str]
    server: str = "192.0.2.53:53"

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        rdclass, type_, text = self.record
        found = []
        for wire in wires:
            reply = dns.message.make_response(dns.message.from_wire(wire))
            reply.answer = [dns.rrset.from_text(reply.question[0].name, 30, rdclass, type_, text)]
            found.append(Received(reply.to_wire()))
        return found


@pytest.mark.parametrize("record", WRONG, ids=" ".join)
@pytest.mark.parametrize(
    "sentence",
    [
        'no SRV record of "_metrics._tcp.peers" has weight 0',
        'all additional records of the SRV response for "_metrics._tcp.peers" are addresses of its targets',
        "every NS record of the cluster domain has a target with an address",
        '"peers" answers one record of the type MX',
        '"dns-version.cluster.local" answers one TXT record, a semantic version',
        'the address of every ready endpoint of the Service "peers" leads back to a name that answers it',
    ],
)
def test_a_record_of_another_name_fulfils_no_promise(sentence: str, record: tuple[str, str, str]):
    with Reference(records.COREDNS) as target:
        target.vantages = (replace(target.vantages[0], channels=(Answering(record),)),)
        given = gherkin.Step("Given", "given", 'the manifest "specification/headless.yaml"', 1)
        then = gherkin.Step("Then", "then", sentence, 2)
        with pytest.raises(NotConformantError):
            play(target, gherkin.Scenario("wrong", 1, frozenset(), (given, then)), "wrong")
