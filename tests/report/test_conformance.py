"""The conformance report: valid, and honest about what was not looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from svcdns.report import conformance, files
from svcdns.report.conformance import Implementation
from svcdns.results import OtherAnswer, Verdict
from svcdns.system import filing
from tests.report import results
from tests.report.results import FINDING, SUBJECT, run, scenario

NOBODY = Implementation("", "", "", "", ())


def test_every_verdict_has_its_place_and_the_schema_agrees(tmp_path: Path):
    result = run(
        scenario("Right", Verdict.CONFORMANT, observed=("A: in svcdns-4k2zf-m6m1x.svc",)),
        scenario("Wrong", Verdict.NOT_CONFORMANT, reason="in svcdns-4k2zf-m6m1x-next.svc, says svcdns-4k2zf"),
        scenario("Unknown", Verdict.NOT_DETERMINED, reason="pods never came", level="extended"),
        scenario("Elsewhere", Verdict.NOT_APPLICABLE, reason="no IPv6", level="quirk"),
        scenario("Left out", Verdict.NOT_RUN, clauses=()),
    )
    document = conformance.document(result, NOBODY)
    for name in ("report.yaml", "deep/report.json"):
        filing.write_named(tmp_path / name, files.text(document, name))
        assert files.read(tmp_path / name) == document
    assert [one["result"] for one in document["levels"]] == ["failure", "partial", "partial"]
    assert document["levels"][0]["statistics"] == {
        "conformant": 1,
        "notConformant": 1,
        "notDetermined": 0,
        "notApplicable": 0,
        "notRun": 1,
    }
    (wrong,) = document["notConformant"]
    assert wrong["reason"] == "in neighbour.svc, says svcdns-4k2zf"
    assert document["observed"][0]["choices"] == ["A: in my-namespace.svc"]
    assert document["notDetermined"][0]["reason"] == "pods never came"
    assert document["notApplicable"][0]["scenario"] == "Elsewhere"
    assert [one["verdict"] for one in document["scenarios"]] == [str(one.verdict) for one in result.scenarios]
    (clause,) = [one for one in document["clauses"] if one["scenarios"]]
    assert (clause["id"], clause["verdict"], len(clause["scenarios"])) == ("2.4.1-a", "not conformant", 4)


def test_what_nobody_says_of_the_implementation_is_read_from_the_target():
    said = Implementation("Example", "edge-dns", "https://example.org", "3.1", ("a@example.org",))
    assert conformance.document(run(), NOBODY)["implementation"]["project"] == "CoreDNS"
    assert conformance.document(run(), NOBODY)["implementation"]["version"] == "v1.12.1"
    assert conformance.document(run(), said)["implementation"] == {
        "organization": "Example",
        "project": "edge-dns",
        "url": "https://example.org",
        "version": "3.1",
        "contact": ["a@example.org"],
    }
    unread = replace(SUBJECT, facts=replace(SUBJECT.facts, dns_server="", dns_version=""))
    assert conformance.document(run(subject=unread), NOBODY)["implementation"]["project"] == ""
    assert conformance.document(run(subject=None), NOBODY)["subject"] is None


def test_results_travel_as_plain_data():
    one = scenario("Wrong", Verdict.NOT_CONFORMANT, findings=(results.FINDING,), looks=(3, 1.5))
    assert type(one).read(json.loads(json.dumps(one.plain()))) == one
    assert type(SUBJECT).read(json.loads(json.dumps(SUBJECT.plain()))) == SUBJECT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the ports are 10.244.0.9 port 80, 10.244.0.10 port 80", "the ports are <address> port 80, <address> port 80"),
        ("10-244-0-59.web.my-namespace A answers NXDOMAIN", "<address>.web.my-namespace A answers NXDOMAIN"),
        ("59.0.244.10.in-addr.arpa. PTR", "<address>.in-addr.arpa. PTR"),
        (f"{'0.' * 31}d.ip6.arpa. PTR", "<address>.ip6.arpa. PTR"),
        ("AAAA fd00:10:244::5e or ::1", "AAAA <address> or ::1"),
        ("port 8080: the server is of 1.12.1", "port 8080: the server is of 1.12.1"),
    ],
)
def test_a_choice_is_told_without_the_addresses_that_happened_to_be_there(text: str, said: str):
    assert conformance.unaddressed(text) == said


def test_causes_group_what_is_not_conformant_and_follow_the_schema():
    finding = replace(FINDING, type="A", rcode="NXDOMAIN", promised="records")
    other = replace(finding, rcode="REFUSED", elsewhere=(OtherAnswer("10.244.0.3:53", "udp", "records", kept=True),))
    failures = [scenario(name, Verdict.NOT_CONFORMANT, findings=(finding,)) for name in ("One", "Two")]
    refused = scenario("Three", Verdict.NOT_CONFORMANT, findings=(other,))
    document = conformance.document(run(*failures, refused, scenario("Right", Verdict.CONFORMANT)), NOBODY)
    first, second = document["causes"]
    assert first == {
        "title": "A of Service names: NXDOMAIN instead of records (2 scenarios: 2 core)",
        "failure": "NXDOMAIN instead of records",
        "types": ["A"],
        "names": ["Service names"],
        "likely": [],
        "scenarios": [{"feature": "own/small.feature", "scenario": name} for name in ("One", "Two")],
    }
    assert second["likely"] == ["only 10.244.0.2:53 answers so; 10.244.0.3:53 answers the same queries as expected"]
    validator = Draft202012Validator(files.schema())
    assert not list(validator.iter_errors(document))
    for wrong in (
        {**first, "scenarios": []},
        {**first, "more": 1},
        {name: first[name] for name in first if name != "types"},
    ):
        assert list(validator.iter_errors(document | {"causes": [wrong]}))
    earlier = {name: value for name, value in document.items() if name != "causes"}
    assert not list(validator.iter_errors(earlier)), "reports of earlier versions can be compared"
