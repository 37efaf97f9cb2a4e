"""The failures that a run expects: the user's, and with ``--allow-known-deviations`` those of the shipped table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from svcdns import coredns
from svcdns.coredns import Deviation
from svcdns.results import Verdict
from svcdns.settings import Settings

_Tally = Mapping[tuple[str, Verdict], Sequence[Mapping[str, Any]]]


def rows(settings: Settings) -> tuple[Deviation, ...]:
    """Return the failures that the settings expect, of whatever server.

    Raises:
        UsageError: if the user's file cannot be read; one line.
    """
    shipped = coredns.deviations() if settings.allow_known_deviations else ()
    named = coredns.read_deviations(Path(settings.expect_failures)) if settings.expect_failures else ()
    return (*named, *shipped)


def passed(expected: Iterable[Deviation], tally: _Tally) -> list[str]:
    """Return a line for each expected failure that a run does not show, although all scenarios that would are conformant.

    A row counts once every behaviour and scenario that it names was judged, so a run of some scenarios says nothing.
    """
    judged = [
        (verdict, result)
        for (_, verdict), results in tally.items()
        if verdict in (Verdict.CONFORMANT, Verdict.NOT_CONFORMANT)
        for result in results
    ]
    lines = []
    for row in expected:
        about = [(verdict, one) for verdict, one in judged if row.concerns(one["scenario"], one["behaviours"])]
        seen = {name for _, one in about for name in (one["scenario"], *one["behaviours"])}
        whole = bool(about) and seen.issuperset((*row.behaviours, *row.scenarios))
        if whole and all(verdict is Verdict.CONFORMANT for verdict, _ in about):
            lines.append(f"{row.id} ({row.sentence}); remove the row, or correct since and fixed")
    return lines
