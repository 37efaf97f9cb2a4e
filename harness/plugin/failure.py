"""How a scenario that failed reads in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# pytest carries exactly these to the terminal, the summary line and across xdist; it has no public names for them.
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from harness.results import Finding, ScenarioResult

MARKS = {"passed": "  ✓", "failed": "  ✗", "": "   "}


def longrepr(result: ScenarioResult, message: str, path: Path) -> ReprExceptionInfo:
    """The failure as pytest shows and transports it."""
    text = [f"{line}\n" for line in lines(result, message)]
    return ReprExceptionInfo(
        ReprTraceback([ReprEntryNative(text)], None, "native"),
        ReprFileLocation(str(path), result.line, message.partition("\n")[0]),
    )


def lines(result: ScenarioResult, message: str) -> Iterator[str]:
    """The failing step among the others, what was asked and answered, and what stands behind it."""
    failing = next((step for step in result.steps if step.outcome == "failed"), None)
    yield f"{result.feature}:{failing.line if failing else result.line}: {result.scenario}"
    yield ""
    for step in result.steps:
        yield f"{MARKS[step.outcome]} {step.keyword} {step.text}"
    yield ""
    yield f"{str(result.verdict).capitalize()}: {message}"
    broken = [finding for finding in result.findings if not finding.kept]
    if broken:
        yield from _finding(broken[-1], result.looks)
    if result.evidence:
        yield ""
        yield f"Evidence: {result.evidence}"
    for title, content in (("What stands behind it", result.state), ("What is likely wrong", result.advice)):
        if content:
            yield ""
            yield f"{title}:"
            yield from (f"  {line}" for line in content)


def _finding(finding: Finding, looks: tuple[int, float]) -> Iterator[str]:
    yield ""
    yield "Asked:"
    yield f"  {finding.command}"
    yield f"  {looks[0]} time{'s' * (looks[0] != 1)} in {looks[1]:.2f} s"
    yield "Answered:"
    yield from (f"  {line}" for line in finding.said)
    for title, rows in (
        ("Expected", finding.expected),
        ("Missing", finding.missing),
        ("Unexpected", finding.unexpected),
        ("Discarded", finding.discarded),
    ):
        if rows:
            yield f"{title}:"
            yield from (f"  {row}" for row in rows)
