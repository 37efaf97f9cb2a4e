"""What was asked and answered in a scenario, each exchange told once however many servers and transports it went over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from svcdns.results import Finding


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record that was promised, or that came."""

    mark: Literal["expected", "missing", "unexpected"]
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer.

    Attributes:
        finding: the first of those that are alike.
        ways: the transports and servers that gave this same answer, with its records in whatever order.
        times: how often it was given.
        seconds: the longest of them.
    """

    finding: Finding
    ways: tuple[str, ...]
    times: int
    seconds: float

    @property
    def rows(self) -> tuple[RecordRow, ...]:
        """What was promised and what came, side by side."""
        finding = self.finding
        expected = (RecordRow("missing" if row in finding.missing else "expected", row) for row in finding.expected)
        return (*expected, *(RecordRow("unexpected", row) for row in finding.unexpected))


def exchanges(findings: Iterable[Finding]) -> Iterator[Exchange]:
    """The findings in their order, those that say the same told once."""
    alike: dict[Finding, list[Finding]] = {}
    for finding in findings:
        same = replace(
            finding,
            command="",
            server="",
            transport="",
            seconds=0.0,
            said=(*finding.said[:1], *sorted(finding.said[1:])),
        )
        alike.setdefault(same, []).append(finding)
    for found in alike.values():
        yield Exchange(
            finding=found[0],
            ways=tuple(dict.fromkeys(f"{one.transport.upper()} {one.server}" for one in found)),
            times=len(found),
            seconds=max(one.seconds for one in found),
        )
