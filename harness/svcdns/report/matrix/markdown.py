"""The matrix as Markdown, to be read in a repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from svcdns.report.matrix.table import Cell, Column, Matrix, Row
from svcdns.report.templating import slug
from svcdns.results import Verdict

SIGNS = {
    Verdict.CONFORMANT: "✓",
    Verdict.NOT_CONFORMANT: "✗",
    Verdict.NOT_DETERMINED: "?",
    Verdict.NOT_APPLICABLE: "n/a",
    Verdict.NOT_RUN: "not run",
}


def markdown(matrix: Matrix) -> str:
    """Return the matrix as Markdown."""
    return "\n".join(_lines(matrix)) + "\n"


def _lines(matrix: Matrix) -> Iterator[str]:
    specification = matrix.specification
    yield "# DNS servers of Kubernetes side by side"
    yield ""
    yield f"What each implementation does about each clause of {specification['name']}"
    yield f"([{specification['version']}]({specification['source']})) and each other behaviour. Every cell comes from a conformance report in this directory."
    yield ""
    yield "## Levels"
    yield ""
    yield from _head(["", *matrix.levels])
    for column in matrix.columns:
        cells = [_counts(column, level) for level in matrix.levels]
        yield _row([f"[{column.name}](#{slug(column.name)})", *cells])
    yield ""
    yield f"{'; '.join(f'{sign} {verdict}' for verdict, sign in SIGNS.items() if sign != verdict)}. “✗ 2/5”: two of five scenarios are not conformant."
    yield from _part("Clauses of the specification", matrix, matrix.clauses)
    yield from _part("Other behaviours", matrix, matrix.behaviours)
    yield ""
    yield "## What is wrong, and how each was run"
    for column in matrix.columns:
        yield from _column(column)
    yield ""
    yield "---"
    yield ""
    yield "Written by `svcdns report matrix`. Do not edit it: run an implementation again, and the command."


def _part(title: str, matrix: Matrix, rows: Iterable[Row]) -> Iterator[str]:
    every = list(rows)
    shown = [row for row in every if not row.is_alike]
    yield ""
    yield f"## {title}"
    for level, of_level in groupby(
        sorted(shown, key=lambda row: matrix.levels.index(row.level)), lambda row: row.level
    ):
        yield ""
        yield f"### {title}: {level}"
        yield ""
        yield from _head(["", *(column.name for column in matrix.columns)])
        for row in of_level:
            about = f"**{row.id}** {_text(row.sentence)}" + (f" *({_text(row.source)})*" if row.source else "")
            yield _row([about, *map(_cell, row.cells)])
    alike = [row.id for row in every if row.is_alike]
    if alike:
        yield ""
        yield f"All do what these {len(alike)} say, and do it alike: {', '.join(alike)}."


def _column(column: Column) -> Iterator[str]:
    yield ""
    yield f"### {column.name}"
    yield ""
    for term, value in column.facts():
        if value:
            yield f"- {term}: {_text(value)}"
    for paragraph in column.notes:
        yield ""
        yield _text(paragraph)
    for cause in column.causes:
        yield ""
        yield f"**{_text(cause.title)}**"
        yield ""
        for line in cause.likely:
            yield f"- likely: {_text(line)}"
        for failure in cause.failures:
            yield f"- {failure.level}, {failure.feature}: {_text(failure.scenario)}: {_text(failure.reason)}"


def _counts(column: Column, level: str) -> str:
    counts = column.counts(level)
    found = [f"{SIGNS[verdict]} {counts[verdict]}" for verdict in Verdict if counts[verdict]]
    return f"{column.result(level)}: {', '.join(found)}" if found else ""


def _cell(cell: Cell) -> str:
    if cell.verdict is None:
        return ""
    sign = SIGNS[cell.verdict]
    failed = f"{sign} {cell.failed}/{cell.scenarios}" if cell.failed else sign
    return "<br>".join([failed, *map(_text, cell.choices)])


def _head(cells: list[str]) -> Iterator[str]:
    yield _row(cells)
    yield _row(["---"] * len(cells))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Text that stays what it is in a cell of a table."""
    for mark in "\\`*_<>|[]":
        text = text.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return " ".join(text.split())
