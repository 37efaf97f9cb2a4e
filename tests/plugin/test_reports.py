"""The reports that a run writes: the same however it is spread, and where they are looked for."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from svcdns.report import files
from tests.plugin.conftest import Write, small


def test_two_workers_write_the_report_that_one_process_writes(feature: Write, pytester: pytest.Pytester):
    feature(small("Right", "Right as well"))
    feature(small("Undetermined").replace("answers its virtual IP, and nothing else", "has 3 ports"), "other.feature")
    found = []
    for run, workers in ((pytester.runpytest_inprocess, "0"), (pytester.runpytest_subprocess, "2")):
        arguments = ("-n", workers, "--organization", "Example", "--conformance-report", "report.yaml")
        run(".", *arguments).assert_outcomes(passed=2, skipped=1)
        document = files.read(pytester.path / "report.yaml")
        del document["date"], document["run"]
        found.append(document)
    assert found[0] == found[1]
    assert {one["result"] for one in found[0]["levels"]} == {"partial"}
    assert found[0]["levels"][0]["statistics"]["conformant"] == 2
    assert "has 2 ports, not 3" in found[0]["notDetermined"][0]["reason"]
    assert found[0]["subject"]["dnsServer"] == "svcdns reference"
    assert found[0]["implementation"]["organization"] == "Example"


def test_junit_says_what_was_tested_and_what_became_of_it(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    feature(small("Undetermined").replace("answers its virtual IP, and nothing else", "has 3 ports"), "other.feature")
    pytester.runpytest_inprocess(".", "--junitxml", "junit.xml", "--allow-undetermined")
    suite = ET.parse(pytester.path / "junit.xml").getroot().find("testsuite")
    facts = {one.get("name"): one.get("value") for one in suite.findall("properties/property")}
    assert facts["target"] == "reference"
    assert facts["vantage"] == "direct"
    assert facts["transports"] == "udp, tcp"
    assert facts["allow-undetermined"] == "yes"
    cases = {
        case.get("name"): [(one.get("name"), one.get("value")) for one in case.findall("properties/property")]
        for case in suite.findall("testcase")
    }
    assert cases["test_right"] == [("level", "core"), ("behaviour", "B01"), ("verdict", "conformant")]
    assert ("verdict", "not determined") in cases["test_undetermined"]
    assert any(name == "reason" and "has 2 ports, not 3" in value for name, value in cases["test_undetermined"])


def test_reports_land_in_the_directory_of_the_run_which_explains_itself(feature: Write, pytester: pytest.Pytester):
    feature(small("Right"))
    result = pytester.runpytest_inprocess(".", "--reports", "-k", "right", "--allow-undetermined")
    result.stdout.fnmatch_lines(["written: reports/?????/report.html", "written: reports/?????/conformance.yaml"])
    reports = pytester.path / "reports"
    document = files.read(reports / "latest" / "conformance.yaml")
    assert document["run"] == (reports / "latest").resolve().name
    assert document["settings"] == {"-k": "right", "--allow-undetermined": ""}
    page = (reports / "latest" / "report.html").read_text(encoding="utf-8")
    assert "dig @127.0.0.1" in page, "what passes has its transcript too"
    assert "Open `latest/report.html` first" in (reports / "README.md").read_text(encoding="utf-8")


def test_a_run_that_is_asked_for_nothing_keeps_no_transcript_and_leaves_nothing(
    feature: Write, pytester: pytest.Pytester
):
    feature(small("Right"))
    reports = pytester.inline_run(".").getreports("pytest_runtest_logreport")
    assert [vars(one)["svcdns"]["findings"] for one in reports if one.when == "call"] == [[]]
    assert not (pytester.path / "reports").exists()


def test_a_failure_reaches_the_page_from_a_worker_with_all_its_evidence(feature: Write, pytester: pytest.Pytester):
    feature(
        small("Wrong").replace("answers its virtual IP, and nothing else", "has no ready endpoint")
        + '    And the other address family of the Service "test-svc" has no data\n'
    )
    result = pytester.runpytest_subprocess(
        ".", "-n", "1", "--fault", "aaaa-denied", "--html-report", "deep/page.html", "--conformance-report", "c.json"
    )
    result.assert_outcomes(failed=1)
    page = (pytester.path / "deep" / "page.html").read_text(encoding="utf-8")
    for part in (
        "Not conformant",
        "answers NXDOMAIN, not NOERROR",
        "Cluster state when asked",
        "Service test-svc: 10.",
    ):
        assert part in page
    (wrong,) = files.read(pytester.path / "c.json")["notConformant"]
    assert wrong["scenario"] == "Wrong"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("report.txt", "--conformance-report *report.txt: name a .yaml or .json file"),
        (
            "small.feature/report.yaml",
            "the report cannot be written to *report.yaml: *small.feature is not a directory; name another path",
        ),
        (
            "directory.yaml",
            "the report cannot be written to *directory.yaml: it is not a file that you may write; name another one",
        ),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_before_the_run(
    path: str, said: str, feature: Write, pytester: pytest.Pytester
):
    feature(small("Right"))
    pytester.mkdir("directory.yaml")
    result = pytester.runpytest_inprocess(".", "--conformance-report", path)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
