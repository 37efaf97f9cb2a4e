"""``reports/<run>/``: the directory for everything that a run writes, unless an option names a path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from svcdns import resources
from svcdns.errors import UsageError
from svcdns.system import filing
from svcdns.system.filing import Directory

REPORTS = "reports"
LATEST = "latest"
_PAGE = "README.md"


@contextmanager
def made(working: Path, run: str) -> Iterator[Directory]:
    """Open a run's directory: create it, write the page that explains it beside it, and link it as the latest.

    Args:
        working: the directory in which the run was started.
        run: the run's id.

    Raises:
        UsageError: if it cannot be created, or is a link.
    """
    with filing.opened(working, REPORTS) as reports:
        fresh = not reports.holds(run)
        with reports.below(run) as own:
            if fresh:
                if not reports.holds(_PAGE):
                    reports.write(_PAGE, (resources.root() / REPORTS / _PAGE).read_text(encoding="utf-8"))
                _link(reports, run)
            yield own


@contextmanager
def named(path: Path) -> Iterator[Directory]:
    """Open a directory that the user names; below ``reports/`` no link is followed.

    Raises:
        UsageError: if it cannot be opened.
    """
    ours = path.parts[:1] == (REPORTS,) and ".." not in path.parts
    with filing.opened(Path(), *path.parts) if ours else filing.opened(path) as directory:
        yield directory


def check(working: Path) -> None:
    """Check, before the run, that ``reports`` is not a link.

    Raises:
        UsageError: if it is one.
    """
    if (working / REPORTS).is_symlink():
        raise UsageError(f"{working / REPORTS} is a link, and reports are not written through links; remove it")


def _link(reports: Directory, run: str) -> None:
    """Link ``latest`` to a run's directory; if links cannot be created, write its name to a text file."""
    try:
        reports.link(LATEST, run)
    except OSError:
        reports.write(f"{LATEST}.txt", f"{run}\n")
