"""What counts as a catch, and what the numbers say."""

from __future__ import annotations

import json

import pytest

from svcdns.catalogue.gherkin import Scenario
from svcdns.engine.verdicts import Judged
from svcdns.faults import Fault
from svcdns.results import Verdict
from svcdns.selftest import report
from svcdns.selftest.matrix import Caught, Matrix, Passed, caught, immunity, matrix, passed
from svcdns.selftest.playing import Playable, Played, scenarios

CORE = Fault("wrong", "It is wrong.", ("B01", "C01"))
EXTENDED = Fault("odd", "It is odd.", ("L12",), "extended")


def playable(name: str, *tags: str) -> Playable:
    return Playable(name, Scenario(name, 1, frozenset(tags), ()), ())


def played(name: str, verdict: Verdict = Verdict.NOT_CONFORMANT) -> Played:
    return Played(name, Judged(verdict, "why"), 0.0)


@pytest.mark.parametrize(
    ("fault", "tags", "place"),
    [
        (CORE, ("core", "B01"), "by"),
        (CORE, ("core", "C01", "B07"), "by"),
        (CORE, ("core", "B07"), "beside"),
        (CORE, ("extended", "B01"), "also"),
        (CORE, ("quirk", "B01"), "also"),
        (EXTENDED, ("extended", "L12"), "by"),
        (EXTENDED, ("core", "L12"), "also"),
    ],
)
def test_a_catch_has_the_level_of_the_fault_and_one_of_its_behaviours(fault, tags, place):
    scenario = playable("some feature: some rule", *tags)
    row = caught(fault, {scenario.id: scenario}, [played(scenario.id)])
    assert {where: getattr(row, where) for where in ("by", "also", "beside") if getattr(row, where)} == {
        place: (scenario.id,)
    }


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.NOT_CONFORMANT])
def test_only_a_verdict_on_dns_catches_a_fault(verdict):
    scenario = playable("some feature: some rule", "core", "B01")
    row = caught(CORE, {scenario.id: scenario}, [played(scenario.id, verdict)])
    assert not row.by
    assert dict(row.undetermined) == ({scenario.id: "why"} if verdict is Verdict.NOT_DETERMINED else {})


@pytest.mark.parametrize("verdict", Verdict)
def test_a_variation_raises_an_alarm_unless_every_scenario_passes_or_does_not_apply(verdict):
    row = passed(CORE, [played("a", verdict)])
    assert bool(row.alarms) == (verdict not in (Verdict.CONFORMANT, Verdict.NOT_APPLICABLE))


def test_what_caught_a_fault_is_named_from_the_most_specific_scenario_on():
    rows = [
        Caught("one", ("general", "special")),
        Caught("two", ("general",)),
        Caught("three", (), ("general",), ("special",)),
    ]
    found = matrix(rows, [], [playable("general", "core"), playable("special", "core"), playable("lazy", "core")])
    assert found.faults[0].by == ("special", "general")
    assert found.uncaught == ["three"]
    assert found.hardest == found.faults[2]
    assert found.idle == ["lazy"]


def test_the_report_names_what_is_not_caught_and_what_raises_an_alarm(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "VARIATIONS", {"other": Fault("other", "It is otherwise.")})
    found = Matrix(
        (Caught("aaaa-denied", ()), Caught("wrong-id", ("a <b>: c | d",))),
        (Passed("other", {"a": "why"}),),
        ("e", "f"),
        {"f": "why not"},
    )
    page, plain = report.write(found, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "- 1 of 2 faults are caught." in text
    assert "**nothing**" in text
    assert "a &lt;b>: c \\| d" in text
    assert "0 of 1 legal variations" in text
    assert json.loads(plain.read_text(encoding="utf-8"))["idle"] == ["e", "f"]
    assert "- f: why not" in text
    assert "- e: **a fault is missing" in text
    assert "No fault makes these fail: e." in text


@pytest.mark.parametrize(
    ("feature", "count"),
    [("client/search.feature", 2), ("extensions/coredns.feature", 2), ("protocol/negative.feature", 0)],
)
def test_a_scenario_is_immune_where_every_answer_is_a_choice_or_none_is_asked_of_dns(feature: str, count: int):
    assert sum(bool(immunity(one)) for one in scenarios() if one.id.startswith(feature)) == count
