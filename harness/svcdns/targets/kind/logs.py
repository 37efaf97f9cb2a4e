"""The node logs that kind exports, which may hold the host's proxies with their passwords."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from svcdns.safety.redaction import redact


def clean(directory: Path) -> None:
    """Remove credentials from all files below a directory, and close it to other users."""
    if not directory.is_dir():
        return
    directory.chmod(0o700)
    for place, _, names in os.walk(directory):
        for name in names:
            file = Path(place, name)
            if not file.is_symlink() and file.is_file():
                with suppress(OSError):
                    _clean(file)


def _clean(file: Path) -> None:
    # Logs need not be UTF-8. A file without credentials stays as it is.
    before = file.read_bytes().decode(errors="surrogateescape")
    after = redact(before)
    if after != before:
        file.write_bytes(after.encode(errors="surrogateescape"))
