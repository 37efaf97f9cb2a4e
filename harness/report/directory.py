"""``reports/<run>/``: where everything that a run writes lands, unless a path was named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness import data

LATEST = "latest"


def made(directory: Path) -> Path:
    """A run's directory: made, with the page that explains it beside it, and linked as the latest."""
    if not directory.is_dir():
        directory.mkdir(parents=True, exist_ok=True)
        page = directory.parent / "README.md"
        if not page.exists():
            shutil.copyfile(data.root() / "reports" / "README.md", page)
        _link(directory)
    return directory


def _link(directory: Path) -> None:
    """Point ``latest`` to a run's directory; where links are not to be had, a text file says its name."""
    link = directory.parent / LATEST
    own = directory.parent / f".{directory.name}-{os.getpid()}"
    try:
        # Replaced at once, so that several processes of a run, or several runs, can do so at the same time.
        own.symlink_to(directory.name, target_is_directory=True)
        own.replace(link)
    except OSError:
        own.unlink(missing_ok=True)
        link.with_suffix(".txt").write_text(f"{directory.name}\n", encoding="utf-8")
