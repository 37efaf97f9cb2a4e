"""Scenarios played without pytest end as they do with it."""

from __future__ import annotations

import pytest

from svcdns import resources
from svcdns.faults import FAULTS
from svcdns.results import Verdict
from svcdns.selftest import running
from svcdns.selftest.playing import scenarios

FEATURE = "specification/clusterip.feature"


class Heard:
    """What a run of pytest says of each scenario."""

    def __init__(self) -> None:
        self.verdicts: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if result := getattr(report, "svcdns", None):
            self.verdicts[f"{FEATURE}: {result['scenario']}"] = result["verdict"]


SCENARIOS = [one for one in scenarios() if one.id.startswith(f"{FEATURE}: ")]


# Whoever gets no answer that counts waits for it, so few ask there.
@pytest.mark.parametrize(("name", "words"), [("aaaa-denied", "test"), ("wrong-id", "services_of_the_same_name")])
def test_the_verdicts_are_those_of_a_run_of_pytest(name: str, words: str, pytester: pytest.Pytester):
    heard = Heard()
    arguments = (str(resources.features() / FEATURE), "-k", words, "--fault", name, "-p", "no:cacheprovider")
    pytester.inline_run(*arguments, plugins=[heard])
    chosen = [one for one in SCENARIOS if one.id in heard.verdicts]
    played = {one.id: str(one.judged.verdict) for one in running.play_all(FAULTS[name], chosen)}
    assert played == heard.verdicts
    assert Verdict.NOT_CONFORMANT in played.values()
