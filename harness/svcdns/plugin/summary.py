"""What a run says in the end: verdicts by level, what was not determined, what was observed, where the time went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from svcdns.catalogue.tags import LEVELS
from svcdns.plugin.reports import WRITTEN
from svcdns.plugin.session import RUN, Run
from svcdns.report.convergence import change_times
from svcdns.results import ScenarioResult, Verdict
from svcdns.safety import printable


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it."""
    run = config.stash[RUN]
    if any(run.tally.values()):
        terminalreporter.section("conformance of Kubernetes Service DNS")
    for level in LEVELS:
        counts = {verdict: len(run.tally[level, verdict]) for verdict in Verdict}
        said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
        if said:
            terminalreporter.line(f"{level}: {said}")
    results = [result for of_level in run.tally.values() for result in of_level]
    lines = [
        f"{verdict}: {one['scenario']}: {one['reason']}"
        for verdict in (Verdict.NOT_DETERMINED, Verdict.NOT_APPLICABLE)
        for one in results
        if one["verdict"] == verdict
    ]
    lines += [f"observed: {one['scenario']} → {choice}" for one in results for choice in one["observed"]]
    for line in sorted(set(lines)):
        terminalreporter.line(printable.line(line))
    for line in _times(run, results):
        terminalreporter.line(line)
    for remark in dict.fromkeys(run.remarks):
        terminalreporter.line(f"note: {remark}")
    for namespace in run.kept:
        terminalreporter.line(printable.line(f"kept: namespace {namespace}"))
    for written in config.stash.get(WRITTEN, []):
        terminalreporter.line(printable.line(f"written: {written}"))
    for problem in run.problems:
        terminalreporter.line(printable.line(f"left behind: {problem}"), red=True)


def _times(run: Run, results: list[dict[str, Any]]) -> Iterator[str]:
    """Where the time of a run on a live target went, and how long changes took to show."""
    if not (run.settings.live and results):
        return
    yield f"time: {run.clock.line()}"
    if times := change_times(ScenarioResult.read(result) for result in results):
        yield f"changes showed after: {'; '.join(change.line for change in times)}"
