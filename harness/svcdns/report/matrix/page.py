"""The matrix for a browser: one HTML file that loads nothing."""

from __future__ import annotations

from itertools import groupby

from svcdns.report import templating
from svcdns.report.conformance import shortened
from svcdns.report.matrix.table import Matrix, Row
from svcdns.results import Verdict


def page(matrix: Matrix) -> str:
    """Return the page."""
    package = "svcdns.report"
    style = templating.asset(package, "run.css") + templating.asset(package, "matrix.css")
    return templating.render(
        package,
        "matrix.html",
        {"slug": templating.slug, "shortened": shortened},
        matrix=matrix,
        parts=[
            ("clauses", "Clauses of the specification", matrix.clauses, _by_level(matrix, matrix.clauses)),
            ("behaviours", "Other behaviours", matrix.behaviours, _by_level(matrix, matrix.behaviours)),
        ],
        verdicts=Verdict,
        style=style,
        policy=f"default-src 'none'; style-src {templating.digest(style)}",
    )


def _by_level(matrix: Matrix, rows: tuple[Row, ...]) -> list[tuple[str, list[Row]]]:
    """The rows of each level in which something differs or is wrong."""
    shown = sorted((row for row in rows if not row.is_alike), key=lambda row: matrix.levels.index(row.level))
    return [(level, list(found)) for level, found in groupby(shown, lambda row: row.level)]
