"""The life of a run: its target, its worlds, and its end."""

from __future__ import annotations

import random
import string
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from harness import catalogue
from harness.catalogue import LEVELS
from harness.errors import HarnessError
from harness.plugin.collect import SCENARIO
from harness.plugin.options import Settings, settings
from harness.records import PROFILES
from harness.results import Verdict
from harness.target import FAMILIES, Capability, Target
from harness.targets.reference import Reference
from harness.world import World

RUN = pytest.StashKey["Run"]()
PLACE = pytest.StashKey[World]()


class Run:
    """One process's part of a run: a target that is started when the first scenario needs it, and its worlds.

    Attributes:
        tally: the results heard of, by level and verdict.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tally: dict[tuple[str, Verdict], list[dict[str, Any]]] = defaultdict(list)
        self._life = ExitStack()
        self._target: Target | None = None
        self._shared: dict[tuple[str, ...], World] = {}
        self._id = _letters(5)

    def target(self) -> Target:
        """The target, started."""
        if self._target is None:
            self._target = self._life.enter_context(_opened(self.settings))
        return self._target

    def world(self, declarations: tuple[str, ...], *, changes: bool) -> World:
        """A world for a scenario: shared with those that declare the same and change nothing, else its own."""
        if changes:
            return self._new_world()
        if declarations not in self._shared:
            self._shared[declarations] = self._new_world()
        return self._shared[declarations]

    def leave(self, world: World, *, changes: bool) -> None:
        """Be done with a world after a scenario."""
        if changes:
            world.remove()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the verdicts; under xdist, in the process that hears from every worker."""
        if result := getattr(report, "svcdns", None):
            self.tally[result["level"], Verdict(result["verdict"])].append(result)

    def close(self) -> None:
        """Remove the worlds that are left and stop the target."""
        with self._life:
            for world in self._shared.values():
                world.remove()
            self._shared.clear()

    def _new_world(self) -> World:
        target = self.target()
        return World(target, target.vantages[0], f"svcdns-{self._id}-{_letters(5)}")


def _opened(settings: Settings) -> Reference:
    return Reference(PROFILES[settings.dns_profile])


def _letters(count: int) -> str:
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=count))  # noqa: S311 - names, not secrets


def pytest_configure(config: pytest.Config) -> None:
    """Resolve the settings and register every tag as a marker."""
    run = config.stash[RUN] = Run(settings(config))
    config.pluginmanager.register(run, "svcdns-run")
    try:
        for tag, meaning in catalogue.tags():
            config.addinivalue_line("markers", f"{tag}: {meaning}")
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The resolved settings, once."""
    return config.stash[RUN].settings.lines()


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The scenario's place on the target."""
    run = request.config.stash[RUN]
    scenario = request.node.stash[SCENARIO]
    for capability in Capability:
        if f"needs-{capability}" in scenario.tags and capability not in run.target().capabilities:
            verdict = Verdict.NOT_APPLICABLE if capability in FAMILIES else Verdict.NOT_DETERMINED
            pytest.skip(f"{verdict}: the target {run.settings.target} has no {capability}")
    found = run.world(scenario.declarations, changes=scenario.changes)
    request.node.stash[PLACE] = found
    found.begin()
    yield found
    run.leave(found, changes=scenario.changes)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the target, and fail a run that says nothing about some core scenario."""
    run = session.config.stash[RUN]
    run.close()
    undetermined = run.tally["core", Verdict.NOT_DETERMINED]
    determined = run.tally["core", Verdict.CONFORMANT]
    unforgiven = undetermined and not (determined and run.settings.allow_undetermined)
    if session.exitstatus == pytest.ExitCode.OK and unforgiven:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Verdicts by level, and what was observed."""
    tally = config.stash[RUN].tally
    if not any(tally.values()):
        return
    terminalreporter.section("conformance of Kubernetes Service DNS")
    for level in LEVELS:
        counts = {verdict: len(tally[level, verdict]) for verdict in Verdict}
        said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
        if said:
            terminalreporter.line(f"{level}: {said}")
    results = [result for of_level in tally.values() for result in of_level]
    for verdict in (Verdict.NOT_DETERMINED, Verdict.NOT_APPLICABLE):
        reasons = {f"{verdict}: {one['scenario']}: {one['reason']}" for one in results if one["verdict"] == verdict}
        for line in sorted(reasons):
            terminalreporter.line(line)
    for line in sorted({f"observed: {one['scenario']}: {choice}" for one in results for choice in one["observed"]}):
        terminalreporter.line(line)
