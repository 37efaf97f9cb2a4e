"""What was found: plain data that the plugin makes and the reports read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self, cast

from svcdns.safety import printable
from svcdns.state import Family

#: What is kept whole however long it is: the records of an answer, which its evidence shows.
_WHOLE = frozenset({"said", "expected", "missing", "unexpected"})


class _Shown:
    """Results have every text fit to be shown (`printable`): they go to terminals, pages and other programs as they are."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # every heir is a dataclass
            longest = None if one.name in _WHOLE else printable.LONGEST_LINE
            object.__setattr__(self, one.name, printable.deep(getattr(self, one.name), longest))


class Verdict(StrEnum):
    """What one scenario says about a server."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    NOT_DETERMINED = "not determined"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Finding(_Shown):
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
        seconds: how long the exchange took.
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
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether the answer keeps the promise."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class StepResult(_Shown):
    """One step as it ran, with the table below it; a step that was never reached has no outcome."""

    keyword: str
    text: str
    line: int
    outcome: Literal["", "passed", "failed"] = ""
    seconds: float = 0.0
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioResult(_Shown):
    """One scenario as it ran, ready to travel between processes.

    Attributes:
        feature: the feature file, below the features that come along, else as in the test's id.
        line: where the scenario begins in it.
        level: ``core``, ``extended`` or ``quirk``.
        clauses: the clauses of the specification it shows, such as ``2.4.1-a``.
        behaviours: the ids of the behaviours it shows, such as ``C01``.
        reason: why it is not conformant, not determined or not applicable.
        known: what the version of the DNS server is known to do wrong, as far as the scenario shows it.
        observed: the legal choices that were seen.
        findings: every answer that was judged; kept for failures, and for every scenario where a report shows them.
        state: Services, EndpointSlices and pods behind the answers, as lines of text, kept for failures.
        advice: what is likely wrong, kept for failures.
        looks: how often the last promise was looked at, and for how many seconds.
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
    known: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    steps: tuple[StepResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    state: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    looks: tuple[int, float] = (0, 0.0)
    evidence: str = ""
    seconds: float = 0.0

    def plain(self) -> dict[str, Any]:
        """The result as dicts, lists, strings and numbers."""
        return _plain(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """The result that `plain` was made of."""
        steps = tuple(StepResult(**_frozen(step)) for step in plain["steps"])
        findings = tuple(Finding(**_frozen(finding)) for finding in plain["findings"])
        return cls(**_frozen(plain) | {"verdict": Verdict(plain["verdict"]), "steps": steps, "findings": findings})


@dataclass(frozen=True, slots=True)
class Facts(_Shown):
    """What a target says about itself; empty where nothing can, may or should be looked at.

    Attributes:
        kubernetes: the version of the API server.
        dns_server: ``CoreDNS``, or the name of another server or of its image.
        dns_version: its version, or the tag of its image.
        corefile: the lines of CoreDNS's configuration on zones, TTLs, pods and the cache.
        domain: the cluster domain.
        families: the IP families that a Service and its pods can have, the first one first.
    """

    kubernetes: str
    dns_server: str
    dns_version: str
    corefile: tuple[str, ...]
    domain: str
    families: tuple[Family, ...]

    @classmethod
    def shared(cls, plain: Mapping[str, Any]) -> Self:
        """The facts that came from another process as plain data, which knows no tuples."""
        return cls(**_frozen(plain))

    def lines(self) -> tuple[str, ...]:
        """The facts as a person reads them."""
        server = f"{self.dns_server} {self.dns_version}".strip() or "not looked at"
        first = f"Kubernetes {self.kubernetes or 'of an unknown version'}, {' and '.join(self.families)}, {self.domain}"
        return (f"{first}; DNS server: {server}", *([f"Corefile: {'; '.join(self.corefile)}"] if self.corefile else []))

    @property
    def profile(self) -> Literal["coredns", "spec"]:
        """The family of DNS servers that is to be expected."""
        return "coredns" if self.dns_server == "CoreDNS" else "spec"


@dataclass(frozen=True, slots=True)
class Subject(_Shown):
    """What was tested, and from where.

    Attributes:
        target: ``reference``, ``kind`` or ``cluster``.
        facts: what it says about itself.
        dns_profile: the family of DNS servers that was expected.
        vantage: where it was asked from.
        transports: what the vantage carries.
        servers: the DNS servers that were asked, each of them in its own right.
    """

    target: str
    facts: Facts
    dns_profile: str
    vantage: str
    transports: tuple[str, ...]
    servers: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The subject as dicts, lists and strings."""
        return _plain(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """The subject that `plain` was made of."""
        return cls(**_frozen(plain) | {"facts": Facts.shared(plain["facts"])})


@dataclass(frozen=True, slots=True)
class RunResult(_Shown):
    """A whole run.

    Attributes:
        id: names everything that the run made.
        started: when it began, in UTC.
        seconds: how long it took.
        version: of this tool.
        subject: what was tested; None where the target was never opened.
        settings: the options that differ from their defaults, by their flags, and what the scenarios were selected by.
        scenarios: every scenario, in the order of the feature files; what was not run has the verdict *not run*.
        problems: what was left behind.
    """

    id: str
    started: datetime
    seconds: float
    version: str
    subject: Subject | None
    settings: Mapping[str, str]
    scenarios: tuple[ScenarioResult, ...]
    problems: tuple[str, ...] = ()


def _plain(data: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(json.dumps(asdict(data))))


def _frozen(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data with tuples where JSON knows only lists."""
    return {name: _tuple(value) for name, value in plain.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
