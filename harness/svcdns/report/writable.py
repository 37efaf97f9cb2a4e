"""Whether a report can be written: seen before a run of minutes, not after it."""

from __future__ import annotations

import os
from pathlib import Path

from svcdns.errors import UsageError


def check(path: Path) -> None:
    """See that a file can be written, and the directories above it made; nothing is made yet.

    Raises:
        UsageError: if not; with the path and the reason.
    """
    # `Path.exists` fails below a directory that may not be entered.
    there = next(one for one in (path, *path.absolute().parents) if os.path.exists(one))  # noqa: PTH110 - as above
    if there == path:
        why = "" if path.is_file() and os.access(path, os.W_OK) else "name a file that may be written"
    elif not there.is_dir():
        why = f"{there} is no directory"
    else:
        why = "" if os.access(there, os.W_OK | os.X_OK) else f"the directory {there} may not be written"
    if why:
        raise UsageError(f"the report cannot be written to {path}: {why}")
