"""``svcdns report``: commands on written reports."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say


@click.group()
def report() -> None:
    """Compare conformance reports, as `svcdns run --conformance-report FILE` writes them.

    Example: svcdns report compare before.yaml after.yaml
    """


@report.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def compare(before: Path, after: Path) -> None:
    """List the differences between two conformance reports; what became worse comes first.

    A clause or scenario becomes worse when its verdict moves down this list: conformant, not applicable, not run, not
    determined, not conformant. Differences in what was tested, in the choices of the server, and scenarios that only one
    report has are neither worse nor better.

    Exits 1 if anything became worse.

    Example: svcdns report compare coredns-1.12.yaml coredns-1.14.yaml
    """
    from svcdns.report import changes, files  # noqa: PLC0415 - `--help` needs no schema

    first, second = files.read(before), files.read(after)
    found = changes.changes(first, second)
    say(f"before: {changes.title(first)}")
    say(f"after:  {changes.title(second)}")
    for difference in found:
        say(str(difference))
    directions = [difference.direction for difference in found]
    say(f"{directions.count('worse')} worse, {directions.count('better')} better, {directions.count('other')} other")
    sys.exit(1 if "worse" in directions else 0)


@report.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--html", type=click.Path(path_type=Path), help="The page for a browser.  [default: matrix.html in DIRECTORY]"
)
@click.option(
    "--markdown", type=click.Path(path_type=Path), help="The same as Markdown.  [default: matrix.md in DIRECTORY]"
)
def matrix(directory: Path, html: Path | None, markdown: Path | None) -> None:
    """Put all conformance reports of a directory side by side.

    Implementations and versions are the columns, clauses and behaviours the rows; below the table is what is wrong with each.
    A column is called as `--project` and `--implementation-version` of its run say. Beside NAME.yaml, NAME.txt
    may say how it was run.

    Example: svcdns report matrix reports/implementations
    """
    from svcdns.report.matrix import reading, table  # noqa: PLC0415 - `--help` needs no schema
    from svcdns.report.matrix.markdown import markdown as text_of  # noqa: PLC0415 - as above
    from svcdns.report.matrix.page import page  # noqa: PLC0415 - as above
    from svcdns.system import filing  # noqa: PLC0415 - as above

    found = table.matrix(reading.columns(directory))
    for path, text in (
        (html or directory / "matrix.html", page(found)),
        (markdown or directory / "matrix.md", text_of(found)),
    ):
        filing.write_named(path, text)
        say(f"written: {path}")
