"""The conformance reports of a directory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from svcdns.errors import UsageError
from svcdns.report import changes, files
from svcdns.report.matrix.table import Column
from svcdns.safety import printable

_SUFFIXES = (".yaml", ".yml", ".json")


def columns(directory: Path) -> list[Column]:
    """Read every report of a directory, in the order of their file names.

    Beside ``NAME.yaml``, ``NAME.txt`` may say in paragraphs how it was run.

    Raises:
        UsageError: if there is no report, or a file is none.
    """
    if not directory.is_dir():
        raise UsageError(f"{directory}: is no directory; name one that holds conformance reports")
    paths = sorted(path for path in directory.iterdir() if path.suffix in _SUFFIXES)
    if not paths:
        raise UsageError(
            f"{directory}: holds no conformance report; write one with svcdns run --conformance-report FILE"
        )
    reports = [(path, files.read(path)) for path in paths]
    names = [changes.server(report) or path.stem for path, report in reports]
    often = Counter(names)
    return [
        Column(name if often[name] == 1 else f"{name} ({path.stem})", report, _notes(path.with_suffix(".txt")))
        for name, (path, report) in zip(names, reports, strict=True)
    ]


def _notes(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    return tuple(printable.line(" ".join(paragraph.split())) for paragraph in text.split("\n\n") if paragraph.strip())
