"""What pytest-bdd would pass in silence is refused with file and line."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tests.plugin.conftest import Write, small

OUTLINE = """\
Feature: Small

  @core @B01
  Scenario Outline: With <what>
    Given the manifest "combinations/clusterip-service.yaml"
    Then the Service "test-svc" answers its virtual IP, and nothing else
{examples}
"""

REFUSED = {
    "two scenarios of one name": (
        small("The same", "The same"),
        ":9:",
        '"The same": line 4 has the same name, "The same"',
    ),
    "two names that differ in signs only": (
        small("It answers", "It, answers!"),
        ":9:",
        '"It, answers!": line 4 has the same name, "It answers"',
    ),
    "one name under two rules": (
        "Feature: Small\n  Rule: One\n"
        + small("Same").split("\n", 2)[2]
        + "  Rule: Two\n"
        + small("Same").split("\n", 2)[2],
        ":9:",
        "has the same name",
    ),
    "a name without a letter": (small("..."), ":4:", "has no letter or digit"),
    "no Then": (
        'Feature: Small\n\n  @core\n  Scenario: Nothing\n    Given the manifest "x.yaml"\n',
        ":4:",
        '"Nothing": has no Then, so it would check nothing',
    ),
    "an outline without Examples": (
        OUTLINE.format(examples=""),
        ":4:",
        "is an outline without Examples, so it would never run",
    ),
    "Examples without rows": (
        OUTLINE.format(examples="    Examples:\n      | what |\n"),
        ":7:",
        "has Examples without rows, so it would never run",
    ),
    "a placeholder that no column fills": (
        OUTLINE.format(examples="    Examples:\n      | other |\n      | x |\n"),
        ":7:",
        "uses <what>, which its Examples do not have",
    ),
    "examples whose name does not tell them apart": (
        OUTLINE.format(examples="    Examples:\n      | what |\n      | x |\n      | y |\n")
        .replace("With <what>", "With it")
        .replace("test-svc", "<what>"),
        ":4:",
        'has several examples named "With it"',
    ),
    "a column that nothing uses": (
        OUTLINE.format(examples="    Examples:\n      | what | other |\n      | x | y |\n"),
        ":7:",
        "never uses the column other of its Examples",
    ),
    "an example twice": (
        OUTLINE.format(examples="    Examples:\n      | what |\n      | x |\n      | x |\n"),
        ":7:",
        "has the example x twice",
    ),
    "a sentence that no step says": (
        small("Right") + "    And the moon answers\n",
        ":7:",
        "And the moon answers: undefined step; fix its wording, or define it",
    ),
    "a sentence with a slip": (
        small("Right") + "    And 1 pod becoms unready\n".replace("And", "When"),
        ":7:",
        "undefined step; fix its wording, or define it; did you mean: 1 pod becomes unready",
    ),
    "a Service that nothing declares": (
        small("Right") + '    And the Service "test-scv" has no ready endpoint\n',
        ":7:",
        'the scenario declares no Service "test-scv": fix the name, or declare the Service; did you mean "test-svc"?',
    ),
    "a record type that is none": (
        small("Right") + '    And "test-svc" has no data for the type AAAAA\n',
        ":7:",
        '"AAAAA" is not a record type: name one, such as A, AAAA, SRV or PTR; did you mean "AAAA"?',
    ),
    "a number in an example that is none": (
        OUTLINE.format(examples="    Examples:\n      | what |\n      | 70000 |\n").replace(
            'the Service "test-svc" answers its virtual IP, and nothing else',
            'the port "http" over TCP of the Service "test-svc" has one SRV record, to port <what> of the Service name',
        ),
        ":6:",
        "70000 is not a port number: use a number from 1 to 65535",
    ),
    "a When sentence as a Then": (
        small("Right") + "    And 1 pod becomes unready\n",
        ":7:",
        "And 1 pod becomes unready: undefined step; fix its wording, or define it",
    ),
    "a tag that is in no table": (
        small("Right").replace("@B01", "@B01 @wip"),
        ":4:",
        "@wip is not a tag",
    ),
    "no level": (small("Right").replace("@core ", ""), ":4:", "has no level"),
    "two levels": (small("Right").replace("@core ", "@core @quirk "), ":4:", "has core and quirk level"),
    "a step that nothing precedes": (
        "Feature: Small\n\n  @core\n  Scenario: Dangling\n    And no pod is ready\n    Then x\n",
        ":5:",
        "nothing says whether it is a Given, a When or a Then",
    ),
    "a Given after a When": (
        small("Right").replace("    Then", "    When 1 pod becomes ready\n    Given no pod is ready\n    Then"),
        ":7:",
        "Given no pod is ready: a Given must come before the first When or Then; move it up",
    ),
    "no Gherkin": ("Feature: Small\n\n  @core\n", ":4:", "unexpected end of file"),
    "an empty file": ("", ":1:", "has no Feature; add one"),
    "a feature without scenarios": ("Feature: Small\n", ":1:", "has no scenario"),
}


@pytest.mark.parametrize(("text", "line", "said"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_at_collection_with_file_and_line(
    text: str, line: str, said: str, feature: Write, pytester: pytest.Pytester
):
    feature(text)
    result = pytester.runpytest_inprocess(".")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    shown = [found for found in result.outlines if found.removeprefix("E   ").startswith(f"small.feature{line}")]
    assert any(said in found for found in shown), result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_every_problem_of_a_file_is_said_at_once(feature: Write, pytester: pytest.Pytester):
    feature(small("Same", "Same") + "    And the moon answers\n")
    output = pytester.runpytest_inprocess(".").stdout.str()
    assert "has the same name" in output
    assert "undefined step; fix its wording, or define it" in output


def test_it_is_refused_under_xdist_too(feature: Write, pytester: pytest.Pytester):
    feature(small("Same", "Same"))
    result = pytester.runpytest_subprocess(".", "-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert 'small.feature:9: "Same": line 4 has the same name, "Same"' in result.stdout.str()


def test_a_file_that_is_not_utf_8_is_refused(feature: Write, pytester: pytest.Pytester):
    feature(small("Right")).write_bytes(b"Feature: \xff\n")
    output = pytester.runpytest_inprocess(".").stdout.str()
    assert "small.feature: is not UTF-8 from byte 9 on; save the file as UTF-8" in output


@pytest.fixture
def elsewhere(feature: Write, pytester: pytest.Pytester) -> list[str]:
    """A run's arguments: two files with scenarios of one name, outside of the rootdir, and one named as one in it."""
    names = ["two/a.feature", "two/b.feature", "inside/small.feature"]
    rootdir = pytester.mkdir("root")
    (rootdir / "inside").mkdir()
    (pytester.path / "two").mkdir()
    (pytester.path / "inside").mkdir()
    for name in names:
        feature(small("The same"), name)
    feature(small("The same"), "root/inside/small.feature")
    (pytester.path / "pytest.toml").rename(rootdir / "pytest.toml")
    return [
        "-c",
        "root/pytest.toml",
        "-p",
        "svcdns.plugin.packaged",
        "--noconftest",
        *names,
        "root/inside/small.feature",
    ]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_scenarios_of_one_name_in_files_outside_of_the_rootdir_are_told_apart(
    workers: str, elsewhere: list[str], pytester: pytest.Pytester
):
    files = ["root/inside/small.feature", "two/a.feature", "two/b.feature", str(pytester.path / "inside/small.feature")]
    asked = ("-n", workers, "--junitxml", "junit.xml", "--conformance-report", "report.json")
    result = pytester.runpytest_subprocess(*elsewhere, *asked, "--fault", "wrong-virtual-ip")
    result.assert_outcomes(failed=4)
    named = [file.removeprefix("root/") for file in files]
    result.stdout.fnmatch_lines_random(["Test: *::test_the_same", *(f"*{file}:6: The same" for file in named)])
    cases = ET.parse(pytester.path / "junit.xml").getroot().iter("testcase")
    assert {case.get("classname") for case in cases} == {file.replace("/", ".") for file in named}
    wrong = json.loads((pytester.path / "report.json").read_text(encoding="utf-8"))["notConformant"]
    assert sorted(one["feature"] for one in wrong) == sorted(named)


def test_a_file_may_begin_with_a_byte_order_mark(feature: Write, pytester: pytest.Pytester):
    feature(f"\ufeff{small('Right')}")
    pytester.runpytest_inprocess(".").assert_outcomes(passed=1)


def test_nothing_is_run_where_a_file_cannot_be_collected_unless_it_is_wished(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    feature(small("Same", "Same"), "other.feature")
    refused = pytester.runpytest_inprocess(".")
    refused.assert_outcomes(errors=1)
    assert "Interrupted" not in refused.stdout.str()
    wished = pytester.runpytest_inprocess(".", "--continue-on-collection-errors")
    wished.assert_outcomes(errors=1, passed=1)
    assert wished.ret == pytest.ExitCode.TESTS_FAILED


def test_a_full_name_is_understood_with_and_without_a_final_dot(feature: Write, pytester: pytest.Pytester):
    full = "test-svc.my-namespace.svc.cluster.local"
    sentences = [
        f'the Service "{full}" answers its virtual IP, and nothing else',
        f'the Service "{full}." answers its virtual IP, and nothing else',
        f'"{full}." answers the virtual IP of the Service "{full}.", and nothing else',
        f'the port "http" over TCP of the Service "{full}." has one SRV record, to port 80 of the Service name',
        f'the virtual IP of the Service "{full}." has one PTR record, to the Service name',
        f'"x.{full}." does not exist',
        f'the other address family of the Service "{full}." has no data',
        f'the Service "{full}" has 2 ports',
    ]
    feature(small("Right") + "".join(f"    And {sentence}\n" for sentence in sentences))
    pytester.runpytest_inprocess(".").assert_outcomes(passed=1)
