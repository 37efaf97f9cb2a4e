"""What to do with reports once they are written."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say


@click.group()
def report() -> None:
    """Compare conformance reports, as `pytest features/ --conformance-report FILE` writes them.

    Example: svcdns report compare before.yaml after.yaml
    """


@report.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def compare(before: Path, after: Path) -> None:
    """Say what changed between two conformance reports, what became worse first.

    Levels, clauses and scenarios become worse when they are shown less well than before: from conformant over not
    applicable, not run and not determined to not conformant. What was tested, what the server chose, and scenarios that
    only one of the reports knows are told, and are neither worse nor better.

    Exits 1 if anything became worse.

    Example: svcdns report compare coredns-1.12.yaml coredns-1.14.yaml
    """
    from svcdns.report import changes, files  # noqa: PLC0415 - `--help` needs no schema

    first, second = files.read(before), files.read(after)
    found = changes.changes(first, second)
    say(f"before: {changes.title(first)}")
    say(f"after:  {changes.title(second)}")
    for one in found:
        say(str(one))
    directions = [one.direction for one in found]
    say(f"{directions.count('worse')} worse, {directions.count('better')} better, {directions.count('other')} other")
    sys.exit(1 if "worse" in directions else 0)
