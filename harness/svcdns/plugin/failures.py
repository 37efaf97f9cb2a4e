"""The failures of a run as the terminal shows them: each cause once in full, within a number of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from svcdns.plugin import failure
from svcdns.report.causes import FailureCause
from svcdns.results import ScenarioResult

#: Lines of a terminal that all failures take at most. With the summary, and what pytest prints, a run stays below 200.
MOST_ROWS = 120

#: Those that other scenarios of a cause have, where there are so many, before a further cause is shown in full.
_ROWS_OF_OTHERS = 24


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Scenarios that failed in the same way.

    Attributes:
        title: what failed, in one line.
        advice: what is likely wrong; empty if nothing is clear.
        scenarios: the scenarios; the first is shown in full.
        test: the test of the first scenario, as pytest names it.
    """

    title: str
    advice: tuple[str, ...]
    scenarios: tuple[ScenarioResult, ...]
    test: str = ""


class Section(NamedTuple):
    """Lines for a terminal, each with whether it is a heading, and whether anything is left out."""

    lines: tuple[tuple[str, bool], ...]
    is_cut: bool


def groups(
    causes: Iterable[FailureCause], undetermined: Iterable[ScenarioResult], tests: Mapping[tuple[str, str], str]
) -> tuple[FailureGroup, ...]:
    """Return all groups, the largest first: those that are not conformant, then those that failed without a verdict.

    Args:
        causes: the causes of what is not conformant.
        undetermined: the scenarios that failed without a verdict.
        tests: the tests of the scenarios, by their features and titles.
    """
    found = [FailureGroup(cause.title, cause.advice, cause.scenarios) for cause in causes]
    by_reason: dict[str, list[ScenarioResult]] = {}
    for result in undetermined:
        by_reason.setdefault(result.reason, []).append(result)
    for alike in sorted(by_reason.values(), key=len, reverse=True):
        title = f"failed without a verdict ({len(alike)} scenario{'s' * (len(alike) != 1)})"
        found.append(FailureGroup(title, (), tuple(alike)))
    return tuple(replace(group, test=tests.get(_key(group.scenarios[0]), "")) for group in found)


def whole(found: Sequence[FailureGroup]) -> Section:
    """Return every scenario in full."""
    lines: list[tuple[str, bool]] = []
    for number, group in enumerate(found, 1):
        lines += _head(number, len(found), group)
        for result in group.scenarios:
            lines += [("", False), *_plain(_full(result))]
    return Section(tuple(lines), is_cut=False)


def titles(found: Sequence[FailureGroup], width: int) -> Section:
    """Return each group with its scenarios as lines, and the reason of the first."""
    lines: list[tuple[str, bool]] = []
    room = MOST_ROWS
    for number, group in enumerate(found, 1):
        first, *others = group.scenarios
        own = [*_head(number, len(found), group), *_plain([*_short(first), *map(_line, others)])]
        room -= _rows((text for text, _ in own), width)
        if room < 0 and lines:
            return Section((*lines, *_plain(_left_out(found[number - 1 :]))), is_cut=True)
        lines += own
    return Section(tuple(lines), is_cut=False)


def causes_in_full(found: Sequence[FailureGroup], width: int, *, every_scenario: bool) -> Section:
    """Return each group with its first scenario in full and the others as lines.

    Where that is too long, the largest groups come first, some show only their first scenario's reason, and the others are
    counted.

    Args:
        found: the groups.
        width: the columns of the terminal.
        every_scenario: whether all lines are shown, however many they are.
    """
    if every_scenario:
        plan = [_Shown(group, _full(group.scenarios[0], group.test), len(group.scenarios)) for group in found]
        return Section(tuple(_lines(plan, len(found))), is_cut=False)
    plan = _planned(found, width)
    shown = sum(1 + each.listed for each in plan)
    is_cut = shown < sum(len(group.scenarios) for group in found) or any(not each.is_whole for each in plan)
    lines = [*_lines(plan, len(found)), *_plain(_left_out(found[len(plan) :]))]
    return Section(tuple(lines), is_cut=is_cut)


@dataclass(slots=True)
class _Shown:
    """How a group is shown: the lines of its first scenario, and how many others are listed."""

    group: FailureGroup
    example: list[str]
    listed: int
    is_whole: bool = True

    @property
    def others(self) -> int:
        """How many scenarios it has beside the first."""
        return len(self.group.scenarios) - 1


def _planned(found: Sequence[FailureGroup], width: int) -> list[_Shown]:
    """Choose what fits: first as many groups as possible in short, then examples in full, then other scenarios."""
    plan: list[_Shown] = []
    room = MOST_ROWS - _rows(_left_out(found), width) - 1
    for number, group in enumerate(found, 1):
        each = _Shown(group, _short(group.scenarios[0]), 0, is_whole=False)
        rows = _rows((text for text, _ in _lines([each], len(found), number)), width)
        # Half of the room is for examples in full.
        if plan and room - rows < MOST_ROWS // 2:
            break
        room -= rows
        plan.append(each)
    _list_others(plan, _show_in_full(plan, room, width), width)
    return plan


def _show_in_full(plan: Sequence[_Shown], room: int, width: int) -> int:
    """Show the first example in full, and others as long as other scenarios have rows too; the rows that are left."""
    reserved = min(_ROWS_OF_OTHERS, sum(_rows(map(_line, each.group.scenarios[1:]), width) for each in plan))
    for each in plan:
        full = whole = _full(each.group.scenarios[0], each.group.test)
        own = _rows(each.example, width)
        if each is plan[0] and _rows(full, width) - own >= room:
            full = _within(full, room + own - 1, width)
        more = _rows(full, width) - own + 1
        if more <= (room if each is plan[0] else room - reserved):
            each.example, each.is_whole = full, full == whole
            room -= more
    return room


def _list_others(plan: Sequence[_Shown], room: int, width: int) -> None:
    """List other scenarios in the rows that are left, the same number of each group."""
    # Each list has a blank line, a heading and the number of what is left.
    room -= 3 * sum(each.others > 0 for each in plan)
    while room > 0 and (waiting := [each for each in plan if each.listed < each.others]):
        share = max(1, room // len(waiting))
        for each in waiting:
            for result in each.group.scenarios[1 + each.listed :][:share]:
                room -= _rows([_line(result)], width)
                if room < 0:
                    return
                each.listed += 1


def _lines(plan: Iterable[_Shown], of: int, first: int = 1) -> Iterator[tuple[str, bool]]:
    told: dict[tuple[str, ...], int] = {}
    for number, each in enumerate(plan, first):
        group = each.group
        as_before = told.setdefault(group.advice, number) if group.advice else number
        yield from _head(number, of, group, as_before)
        # Under a title, two lines need no blank one.
        yield from _plain([*([""] if each.is_whole else []), *each.example])
        others = group.scenarios[1 : 1 + each.listed]
        if others:
            yield from _plain(["", f"The same in {each.others} other scenario{'s' * (each.others != 1)}:"])
        yield from _plain(map(_line, others))
        if others and (left := each.others - len(others)):
            yield from _plain([f"  … and {left} more"])


def _head(number: int, of: int, group: FailureGroup, as_before: int = 0) -> Iterator[tuple[str, bool]]:
    yield from ([("", False)] if number > 1 else [])
    yield f"{number}. {group.title}" if of > 1 else group.title, True
    if group.advice and as_before in (0, number):
        yield from _plain(f"   What is likely wrong: {line}" for line in group.advice)
    elif group.advice:
        yield from _plain([f"   What is likely wrong: as for cause {as_before}"])


def _full(result: ScenarioResult, test: str = "") -> list[str]:
    lines, is_cut = failure.cut(list(failure.parts(result, result.reason)))
    if is_cut:
        lines += ["", failure.note(result.evidence)]
    return [*lines, *(["", f"Test: {test}"] if test else [])]


def _key(result: ScenarioResult) -> tuple[str, str]:
    return result.feature, result.scenario


def _short(result: ScenarioResult) -> list[str]:
    return [f"{_place(result)}: {result.scenario}", f"  {result.reason}"]


def _line(result: ScenarioResult) -> str:
    return f"  {_place(result)}: {result.scenario}"


def _place(result: ScenarioResult) -> str:
    failing = next((step.line for step in result.steps if step.outcome == "failed"), result.line)
    return f"{result.feature}:{failing}"


def _left_out(found: Sequence[FailureGroup]) -> list[str]:
    if not found:
        return []
    scenarios = sum(len(group.scenarios) for group in found)
    more = f"{len(found)} more cause{'s' * (len(found) != 1)}"
    return ["", f"… and {more} with {scenarios} scenario{'s' * (scenarios != 1)}"]


def _plain(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    return ((line, False) for line in lines)


def _within(lines: Sequence[str], rows: int, width: int) -> list[str]:
    kept: list[str] = []
    left = rows - 1
    for line in lines:
        left -= _rows([line], width)
        if left < 0:
            return [*kept, f"  … {len(lines) - len(kept)} more lines"]
        kept.append(line)
    return kept


def _rows(lines: Iterable[str], width: int) -> int:
    """Return how many rows of a terminal lines take."""
    return sum(max(1, -(-len(line) // width)) for line in lines)
