"""What was found: plain data that the plugin makes and the reports read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, cast


class Verdict(StrEnum):
    """What one scenario says about a server."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    NOT_DETERMINED = "not determined"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer, read against what was promised.

    Attributes:
        promise: what the answer had to be, in words.
        question: owner name and type.
        command: the ``dig`` command that asks the same.
        server: address and port asked.
        transport: ``udp`` or ``tcp``.
        said: the answer, as lines of text.
        expected: the rows promised.
        missing: promised rows that did not come.
        unexpected: rows that came and were not promised.
        problem: why the answer breaks the promise, in one sentence; empty where it keeps it.
        discarded: replies that were not for this question, each with the reason.
        observed: which of several legal choices was seen; empty where there is no choice.
    """

    promise: str
    question: str
    command: str
    server: str
    transport: str
    said: tuple[str, ...]
    expected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    problem: str = ""
    discarded: tuple[str, ...] = ()
    observed: str = ""

    @property
    def kept(self) -> bool:
        """Whether the answer keeps the promise."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step as it ran; a step that was never reached has no outcome."""

    keyword: str
    text: str
    line: int
    outcome: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """One scenario as it ran, ready to travel between processes.

    Attributes:
        feature: the feature file, as in the test's id.
        line: where the scenario begins in it.
        level: ``core``, ``extended`` or ``quirk``.
        clauses: the clauses of the specification it shows, such as ``2.4.1-a``.
        behaviours: the ids of the behaviours it shows, such as ``C01``.
        reason: why it is not conformant, not determined or not applicable.
        observed: the legal choices that were seen.
        findings: every answer that was judged, kept for failures.
        state: Services, EndpointSlices and pods behind the answers, as lines of text, kept for failures.
        advice: what is likely wrong, kept for failures.
        looks: how often the failing promise was looked at, and for how many seconds.
        evidence: the directory that holds the transcript and what stood behind it; empty where there is none.
    """

    feature: str
    scenario: str
    line: int
    level: str
    clauses: tuple[str, ...]
    behaviours: tuple[str, ...]
    verdict: Verdict
    reason: str = ""
    observed: tuple[str, ...] = ()
    steps: tuple[StepResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    state: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    looks: tuple[int, float] = (0, 0.0)
    evidence: str = ""
    seconds: float = field(default=0.0)

    def plain(self) -> dict[str, Any]:
        """The result as dicts, lists, strings and numbers."""
        return cast("dict[str, Any]", json.loads(json.dumps(asdict(self))))
