"""The queries and answers of a scenario: equal exchanges with several servers or transports are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from svcdns.results import Finding


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record that was expected, or that came."""

    mark: Literal["expected", "missing", "unexpected"]
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer.

    Attributes:
        finding: the first of the equal findings.
        ways: the transports and servers that gave this answer, in any order of its records.
        times: how often it came.
        seconds: the longest time it took.
    """

    finding: Finding
    ways: tuple[str, ...]
    times: int
    seconds: float

    @property
    def rows(self) -> tuple[RecordRow, ...]:
        """The records that were expected, and the unexpected ones that came."""
        finding = self.finding
        expected = (RecordRow("missing" if row in finding.missing else "expected", row) for row in finding.expected)
        return (*expected, *(RecordRow("unexpected", row) for row in finding.unexpected))


def exchanges(findings: Iterable[Finding]) -> Iterator[Exchange]:
    """Return the findings in their order as exchanges, equal ones as one."""
    alike: dict[Finding, list[Finding]] = {}
    for finding in findings:
        same = replace(
            finding,
            command="",
            server="",
            transport="",
            seconds=0.0,
            answer=(*finding.answer[:1], *sorted(finding.answer[1:])),
        )
        alike.setdefault(same, []).append(finding)
    for found in alike.values():
        yield Exchange(
            finding=found[0],
            ways=tuple(dict.fromkeys(f"{finding.transport.upper()} {finding.server}" for finding in found)),
            times=len(found),
            seconds=max(finding.seconds for finding in found),
        )
