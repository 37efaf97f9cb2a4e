"""What a run says in the end: verdicts by level, what was not determined, what was observed, where the time went."""

from __future__ import annotations

import pytest

from svcdns.catalogue.tags import LEVELS
from svcdns.plugin.reports import WRITTEN
from svcdns.plugin.session import RUN
from svcdns.results import Verdict
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
    if run.settings.live and results:
        terminalreporter.line(f"time: {run.clock.line()}")
    for remark in dict.fromkeys(run.remarks):
        terminalreporter.line(f"note: {remark}")
    for namespace in run.kept:
        terminalreporter.line(printable.line(f"kept: namespace {namespace}"))
    for written in config.stash.get(WRITTEN, []):
        terminalreporter.line(printable.line(f"written: {written}"))
    for problem in run.problems:
        terminalreporter.line(printable.line(f"left behind: {problem}"), red=True)
