"""The option --fault: wrong servers in front of a run's target, by their names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from svcdns import resources

FEATURE = str(resources.features() / "specification" / "clusterip.feature")
CHOSEN = "family_that or api_server"
REPORT = ("--conformance-report", "report.json")


def families(pytester: pytest.Pytester) -> dict[str, Any]:
    """The report of a run that `CHOSEN` selected scenarios for, seen to fail in those that name the fault alone."""
    report: dict[str, Any] = json.loads((pytester.path / "report.json").read_text())
    broken = {one["scenario"] for one in report["notConformant"]}
    assert broken == {
        f'The address family that "{service}" lacks is NODATA' for service in ("web", "manual", "node-port")
    }
    return report


def test_a_fault_fails_in_the_scenarios_that_name_it_and_the_report_says_that_it_was_there(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess(FEATURE, "-k", CHOSEN, "--fault", "aaaa-denied", *REPORT)
    result.assert_outcomes(failed=3, passed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["svcdns: target reference, *--fault aaaa-denied, *"])
    assert families(pytester)["settings"]["--fault"] == "aaaa-denied"


def test_workers_stand_behind_the_fault_as_well(pytester: pytest.Pytester):
    result = pytester.runpytest_subprocess(FEATURE, "-n", "2", "-k", CHOSEN, "--fault", "aaaa-denied", *REPORT)
    assert result.parseoutcomes()["failed"] == 3
    families(pytester)


def test_several_faults_stand_behind_each_other(pytester: pytest.Pytester):
    faults = ("--fault", "aaaa-denied", "--fault", "wrong-virtual-ip")
    result = pytester.runpytest_inprocess(FEATURE, "-k", CHOSEN, *faults)
    assert result.parseoutcomes()["failed"] == 4
    result.stdout.fnmatch_lines(["svcdns: target reference, *--fault aaaa-denied,wrong-virtual-ip"])


@pytest.mark.parametrize(
    ("name", "advice"),
    [("aaaa-denyed", "did you mean aaaa-denied*"), ("nonsense", "run `svcdns faults` for the list")],
)
def test_an_unknown_fault_is_refused_in_one_line_with_advice(name: str, advice: str, pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess(FEATURE, "--fault", name)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: unknown fault '{name}': {advice}"])
    assert len(result.stderr.lines) <= 2
