"""An API server that goes away for ten seconds changes no verdict, whenever that happens."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.live.environment import KUBECONFIG, NO_CLUSTER
from tests.live.faults import api_server
from tests.live.runs import ROOT, command, within
from tests.live.somebody import SomebodysApi

SECONDS = 10.0
FEATURES = ("features/combinations/deployment_headless.feature", "features/behaviour/changes.feature")

pytestmark = [pytest.mark.skipif(not KUBECONFIG, reason=NO_CLUSTER), pytest.mark.timeout(900)]


class Run:
    """A run that goes on."""

    def __init__(self, api: SomebodysApi, directory: Path) -> None:
        self._api = api
        self._before = self._leases()
        self._report = directory / "report.json"
        self._output = directory / "output"
        self._namespaces: set[str] = set()
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command(*FEATURES, "-q", "--allow-undetermined", f"--conformance-report={self._report}"),
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def until(self, come: Callable[[Run], bool]) -> None:
        """Wait for a moment of the run."""
        while not come(self):
            assert self.process.poll() is None, self.output
            time.sleep(0.05)

    @property
    def id(self) -> str:
        """The run's id, once it has a Lease."""
        return next((name.removeprefix("svcdns-") for name in self._leases() - self._before), "")

    @property
    def output(self) -> str:
        return self._output.read_text()

    def namespaces(self) -> list[dict[str, Any]]:
        """Its Namespaces that are there now."""
        items = self._items("Namespace")
        self._namespaces |= {item["metadata"]["name"] for item in items}
        return items

    def has_changed(self) -> bool:
        """Whether pods end in a Namespace that stays: a scenario has scaled, restarted or deleted something."""
        stay = {item["metadata"]["name"] for item in self.namespaces() if "deletionTimestamp" not in item["metadata"]}
        return any(
            pod["metadata"]["namespace"] in stay and "deletionTimestamp" in pod["metadata"]
            for pod in self._api.list("Pod")
        )

    def is_over(self) -> bool:
        """Whether its last Namespace goes."""
        return all("deletionTimestamp" in item["metadata"] for item in self.namespaces()) and len(self._namespaces) > 3

    def verdicts(self) -> dict[tuple[str, str], str]:
        """The verdict on each scenario, once it has ended by itself."""
        assert self.process.wait(800) == 0, self.output
        assert "Traceback" not in self.output
        assert within(120, lambda: not self._leases() - self._before)
        return {
            (scenario["feature"], scenario["scenario"]): scenario["verdict"]
            for scenario in json.loads(self._report.read_text())["scenarios"]
        }

    def _items(self, kind: str) -> list[dict[str, Any]]:
        run = self.id
        return self._api.list(kind, labels={"svcdns.dev/run": run}) if run else []

    def _leases(self) -> set[str]:
        return {item["metadata"]["name"] for item in self._api.list("Lease", labels={"svcdns.dev/run": None})}


#: The moments at which the API server goes away.
MOMENTS: dict[str, Callable[[Run], bool]] = {
    "while the target is opened": lambda run: bool(run.id),
    "while environments are prepared": lambda run: bool(run.namespaces()),
    "while scenarios are judged": lambda run: run.namespaces() != [] and len(run._namespaces) > 5,
    "during a change": Run.has_changed,
    "while it is cleaned up": Run.is_over,
}


@pytest.fixture(scope="module")
def undisturbed(api: SomebodysApi, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The verdicts of a run that nothing disturbs."""
    api_server.ways()
    verdicts = Run(api, tmp_path_factory.mktemp("undisturbed")).verdicts()
    assert list(verdicts.values()).count("conformant") > 20
    return verdicts


@pytest.fixture
def run(api: SomebodysApi, tmp_path: Path) -> Iterator[Run]:
    started = Run(api, tmp_path)
    yield started
    with suppress(ProcessLookupError):
        started.process.terminate()
    started.process.wait(120)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("way", ["stopped", "restarted"])
def test_an_api_server_that_goes_away_changes_no_verdict(
    undisturbed: dict[tuple[str, str], str], run: Run, moment: str, way: str
):
    run.until(MOMENTS[moment])
    api_server.ways()[way](SECONDS)
    assert run.verdicts() == undisturbed
