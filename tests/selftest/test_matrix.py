"""What counts as a catch, and what the numbers say."""

from __future__ import annotations

import json

import pytest

from svcdns.catalogue.gherkin import Scenario
from svcdns.engine.declaration import Declaration
from svcdns.engine.rehearsal import Plan
from svcdns.engine.sentences import Script
from svcdns.engine.verdicts import Judged
from svcdns.faults import Fault
from svcdns.results import Verdict
from svcdns.selftest import report
from svcdns.selftest.matrix import (
    FaultResult,
    Matrix,
    VariationResult,
    detection_matrix,
    fault_result,
    immunity,
    variation_result,
)
from svcdns.selftest.playing import Playable, PlayedScenario, scenarios

CORE = Fault("wrong", "It is wrong.", ("B01", "C01"))
EXTENDED = Fault("odd", "It is odd.", ("L12",), "extended")


def playable(name: str, *tags: str) -> Playable:
    return Playable(name, Script(Scenario(name, 1, frozenset(tags), ()), (), Plan(Declaration())))


def played(name: str, verdict: Verdict = Verdict.NOT_CONFORMANT) -> PlayedScenario:
    return PlayedScenario(name, Judged(verdict, "why"), 0.0)


@pytest.mark.parametrize(
    ("fault", "tags", "place"),
    [
        (CORE, ("core", "B01"), "caught_by"),
        (CORE, ("core", "C01", "B07"), "caught_by"),
        (CORE, ("core", "B07"), "other_behaviours"),
        (CORE, ("extended", "B01"), "other_levels"),
        (CORE, ("quirk", "B01"), "other_levels"),
        (EXTENDED, ("extended", "L12"), "caught_by"),
        (EXTENDED, ("core", "L12"), "other_levels"),
    ],
)
def test_a_catch_has_the_level_of_the_fault_and_one_of_its_behaviours(fault, tags, place):
    scenario = playable("some feature: some rule", *tags)
    row = fault_result(fault, {scenario.id: scenario}, [played(scenario.id)])
    groups = ("caught_by", "other_levels", "other_behaviours")
    assert {group: getattr(row, group) for group in groups if getattr(row, group)} == {place: (scenario.id,)}


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.NOT_CONFORMANT])
def test_only_a_verdict_on_dns_catches_a_fault(verdict):
    scenario = playable("some feature: some rule", "core", "B01")
    row = fault_result(CORE, {scenario.id: scenario}, [played(scenario.id, verdict)])
    assert not row.caught_by
    assert dict(row.undetermined) == ({scenario.id: "why"} if verdict is Verdict.NOT_DETERMINED else {})


@pytest.mark.parametrize("verdict", Verdict)
def test_a_variation_raises_an_alarm_unless_every_scenario_passes_or_does_not_apply(verdict):
    row = variation_result(CORE, [played("a", verdict)])
    assert bool(row.alarms) == (verdict not in (Verdict.CONFORMANT, Verdict.NOT_APPLICABLE))


def test_what_caught_a_fault_is_named_from_the_most_specific_scenario_on():
    rows = [
        FaultResult("one", ("general", "special")),
        FaultResult("two", ("general",)),
        FaultResult("three", (), ("general",), ("special",)),
    ]
    found = detection_matrix(
        rows, [], [playable("general", "core"), playable("special", "core"), playable("lazy", "core")]
    )
    assert found.faults[0].caught_by == ("special", "general")
    assert found.uncaught == ["three"]
    assert found.hardest == found.faults[2]
    assert found.never_failing == ["lazy"]


def test_the_report_names_what_is_not_caught_and_what_raises_an_alarm(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "VARIATIONS", {"other": Fault("other", "It is otherwise.")})
    found = Matrix(
        (FaultResult("aaaa-denied", ()), FaultResult("wrong-id", ("a <b>: c | d",))),
        (VariationResult("other", {"a": "why"}),),
        ("e", "f"),
        {"f": "why not"},
    )
    page, plain = report.write(found, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "- 1 of 2 faults are caught." in text
    assert "**nothing**" in text
    assert "a &lt;b>: c \\| d" in text
    assert "0 of 1 legal variations cause no false alarm." in text
    assert json.loads(plain.read_text(encoding="utf-8"))["never_failing"] == ["e", "f"]
    assert "- f: why not" in text
    assert "- e: **add a fault that it catches" in text
    assert "No fault makes these scenarios fail: e." in text


@pytest.mark.parametrize(
    ("feature", "count"),
    [("client/search.feature", 2), ("extensions/coredns.feature", 2), ("protocol/negative.feature", 0)],
)
def test_a_scenario_is_immune_where_every_answer_is_a_choice_or_none_is_asked_of_dns(feature: str, count: int):
    assert sum(bool(immunity(one)) for one in scenarios() if one.id.startswith(feature)) == count
