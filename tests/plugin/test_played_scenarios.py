"""Scenarios played without pytest end as they do with it."""

from __future__ import annotations

import pytest

from harness import data
from harness.faults import FAULTS
from harness.results import Verdict
from harness.selftest import running
from harness.selftest.playing import scenarios

FEATURE = "specification/clusterip.feature"


class Heard:
    """What a run of pytest says of each scenario."""

    def __init__(self) -> None:
        self.verdicts: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if result := getattr(report, "svcdns", None):
            self.verdicts[f"{FEATURE}: {result['scenario']}"] = result["verdict"]


SCENARIOS = [one for one in scenarios() if one.id.startswith(f"{FEATURE}: ")]


@pytest.mark.parametrize("name", ["aaaa-denied", "wrong-id"])
def test_the_verdicts_are_those_of_a_run_of_pytest(name: str, pytester: pytest.Pytester):
    heard = Heard()
    pytester.inline_run(str(data.features() / FEATURE), "--fault", name, "-p", "no:cacheprovider", plugins=[heard])
    played = {one.id: str(one.judged.verdict) for one in running.played(FAULTS[name], SCENARIOS)}
    assert played == heard.verdicts
    assert Verdict.NOT_CONFORMANT in played.values()
