"""What changed between two conformance reports, and whether anything became worse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: From the best. A verdict that moves down became worse, even if the scenario is merely no longer run.
VERDICTS = ("conformant", "not applicable", "not run", "not determined", "not conformant")
RESULTS = ("success", "partial", "failure")

Direction = Literal["worse", "better", "other"]


@dataclass(frozen=True, slots=True)
class ReportChange:
    """A difference between two reports.

    Attributes:
        what: the level, clause, scenario or fact.
        before: its value in the first report; empty if it is not there.
        after: its value in the second report; empty if it is not there.
        direction: ``other`` for facts, for choices, and for scenarios that only one report has.
        reason: the reason of the second report, if it gives one.
    """

    what: str
    before: str
    after: str
    direction: Direction
    reason: str = ""

    def __str__(self) -> str:
        line = f"{self.direction}: {self.what}: {self.before or 'nothing'} → {self.after or 'nothing'}"
        return f"{line}: {self.reason}" if self.reason else line


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ReportChange, ...]:
    """Compare two reports; what became worse comes first. Dates and ids of runs always differ and are left out."""
    found = (*_levels(before, after), *_clauses(before, after), *_scenarios(before, after), *_facts(before, after))
    return tuple(sorted(found, key=lambda difference: ("worse", "better", "other").index(difference.direction)))


def title(report: Mapping[str, Any]) -> str:
    """Return a report in one line."""
    subject = report["subject"] or {}
    return f"{server(report) or 'an unnamed server'}, {subject.get('target', 'no target')}, {report['date']}, by svcdns {report['tool']['version']}"


def server(report: Mapping[str, Any]) -> str:
    """Return the project and version of the server that a report is about; empty where it names none."""
    implementation = report["implementation"]
    return f"{implementation['project']} {implementation['version']}".strip()


def _levels(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ReportChange]:
    results = [{entry["level"]: entry["result"] for entry in report["levels"]} for report in (before, after)]
    yield from _judged("level ", RESULTS, *results)


def _clauses(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ReportChange]:
    verdicts = [{entry["id"]: entry["verdict"] for entry in report["clauses"]} for report in (before, after)]
    yield from _judged("clause ", VERDICTS, *verdicts)


def _scenarios(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ReportChange]:
    verdicts = [{_name(entry): entry["verdict"] for entry in report["scenarios"]} for report in (before, after)]
    explained = [*after["notConformant"], *after["notDetermined"], *after["notApplicable"]]
    yield from _judged("", VERDICTS, *verdicts, reasons={_name(entry): entry["reason"] for entry in explained})


def _judged(
    kind: str,
    best_first: tuple[str, ...],
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    reasons: Mapping[str, str] | None = None,
) -> Iterator[ReportChange]:
    for what in dict.fromkeys([*before, *after]):
        was, now = before.get(what, ""), after.get(what, "")
        if was != now:
            direction: Direction = "other"
            if was and now:
                direction = "worse" if best_first.index(now) > best_first.index(was) else "better"
            yield ReportChange(f"{kind}{what}", was, now, direction, (reasons or {}).get(what, ""))


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ReportChange]:
    """Compare what was tested, and the choices of the servers."""
    facts = [
        {
            **_flat("tool", report["tool"]),
            **_flat("specification", report["specification"]),
            **_flat("implementation", report["implementation"]),
            **_flat("subject", report["subject"] or {}),
            **_flat("settings", report["settings"]),
            **{f"choice in {_name(entry)}": "; ".join(entry["choices"]) for entry in report["observed"]},
        }
        for report in (before, after)
    ]
    for what in dict.fromkeys([*facts[0], *facts[1]]):
        was, now = facts[0].get(what, ""), facts[1].get(what, "")
        if was != now:
            yield ReportChange(what, was, now, "other")


def _flat(kind: str, content: Mapping[str, Any]) -> dict[str, str]:
    return {f"{kind} {name}": _text(value) for name, value in content.items()}


def _text(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str) else str(value)


def _name(entry: Mapping[str, Any]) -> str:
    return f"{entry['feature']}: {entry['scenario']}"
