"""Scenarios played without pytest end as they do with it."""

from __future__ import annotations

import dns.rcode
import pytest

from svcdns.client import ask
from svcdns.faults import FAULTS, Fault
from svcdns.message import question
from svcdns.results import Verdict
from svcdns.selftest import running
from svcdns.selftest.faulty import faulty_reference
from svcdns.selftest.playing import Playable, scenarios

FEATURE = "specification/clusterip.feature"
HARMLESS = Fault("harmless", "Everything is right.", ("B01",))


def of(feature: str) -> list[Playable]:
    return [one for one in scenarios() if one.id.startswith(f"{feature}: ")]


def test_a_right_server_passes_every_scenario():
    assert {one.judged.verdict for one in running.play_all(HARMLESS, of(FEATURE))} == {Verdict.CONFORMANT}


@pytest.mark.parametrize("name", ["wrong-virtual-ip", "tcp-refused"])
def test_a_fault_gets_sockets_only_if_it_needs_them(name: str):
    fault = FAULTS[name]
    with faulty_reference(fault) as target:
        (channel,) = target.vantages[0].channels
        answers = [
            ask(channel, question("kubernetes.default.svc.cluster.local", "A"), transport=transport, timeout_seconds=5)
            for transport in ("udp", "tcp")
        ]
    assert fault.needs_sockets == (name == "tcp-refused")
    assert answers[0].rcode == dns.rcode.NOERROR
    assert answers[1].failure == ("connection refused" if fault.needs_sockets else None)


def test_answers_that_are_none_are_kept_as_evidence_without_waiting():
    with faulty_reference(FAULTS["wrong-id"]) as target:
        (channel,) = target.vantages[0].channels
        answer = ask(channel, question("kubernetes.default.svc.cluster.local", "A"), timeout_seconds=3600)
    assert answer.failure == "no answer within 3600 s"
    assert [one.reason.partition(":")[0] for one in answer.discarded] == ["another id"]
