"""How a scenario that failed reads in the terminal and in JUnit, and how much of it they get."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

# pytest carries exactly these to the terminal, the summary line and across xdist; it has no public names for them.
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from svcdns.report.others import others
from svcdns.results import Finding, ScenarioResult
from svcdns.safety import printable

MARKS = {"passed": "  ✓", "failed": "  ✗", "": "   "}

#: Octets of a failure, as XML writes them; with what pytest prints around it, a scenario stays below 64 KiB in the terminal
#: and in JUnit.
MOST_OCTETS = 36 * 1024

#: Octets of what else a scenario says: its reason, the choices that were seen, and what was captured.
REASON_OCTETS, OBSERVED_OCTETS, CAPTURED_OCTETS = 2048, 4096, 6144

#: Octets of the first line of a failure, which pytest repeats.
_HEADLINE_OCTETS = 512

#: Where the whole is kept of what was cut.
WHOLE = "failure.txt"


class Part(NamedTuple):
    """Some lines of a failure, and how many octets they may have where the whole is too long."""

    lines: Sequence[str]
    most_octets: int


def longrepr(place: tuple[str, int], lines: Iterable[str], message: str) -> ReprExceptionInfo:
    """A failure of a scenario, by its file and line, as pytest shows and transports it."""
    headline = within([message.partition("\n")[0]], _HEADLINE_OCTETS)[0]
    return ReprExceptionInfo(
        ReprTraceback([ReprEntryNative([f"{line}\n" for line in lines])], None, "native"),
        ReprFileLocation(*place, headline),
    )


def parts(result: ScenarioResult, message: str) -> Iterator[Part]:
    """The failing step among the others, what was asked and answered, and the cluster state."""
    failing = next((step for step in result.steps if step.outcome == "failed"), None)
    yield Part([f"{result.feature}:{failing.line if failing else result.line}: {result.scenario}", ""], 1024)
    yield Part([f"{MARKS[step.outcome]} {step.keyword} {step.text}" for step in result.steps], 4096)
    yield Part(["", *f"{str(result.verdict).capitalize()}: {message}".splitlines()], 4096)
    broken = [finding for finding in result.findings if not finding.kept]
    if broken:
        yield from _finding(broken[-1], result.looks)
    if result.evidence:
        yield Part(["", f"Evidence: {result.evidence}"], 1024)
    for title, content in (("Cluster state when asked", result.state), ("What is likely wrong", result.advice)):
        if content:
            yield Part(["", f"{title}:", *(f"  {line}" for line in content)], 3072)


def _finding(finding: Finding, looks: tuple[int, float]) -> Iterator[Part]:
    times = f"  asked {'once' if looks[0] == 1 else f'{looks[0]} times'}, {looks[1]:.2f} s"
    yield Part(["", "Asked:", f"  {finding.command}", times], 2048)
    yield Part(["Answered:", *(f"  {line}" for line in finding.answer)], 6144)
    if any(answer.kept for answer in finding.elsewhere):
        yield Part(["Other servers and transports:", *(f"  {line}" for line in others(finding.elsewhere))], 1024)
    for title, rows in (
        ("Expected", finding.expected),
        ("Missing", finding.missing),
        ("Unexpected", finding.unexpected),
        ("Discarded", finding.discarded),
    ):
        if rows:
            yield Part([f"{title}:", *(f"  {row}" for row in rows)], 2560)


def cut(whole: Sequence[Part]) -> tuple[list[str], bool]:
    """As many lines as a scenario may write, and whether anything was left out."""
    every = [line for part in whole for line in part.lines]
    if sum(map(octets, every)) <= MOST_OCTETS:
        return every, False
    return [line for part in whole for line in within(part.lines, part.most_octets)], True


def note(directory: str) -> str:
    """Where the whole is of what was cut."""
    return f"Cut; the complete failure is in {directory}/{WHOLE}"


def ending(lines: Sequence[str], most_octets: int) -> list[str]:
    """The last lines of a text: those of a traceback, or of what a process wrote, say most."""
    return within(lines[::-1], most_octets)[::-1]


def within(lines: Sequence[str], most_octets: int) -> list[str]:
    """The first lines that fit, the last of them shortened if need be, and how many are left out."""
    kept: list[str] = []
    # Room for the line that says what is left out.
    left = most_octets - 64
    if sum(map(octets, lines)) <= most_octets:
        return list(lines)
    for line in lines:
        if octets(line) > left:
            # No character takes more than six octets, so half a line is kept rather than none.
            kept += [printable.line(line, left // 6)] if left > most_octets // 2 else []
            break
        kept.append(line)
        left -= octets(line)
    missing = len(lines) - len(kept)
    return [*kept, *([f"  … {missing} more lines"] if missing else [])]


def octets(line: str) -> int:
    """How many octets a line takes, at most, in a terminal or as XML."""
    return len(html.escape(line).encode("utf-8", "backslashreplace")) + 1
