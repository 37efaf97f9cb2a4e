"""The matrix as files: for a reader, and for a program."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from svcdns.faults import FAULTS, VARIATIONS
from svcdns.report import directory as reports
from svcdns.report import writable
from svcdns.selftest.matrix import Caught, Matrix

#: How many of the scenarios that caught a fault the table names; the JSON file has all.
NAMED = 3


def write(found: Matrix, directory: Path) -> tuple[Path, Path]:
    """Write both files, and say where they are."""
    page, plain = _files(directory)
    with reports.named(directory) as opened:
        opened.write(page.name, "\n".join(lines(found)) + "\n")
        opened.write(plain.name, json.dumps(asdict(found) | {"idle": found.idle}, indent=1) + "\n")
    return page, plain


def check(directory: Path) -> None:
    """See, before everything is played, that both files can be written.

    Raises:
        UsageError: if not.
    """
    for path in _files(directory):
        writable.check(path)


def _files(directory: Path) -> tuple[Path, Path]:
    return directory / "selftest.md", directory / "selftest.json"


def summary(found: Matrix) -> Iterator[str]:
    """The numbers, in a few sentences."""
    yield f"{len(found.faults) - len(found.uncaught)} of {len(found.faults)} faults are caught."
    if found.variations:
        fine = len(found.variations) - len(found.alarming)
        yield f"{fine} of {len(found.variations)} legal variations raise no alarm."
    if found.hardest:
        yield f"Caught by the fewest scenarios: {found.hardest.fault}, by {len(found.hardest.by)}."
    if found.scenarios:
        yield f"{len(found.scenarios) - len(found.idle)} of {len(found.scenarios)} scenarios fail for a fault in what they show."
    for reason, count in Counter(found.immune[one] for one in found.idle if one in found.immune).items():
        yield f"{count} cannot: {reason}."
    if found.useless:
        yield f"No fault makes these fail: {'; '.join(found.useless)}."


def lines(found: Matrix) -> Iterator[str]:
    """The page for a reader, in Markdown."""
    yield "# Who tests the tester"
    yield ""
    yield "Written by `svcdns selftest`: every fault before the reference's DNS server, and what every scenario says of it."
    yield "A catch is a scenario of the fault's level that carries one of the behaviours it breaks."
    yield ""
    yield from (f"- {sentence}" for sentence in summary(found))
    yield ""
    yield "## Faults"
    yield ""
    yield "| fault | what it does | level | breaks | caught by | others that fail |"
    yield "|---|---|---|---|---|---|"
    yield from map(_row, found.faults)
    yield ""
    yield "## Legal variations"
    yield ""
    yield "| variation | what it does | false alarms |"
    yield "|---|---|---|"
    for row in found.variations:
        alarms = "<br>".join(f"{_cell(one)}: {_cell(why)}" for one, why in row.alarms.items())
        yield f"| {row.variation} | {_cell(VARIATIONS[row.variation].sentence)} | {alarms or 'none'} |"
    yield ""
    yield "## Scenarios that catch nothing"
    yield ""
    yield from (
        f"- {one}: {found.immune.get(one, '**a fault is missing, or the scenario is too blunt**')}"
        for one in found.idle
    )


def _row(row: Caught) -> str:
    fault = FAULTS[row.fault]
    named = [_cell(one) for one in row.by[:NAMED]]
    if more := len(row.by) - NAMED:
        named += [f"and {more} more"] * (more > 0)
    cells = (
        row.fault,
        f"{_cell(fault.sentence)} ({fault.bound})",
        fault.level,
        ", ".join(fault.behaviours),
        "<br>".join(named) or "**nothing**",
        str(len(row.also) + len(row.beside)),
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
