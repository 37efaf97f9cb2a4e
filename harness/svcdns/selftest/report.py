"""The detection matrix as files: Markdown for people, JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from svcdns.faults import FAULTS, VARIATIONS
from svcdns.report import directory as reports
from svcdns.report import writable
from svcdns.selftest.matrix import FaultResult, Matrix

#: The table names at most this many of the scenarios that caught a fault; the JSON file has all of them.
NAMED = 3


def write(matrix: Matrix, directory: Path) -> tuple[Path, Path]:
    """Write both files, and return their paths."""
    page, plain = _files(directory)
    with reports.named(directory) as opened:
        opened.write(page.name, "\n".join(lines(matrix)) + "\n")
        opened.write(plain.name, json.dumps(asdict(matrix) | {"never_failing": matrix.never_failing}, indent=1) + "\n")
    return page, plain


def check(directory: Path) -> None:
    """Check, before everything is played, that both files can be written.

    Raises:
        UsageError: if not.
    """
    for path in _files(directory):
        writable.check(path)


def _files(directory: Path) -> tuple[Path, Path]:
    return directory / "selftest.md", directory / "selftest.json"


def summary(matrix: Matrix) -> Iterator[str]:
    """The numbers, in a few sentences."""
    yield f"{len(matrix.faults) - len(matrix.uncaught)} of {len(matrix.faults)} faults are caught."
    if matrix.variations:
        silent = len(matrix.variations) - len(matrix.alarming)
        yield f"{silent} of {len(matrix.variations)} legal variations cause no false alarm."
    if matrix.hardest:
        count = len(matrix.hardest.caught_by)
        yield f"The fault that the fewest scenarios catch is {matrix.hardest.fault}: {count} scenario{'s' * (count != 1)}."
    if matrix.scenarios:
        failing = len(matrix.scenarios) - len(matrix.never_failing)
        yield f"{failing} of {len(matrix.scenarios)} scenarios fail for a fault in a behaviour they are tagged with."
    immune = Counter(matrix.immune[scenario] for scenario in matrix.never_failing if scenario in matrix.immune)
    for reason, count in immune.items():
        yield f"{count} scenario{'s' * (count != 1)} cannot fail: {reason}."
    if matrix.untested:
        yield f"No fault makes these scenarios fail: {'; '.join(matrix.untested)}."


def lines(matrix: Matrix) -> Iterator[str]:
    """The report for people, in Markdown."""
    yield "# Selftest: which scenarios catch which faults"
    yield ""
    yield "Written by `svcdns selftest`, which puts every fault in front of the reference's DNS server and plays every scenario that"
    yield "is tagged with a behaviour it breaks. A fault is caught when one of its level fails. Failures of another level are counted"
    yield "separately."
    yield ""
    yield from (f"- {sentence}" for sentence in summary(matrix))
    yield ""
    yield "## Faults"
    yield ""
    yield "| fault | what it does | level | breaks | caught by | failures of another level |"
    yield "|---|---|---|---|---|---|"
    yield from map(_row, matrix.faults)
    yield ""
    yield "## Legal variations"
    yield ""
    yield "| variation | what it does | false alarms |"
    yield "|---|---|---|"
    for result in matrix.variations:
        alarms = "<br>".join(f"{_cell(scenario)}: {_cell(why)}" for scenario, why in result.alarms.items())
        yield f"| {result.variation} | {_cell(VARIATIONS[result.variation].sentence)} | {alarms or 'none'} |"
    yield ""
    yield "## Scenarios that catch no fault"
    yield ""
    yield from (
        f"- {scenario}: {matrix.immune.get(scenario, '**add a fault that it catches, or make the scenario stricter**')}"
        for scenario in matrix.never_failing
    )


def _row(result: FaultResult) -> str:
    fault = FAULTS[result.fault]
    named = [_cell(scenario) for scenario in result.caught_by[:NAMED]]
    if more := len(result.caught_by) - NAMED:
        named += [f"and {more} more"] * (more > 0)
    cells = (
        result.fault,
        f"{_cell(fault.sentence)} ({fault.bound})",
        fault.level,
        ", ".join(fault.behaviours),
        "<br>".join(named) or "**nothing**",
        str(result.others),
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
