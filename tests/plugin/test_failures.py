"""Failures in the terminal: each cause once in full, and never more lines than there is room for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from svcdns.plugin import failures
from svcdns.report.causes import causes
from svcdns.results import ScenarioResult, StepResult, Verdict
from tests.plugin.conftest import SCENARIO, Write, small
from tests.report.results import FINDING, scenario

STEPS = (StepResult("Given", 'the manifest "web.yaml"', 8, "passed"), StepResult("Then", "it answers", 9, "failed"))


def failed(number: int, type_: str = "A", came: str = "NXDOMAIN") -> ScenarioResult:
    finding = replace(FINDING, type=type_, rcode=came, promised="records")
    return scenario(
        f"Wrong {number}",
        Verdict.NOT_CONFORMANT,
        reason="web.svcdns-4k2zf-m6m1x.svc.cluster.local. A answers NXDOMAIN, not NOERROR",
        findings=(finding,),
        steps=STEPS,
        state=tuple(f"Pod web-{index}: 10.244.0.{index}; Running, ready, hostname web-{index}" for index in range(12)),
    )


def groups(count: int, of: int) -> tuple[failures.FailureGroup, ...]:
    """So many failures of so many causes."""
    kinds = [(type_, came) for came in ("NXDOMAIN", "REFUSED", "SERVFAIL") for type_ in ("A", "SRV")]
    kinds += [("A", f"TYPE{number}") for number in range(40)]
    return failures.groups(causes(failed(number, *kinds[number % of]) for number in range(count)), (), {})


def rows(section: failures.Section, width: int) -> int:
    return sum(max(1, -(-len(line) // width)) for line, _ in section.lines)


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize(("count", "of"), [(1, 1), (47, 1), (47, 5), (250, 9), (450, 1), (450, 40)])
def test_failures_fit_whatever_their_number(count: int, of: int, width: int):
    found = groups(count, of)
    section = failures.causes_in_full(found, width, every_scenario=False)
    text = "\n".join(line for line, _ in section.lines)
    assert rows(section, width) <= failures.MOST_ROWS
    assert section.is_cut == (count > 47 or of > 1)
    assert "Cluster state when asked:" in text, "the first cause is shown in full"
    assert all(heading in text for heading in (found[0].title, f"Wrong {0}"))
    for group in found[:5]:
        assert group.title in text
    if count <= 47:
        assert all(f"Wrong {number}" in text for number in range(count if of == 1 else 1))
    whole = "\n".join(line for line, _ in failures.whole(found).lines)
    assert whole.count("Cluster state when asked:") == count
    everything = failures.causes_in_full(found, width, every_scenario=True)
    assert sum(line.startswith("  own/small.feature:9: Wrong") for line, _ in everything.lines) == count - len(found)
    assert not everything.is_cut


def test_causes_that_are_left_out_are_counted():
    section = failures.causes_in_full(groups(450, 40), 80, every_scenario=False)
    (left,) = [line for line, _ in section.lines if line.startswith("… and ")]
    shown = sum(heading for _, heading in section.lines)
    assert left.startswith(f"… and {40 - shown} more causes with ")


def test_titles_alone_fit_too():
    section = failures.titles(groups(450, 40), 80)
    assert rows(section, 80) <= failures.MOST_ROWS + 2
    assert section.is_cut


def test_an_explanation_of_several_causes_is_given_once():
    advice = ("the server cannot read EndpointSlices",)
    found = [failures.FailureGroup(title, advice, (failed(0),)) for title in ("One", "Two")]
    text = "\n".join(line for line, _ in failures.causes_in_full(found, 80, every_scenario=True).lines)
    assert text.count(advice[0]) == 1
    assert "What is likely wrong: as for cause 1" in text


WRONG = "\n".join(SCENARIO.format(name=f"Wrong {number}") for number in range(9))


@pytest.fixture
def mixed(feature: Write, pytester: pytest.Pytester) -> Path:
    """Nine scenarios that fail, and an ordinary test that does."""
    pytester.makepyfile(test_ordinary="def test_ordinary():\n    assert 1 == 2, 'ordinary'\n")
    return feature(f"Feature: Small\n\n{WRONG}")


FAULT = ("--fault", "wrong-virtual-ip", "-p", "no:cacheprovider")


@pytest.mark.parametrize("spread", [(), ("-n", "2")])
def test_pytest_shows_ordinary_failures_and_none_of_ours(
    spread: tuple[str, ...], mixed: Path, pytester: pytest.Pytester
):
    result = pytester.runpytest_subprocess(".", *FAULT, *spread, "--junitxml=junit.xml")
    result.assert_outcomes(failed=10)
    text = result.stdout.str()
    result.stdout.fnmatch_lines(["* FAILURES *", "*_ test_ordinary _*", "* conformance of *", "core: 9 not conformant"])
    assert text.count("Cluster state when asked:") == 1
    assert text.count("__ test_") == 1
    assert [line.split(" ")[1] for line in text.splitlines() if line.startswith("FAILED ")] == [
        "test_ordinary.py::test_ordinary"
    ]
    assert (pytester.path / "junit.xml").read_text().count("Cluster state when asked:") == 9
    assert "Test: small.feature::test_wrong_" in text
    result.stdout.fnmatch_lines(["The same in 8 other scenarios:"])


@pytest.mark.parametrize(
    ("options", "full", "lines"),
    [
        (("-v",), 1, 8),
        (("-vv",), 9, 0),
        (("-q",), 1, 8),
        (("--tb=short",), 1, 8),
        (("--tb=line",), 0, 8),
        (("--tb=no",), 0, 0),
        (("-rA",), 1, 8),
        (("--no-summary",), 0, 0),
    ],
)
def test_options_of_pytest_mean_what_they_say(
    options: tuple[str, ...], full: int, lines: int, mixed: Path, pytester: pytest.Pytester
):
    result = pytester.runpytest_subprocess(mixed.name, *FAULT, *options)
    result.assert_outcomes(failed=9)
    text = result.stdout.str()
    assert text.count("Cluster state when asked:") == full
    assert sum(line.startswith("  small.feature:") for line in text.splitlines()) == lines
    assert not [line for line in text.splitlines() if line.startswith("FAILED ")]


def test_failures_without_a_verdict_are_grouped_by_their_reason(feature: Write, pytester: pytest.Pytester):
    feature(small(*"abcdef").replace("combinations/clusterip-service.yaml", "nowhere.yaml"))
    result = pytester.runpytest_inprocess(".")
    result.assert_outcomes(failed=6)
    text = result.stdout.str()
    result.stdout.fnmatch_lines(["failed without a verdict (6 scenarios)", "The same in 5 other scenarios:"])
    assert text.count("Not determined: nowhere.yaml") == 1


def test_a_run_that_is_cut_writes_the_whole(feature: Write, pytester: pytest.Pytester):
    feature("Feature: Many\n\n" + "\n".join(SCENARIO.format(name=f"Wrong {number}") for number in range(150)))
    result = pytester.runpytest_inprocess(".", *FAULT, "-q")
    assert len(result.outlines) < 200
    (line,) = [line for line in result.outlines if line.startswith("All of it: ")]
    whole = (pytester.path / line.partition(": ")[2]).read_text(encoding="utf-8")
    assert whole.count("Cluster state when asked:") == 150


def test_a_green_run_is_quiet(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".", "-q")
    assert result.outlines[1:-1] == [
        next(line for line in result.outlines if "conformance of" in line),
        "core: 1 conformant",
    ]
