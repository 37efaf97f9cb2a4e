"""pytest's own ways of selecting, stopping and reporting work on feature files."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from svcdns import resources
from tests.plugin.conftest import Write, small

WRONG = """\
Feature: Small

  @core @B01
  Scenario: Wrong
    Given the manifest "combinations/clusterip-service.yaml"
    Then "test-svc" does not exist
"""
COMBINATIONS = resources.features() / "combinations"


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    return {name: count for name, count in result.parseoutcomes().items() if name != "warnings"}


def test_a_scenario_is_selected_by_a_word_of_its_name(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess(str(COMBINATIONS / "statefulset_headless.feature"), "-k", "pod_name and web")
    assert outcomes(result)["passed"] >= 3


def test_scenarios_are_selected_by_their_tags(feature: Write, pytester: pytest.Pytester):
    feature(small("One") + small("Two").replace("@B01", "@B02").split("\n", 2)[2])
    assert outcomes(pytester.runpytest_inprocess(".", "-m", "B02")) == {"passed": 1, "deselected": 1}
    assert outcomes(pytester.runpytest_inprocess(".", "-m", "core")) == {"passed": 2}


def test_node_ids_name_the_file_the_scenario_and_the_example(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess(str(COMBINATIONS), "--collect-only", "-q")
    wanted = (
        "combinations/statefulset_headless.feature::test_the_pod_name_of_pod_resolves_to_that_pods_address_only[web-0]"
    )
    assert wanted in result.stdout.str()
    alone = pytester.runpytest_inprocess(f"{resources.features()}/{wanted}")
    assert outcomes(alone) == {"passed": 1}


def test_scenarios_run_in_the_order_of_the_file(feature: Write, pytester: pytest.Pytester):
    feature(small("Zebra", "Aardvark"))
    output = pytester.runpytest_inprocess(".", "-v").stdout.str()
    assert output.index("test_zebra") < output.index("test_aardvark")


def test_stopping_at_the_first_failure_and_running_the_last_failed_again(feature: Write, pytester: pytest.Pytester):
    feature(small("Wrong").replace("answers its virtual IP, and nothing else", "has 3 ports"), "a.feature")
    feature(WRONG, "b.feature")
    feature(small("Right"), "c.feature")
    first = pytester.runpytest_inprocess(".", "-x")
    assert outcomes(first) == {"skipped": 1, "failed": 1}
    again = pytester.runpytest_inprocess(".", "--lf")
    assert outcomes(again) == {"failed": 1}


def test_junit_names_the_feature_and_carries_level_clause_and_verdict(feature: Write, pytester: pytest.Pytester):
    feature(small("Right").replace("@B01", "@B01 @spec-2.3.1-a"))
    pytester.runpytest_inprocess(".", "--junitxml=junit.xml")
    case = ET.parse(pytester.path / "junit.xml").getroot().find(".//testcase")
    assert case is not None
    assert (case.get("classname"), case.get("name")) == ("small.feature", "test_right")
    properties = [(found.get("name"), found.get("value")) for found in case.iter("property")]
    assert properties == [("level", "core"), ("clause", "2.3.1-a"), ("behaviour", "B01"), ("verdict", "conformant")]


def test_two_workers_give_the_same_verdicts(pytester: pytest.Pytester):
    result = pytester.runpytest_subprocess(str(COMBINATIONS / "deployment_clusterip.feature"), "-n", "2")
    alone = pytester.runpytest_inprocess(str(COMBINATIONS / "deployment_clusterip.feature"))
    assert outcomes(result) == outcomes(alone)
    for run in (result, alone):
        run.stdout.fnmatch_lines(["core: * conformant", "extended: 5 conformant"])


@pytest.mark.parametrize(
    "arguments",
    [("--html=report.html",), ("--cov=steps",), ("--profile",)],
    ids=["pytest-html", "pytest-cov", "pytest-profiling"],
)
def test_common_plugins_work_beside_ours(arguments: tuple[str, ...], feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    result = pytester.runpytest_subprocess(".", *arguments, "-W", "default")
    assert result.ret == pytest.ExitCode.OK
    assert outcomes(result) == {"passed": 1}
