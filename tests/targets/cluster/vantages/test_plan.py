"""A plan as it passes from one process to another."""

from __future__ import annotations

import json

import pytest

from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.servers import DnsService, Replica

A, B = (Replica(f"dns-{letter}", f"10.244.0.{number}", 53) for number, letter in enumerate("ab"))


@pytest.mark.parametrize(
    "plan",
    [
        VantagePlan("direct", servers=(("127.0.0.1", 5353),), note="named"),
        VantagePlan(
            "probe",
            DnsService("kube-system", "kube-dns", {"k8s-app": "kube-dns"}, "IPv6", ("fd00::a",), "dns"),
            (A, B),
            (("fd00::a", 53),),
            (("127.0.0.1", 30053),),
            "svcdns-abcde-probe",
            "python:3",
            "python:3",
            "why",
        ),
    ],
)
def test_a_plan_passes_through_json(plan):
    assert VantagePlan.shared(json.loads(json.dumps(plan.share()))) == plan
