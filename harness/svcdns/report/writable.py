"""Whether a report can be written: checked before a run of minutes, not after it."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryFile

from svcdns.errors import UsageError


def check(path: Path) -> None:
    """Check that a file can be written, and the directories above it created; nothing is created yet.

    Raises:
        UsageError: if not; with the path and the reason.
    """
    # `Path.exists` fails below a directory that may not be entered.
    there = next(parent for parent in (path, *path.absolute().parents) if os.path.exists(parent))  # noqa: PTH110 - as above
    if there == path:
        why = (
            ""
            if path.is_file() and os.access(path, os.W_OK)
            else "it is not a file that you may write; name another one"
        )
    elif not there.is_dir():
        why = f"{there} is not a directory; name another path"
    else:
        why = (
            ""
            if os.access(there, os.W_OK | os.X_OK) and _takes_files(there)
            else f"you may not write to the directory {there}; name another path"
        )
    if why:
        raise UsageError(f"the report cannot be written to {path}: {why}")


def _takes_files(directory: Path) -> bool:
    """Whether a file can be made in a directory: in some nobody can, whatever the permissions say."""
    try:
        with TemporaryFile(dir=directory):
            return True
    except OSError:
        return False
