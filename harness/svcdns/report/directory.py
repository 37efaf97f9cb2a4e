"""``reports/<run>/``: where everything that a run writes lands, unless a path was named."""

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
    """A run's directory, open: made, with the page that explains it beside it, and linked as the latest.

    Args:
        working: where the run was started.
        run: the run's id.

    Raises:
        UsageError: if it cannot be had, or is a link.
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
    """A directory that a command writes to: the user's, unless it lies below ``reports/``, where no link is followed.

    Raises:
        UsageError: if it cannot be had.
    """
    ours = path.parts[:1] == (REPORTS,) and ".." not in path.parts
    with filing.opened(Path(), *path.parts) if ours else filing.opened(path) as directory:
        yield directory


def check(working: Path) -> None:
    """See, before the run, that nobody has put a link where reports go.

    Raises:
        UsageError: if somebody has.
    """
    if (working / REPORTS).is_symlink():
        raise UsageError(f"{working / REPORTS}: is a link, and nothing is written through it; remove it")


def _link(reports: Directory, run: str) -> None:
    """Point ``latest`` to a run's directory; where links are not to be had, a text file says its name."""
    try:
        reports.link(LATEST, run)
    except OSError:
        reports.write(f"{LATEST}.txt", f"{run}\n")
