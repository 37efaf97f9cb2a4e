"""Failures told as causes: every failure in one of them, and few of them for one fault of a server."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from svcdns.engine import player
from svcdns.engine.pool import WorldPool, letters, namespaces_of
from svcdns.engine.timing import Clock
from svcdns.engine.verdicts import Rules
from svcdns.faults import find
from svcdns.report.causes import causes, failure_kind_of, name_kind_of
from svcdns.results import ScenarioResult, Verdict
from svcdns.selftest.faulty import faulty_reference
from svcdns.selftest.playing import scenarios
from svcdns.state.naming import NameKind
from tests.report.results import FINDING, scenario

PLAYED = (
    "specification/clusterip",
    "specification/headless",
    "specification/srv",
    "specification/ptr",
)


@cache
def results(fault: str) -> tuple[ScenarioResult, ...]:
    """Some features, played on the reference with a fault."""
    chosen = [one for one in scenarios() if one.id.startswith(PLAYED)]
    found = []
    with faulty_reference(find(fault)) as target:
        pool = WorldPool(target, Clock(), namespaces_of(letters(5)))
        pool.plan((one.id, one.script.plan) for one in chosen)
        for one in chosen:
            outcome = player.play(pool.world(one.id, one.script.plan), one.script, Rules.of(target))
            pool.leave(one.id)
            found.append(
                scenario(
                    one.script.scenario.name,
                    outcome.judged.verdict,
                    level=one.level,
                    steps=outcome.steps,
                    findings=tuple(reading.finding() for reading in outcome.readings),
                )
            )
        pool.close()
    return tuple(found)


#: What the failures of one fault are mostly told as.
TOLD = [
    ("ptr-of-endpoint-missing", "PTR of endpoints: NXDOMAIN instead of records"),
    ("ptr-of-virtual-ip-missing", "PTR of virtual IPs: NXDOMAIN instead of records"),
    ("ptr-of-virtual-ip-wrong", "PTR of virtual IPs: other records than expected"),
    ("aaaa-denied", "AAAA of Service names: NXDOMAIN instead of NODATA"),
    ("srv-without-data", "SRV of ports: NODATA instead of records"),
    ("extra-address", "A of Service names: unexpected records"),
    ("last-ready-endpoint-dropped", " instead of records"),
    ("wrong-id", ": every response was discarded"),
    ("tcp-never-answers", ": no response over TCP"),
]


@pytest.mark.parametrize(("fault", "title"), TOLD)
def test_the_failures_of_one_fault_are_told_as_few_causes(fault: str, title: str):
    failed = [one.scenario for one in results(fault) if one.verdict is Verdict.NOT_CONFORMANT]
    found = causes(results(fault))
    assert title in found[0].title
    assert Counter(one.scenario for cause in found for one in cause.scenarios) == Counter(failed)
    assert len(found) <= len(failed) // 2


def test_a_run_without_failures_has_no_causes():
    assert causes([scenario("Right", Verdict.CONFORMANT), scenario("Unknown", Verdict.NOT_DETERMINED)]) == ()


def failed(name: str, **more: object) -> ScenarioResult:
    finding = replace(FINDING, **{"type": "A", "rcode": "NXDOMAIN", "promised": "records"} | more)
    return scenario(name, Verdict.NOT_CONFORMANT, findings=(finding,))


def test_the_first_scenario_of_a_cause_is_of_the_strictest_level():
    (cause,) = causes([replace(failed("Extended"), level="extended"), failed("Core"), failed("Core too")])
    assert [one.scenario for one in cause.scenarios] == ["Core", "Core too", "Extended"]
    assert cause.title == "A of Service names: NXDOMAIN instead of records (3 scenarios: 2 core, 1 extended)"


def test_a_failure_without_a_finding_has_a_cause_too():
    (cause,) = causes([scenario("Lost", Verdict.NOT_CONFORMANT)])
    assert cause.title == "no answer was kept (1 scenario: 1 core)"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"rcode": "NXDOMAIN"}, "NXDOMAIN instead of records"),
        ({"rcode": "SERVFAIL"}, "SERVFAIL instead of records"),
        ({"records": 0}, "NODATA instead of records"),
        ({"missing": ("A 1",), "unexpected": ()}, "missing records"),
        ({"missing": (), "unexpected": ("A 1",)}, "unexpected records"),
        ({"missing": ("A 1",), "unexpected": ("A 2",)}, "other records than expected"),
        ({"missing": (), "unexpected": ()}, "wrong records"),
        ({"promised": "NODATA", "rcode": "NXDOMAIN"}, "NXDOMAIN instead of NODATA"),
        ({"promised": "NXDOMAIN", "records": 0}, "NODATA instead of NXDOMAIN"),
        ({"promised": "NXDOMAIN"}, "records instead of NXDOMAIN"),
        ({"promised": "rcode", "expected": ("NOTIMP",)}, "records instead of NOTIMP"),
        ({"promised": "choice", "rcode": "REFUSED"}, "REFUSED is not an allowed answer"),
        ({"promised": "property", "expected": ("the TTL 30",), "unexpected": ()}, "not the TTL 30"),
        ({"promised": "property", "unexpected": ("A 1",), "missing": ()}, "unexpected records"),
        ({"rcode": ""}, "no response"),
        ({"rcode": "", "discarded": ("another id: 7",)}, "every response was discarded"),
    ],
)
def test_the_kind_of_a_failure_is_read_from_the_data_of_a_finding(changes: dict[str, object], text: str):
    finding = replace(FINDING, **{"type": "A", "rcode": "NOERROR", "records": 1, "promised": "records"} | changes)
    assert failure_kind_of(finding).text == text


@pytest.mark.parametrize(
    ("name", "expected", "name_kind"),
    [
        ("web.shop.svc.cluster.local.", (), NameKind.SERVICE),
        ("WEB.Shop.SVC.Cluster.Local.", (), NameKind.SERVICE),
        ("web-0.web.shop.svc.cluster.local.", (), NameKind.ENDPOINT),
        ("_http._tcp.web.shop.svc.cluster.local.", (), NameKind.PORT),
        ("a.b.web.shop.svc.cluster.local.", (), NameKind.OTHER),
        ("shop.svc.cluster.local.", (), NameKind.OTHER),
        ("dns-version.cluster.local.", (), NameKind.OTHER),
        ("web.shop.svc.example.org.", (), NameKind.OTHER),
        ("9.0.96.10.in-addr.arpa.", ("PTR web.shop.svc.cluster.local.",), NameKind.VIRTUAL_IP_ADDRESS),
        ("9.0.244.10.in-addr.arpa.", ("PTR web-0.web.shop.svc.cluster.local.",), NameKind.ENDPOINT_ADDRESS),
        ("9.0.244.10.in-addr.arpa.", ("PTR <identifier>.web.shop.svc.cluster.local.",), NameKind.ENDPOINT_ADDRESS),
        ("9.0.244.10.in-addr.arpa.", ("no PTR into the cluster domain",), NameKind.OTHER_ADDRESS),
        (f"{'0.' * 32}ip6.arpa.", (), NameKind.OTHER_ADDRESS),
    ],
)
def test_the_kind_of_a_name_is_read_from_its_labels(name: str, expected: tuple[str, ...], name_kind: NameKind):
    finding = replace(FINDING, question=f"{name} A", expected=expected)
    assert name_kind_of(finding) is name_kind
    if name_kind is NameKind.SERVICE:
        assert name_kind_of(finding, "example.org") is NameKind.OTHER
