"""The results of a run: plain data that the plugin makes and the reports read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self, cast

from svcdns.safety import printable
from svcdns.state import Family

#: Fields that are never cut: the records of an answer, which its evidence shows.
_WHOLE = frozenset({"answer", "expected", "missing", "unexpected"})


class _Shown:
    """Results whose texts are safe to show (`printable`), in terminals, pages and other programs."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            longest = None if field.name in _WHOLE else printable.LONGEST_LINE
            object.__setattr__(self, field.name, printable.deep(getattr(self, field.name), longest))


class Verdict(StrEnum):
    """The verdict of one scenario on a server."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    NOT_DETERMINED = "not determined"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


#: The kinds of promises on an answer: records of the queried type, a negative answer, an rcode alone, one of several allowed
#: choices, or a property such as a flag, a TTL or a size.
Promised = Literal["records", "NODATA", "NXDOMAIN", "rcode", "choice", "property"]


@dataclass(frozen=True, slots=True)
class OtherAnswer(_Shown):
    """What another server, or the same over another transport, answers to a query.

    Attributes:
        came: an rcode, ``NODATA`` or ``records``; empty if there was no answer.
        kept: whether it is what was promised.
    """

    server: str
    transport: str
    came: str
    kept: bool


@dataclass(frozen=True, slots=True)
class AnswerCount(_Shown):
    """How many answers of a scenario were alike.

    Attributes:
        type: the queried type.
        name_kind: what kind of name was queried.
        server: address and port.
        transport: ``udp`` or ``tcp``.
        promised: the kind of the promise.
        came: an rcode, ``NODATA`` or ``records``; empty if there was no answer.
        kept: whether they keep the promise.
        number: how many they are.
    """

    type: str
    name_kind: str
    server: str
    transport: str
    promised: Promised
    came: str
    kept: bool
    number: int


@dataclass(frozen=True, slots=True)
class Finding(_Shown):
    """One answer, judged against a promise.

    Attributes:
        promise: the promise in words.
        question: owner name and type.
        command: the ``dig`` command that asks the same.
        server: address and port asked.
        transport: ``udp`` or ``tcp``.
        answer: the answer, as lines of text.
        expected: the rows promised.
        missing: promised rows that did not come.
        unexpected: rows that came and were not promised.
        problem: why the answer breaks the promise, in one sentence; empty if it keeps it.
        discarded: messages that were not answers to this question, each with the reason.
        observed: which of several allowed choices was seen; empty if there is no choice.
        seconds: how long the exchange took.
        type: the queried type.
        rcode: the rcode of the answer; empty if there was no answer.
        records: the number of records in the answer section.
        promised: the kind of the promise.
        intermittent: where other responses to the same query were right and nothing had changed: how many of how many
            responses were wrong; empty otherwise.
        name_kind: what kind of name was queried; empty if no state was read for it.
        elsewhere: what the other servers and transports answer, for the answer that fails a scenario.
    """

    promise: str
    question: str
    command: str
    server: str
    transport: str
    answer: tuple[str, ...]
    expected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    problem: str = ""
    discarded: tuple[str, ...] = ()
    observed: str = ""
    seconds: float = 0.0
    type: str = ""
    rcode: str = ""
    records: int = 0
    promised: Promised = "property"
    intermittent: str = ""
    name_kind: str = ""
    elsewhere: tuple[OtherAnswer, ...] = ()

    @property
    def owner(self) -> str:
        """The queried name."""
        return self.question.rpartition(" ")[0]

    @property
    def came(self) -> str:
        """What came: an rcode, ``NODATA`` or ``records``; empty if there was no answer."""
        return came(self.rcode, self.records)

    @property
    def kept(self) -> bool:
        """Whether the answer keeps the promise."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class Convergence(_Shown):
    """How long a change took to show in the answers.

    Attributes:
        change: the kind of change.
        seconds: from the moment at which the cluster had settled until the last wrong answer; 0 if none was seen.
    """

    change: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StepResult(_Shown):
    """A step as it ran, with its table; a step that was not reached has no outcome."""

    keyword: str
    text: str
    line: int
    outcome: Literal["", "passed", "failed"] = ""
    seconds: float = 0.0
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioResult(_Shown):
    """A scenario as it ran, ready to pass between processes.

    Attributes:
        feature: the feature file, relative to the packaged features, else as in the test's id.
        line: the line in which the scenario begins.
        level: ``core``, ``extended`` or ``quirk``.
        clauses: the clauses of the specification it shows, such as ``2.4.1-a``.
        behaviours: the ids of the behaviours it shows, such as ``C01``.
        reason: why it is not conformant, not determined or not applicable.
        known: known deviations of the DNS server's version that the scenario shows.
        expected: the ids of the expected failures that it is.
        observed: the allowed choices that were seen.
        findings: every answer that was judged; kept for failures, and for every scenario if a report shows them.
        state: the Services, EndpointSlices and pods when asked, as lines of text, kept for failures.
        advice: what is likely wrong, kept for failures.
        looks: how often the answers of the last promise were judged, and for how many seconds.
        answers: every answer that was judged, counted by what it was about and what came.
        evidence: the directory of the transcript and the cluster's state; empty if there is none.
        convergence: how long each change of the scenario took to show, the declared objects first.
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
    expected: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    steps: tuple[StepResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    state: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    looks: tuple[int, float] = (0, 0.0)
    answers: tuple[AnswerCount, ...] = ()
    evidence: str = ""
    seconds: float = 0.0
    convergence: tuple[Convergence, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return the result as dicts, lists, strings and numbers."""
        return _plain(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Return the result that `plain` was made from."""
        steps = tuple(StepResult(**_frozen(step)) for step in plain["steps"])
        findings = tuple(_finding(finding) for finding in plain["findings"])
        answers = tuple(AnswerCount(**answer) for answer in plain["answers"])
        convergence = tuple(Convergence(**change) for change in plain["convergence"])
        data = {"steps": steps, "findings": findings, "answers": answers, "convergence": convergence}
        return cls(**_frozen(plain) | {"verdict": Verdict(plain["verdict"])} | data)

    @property
    def broken(self) -> Finding | None:
        """The answer that breaks a promise, if one does."""
        return next((finding for finding in reversed(self.findings) if not finding.kept), None)


@dataclass(frozen=True, slots=True)
class Facts(_Shown):
    """What is known about a target; empty texts where nothing is known.

    Attributes:
        kubernetes: the version of the API server.
        dns_server: ``CoreDNS``, or the name of another server or of its image.
        dns_version: its version, or the tag of its image.
        corefile: the lines of CoreDNS's configuration on zones, TTLs, pods and the cache.
        domain: the cluster domain.
        families: the IP families that a Service and its pods can have, the first one first.
        corefile_unread: why the configuration of a cluster's DNS servers is not known; empty where it is.
        domain_assumed: whether the cluster domain was read nowhere, so that it is only the usual one.
        unread: what else could not be read, and what the run cannot tell without it.
    """

    kubernetes: str
    dns_server: str
    dns_version: str
    corefile: tuple[str, ...]
    domain: str
    families: tuple[Family, ...]
    corefile_unread: str = ""
    domain_assumed: bool = False
    unread: tuple[str, ...] = ()

    @classmethod
    def shared(cls, plain: Mapping[str, Any]) -> Self:
        """Return the facts that came from another process as plain data, which has no tuples."""
        return cls(**_frozen(plain))

    def lines(self) -> tuple[str, ...]:
        """Return the facts as lines for people."""
        server = f"{self.dns_server} {self.dns_version}".strip() or "not read"
        first = f"Kubernetes {self.kubernetes or 'of an unknown version'}, {' and '.join(self.families)}, {self.domain}"
        lines = [f"{first}; DNS server: {server}"]
        lines += [f"Corefile: {'; '.join(self.corefile)}"] if self.corefile else []
        if self.corefile_unread:
            lines.append(
                f"Corefile not read: {self.corefile_unread}; whether pods have records is observed, not judged"
            )
        if self.domain_assumed:
            lines.append(f"cluster domain not read: {self.domain} is assumed; set another with --cluster-domain")
        return (*lines, *self.unread)

    @property
    def profile(self) -> Literal["coredns", "spec"]:
        """The profile to expect of its DNS server."""
        return "coredns" if self.dns_server == "CoreDNS" else "spec"


@dataclass(frozen=True, slots=True)
class Subject(_Shown):
    """The tested target, and the vantage that asked it.

    Attributes:
        target: ``reference``, ``kind`` or ``cluster``.
        facts: what is known about it.
        dns_profile: the DNS profile that was expected.
        vantage: the name of the vantage that asked.
        transports: the transports of the vantage.
        servers: the DNS servers that were asked, each by itself.
    """

    target: str
    facts: Facts
    dns_profile: str
    vantage: str
    transports: tuple[str, ...]
    servers: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return the subject as dicts, lists and strings."""
        return _plain(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Return the subject that `plain` was made from."""
        return cls(**_frozen(plain) | {"facts": Facts.shared(plain["facts"])})


@dataclass(frozen=True, slots=True)
class RunResult(_Shown):
    """A whole run.

    Attributes:
        id: the run's id, which is in the name of everything that the run made.
        started: when it began, in UTC.
        seconds: how long it took.
        version: the version of this tool.
        subject: the tested target; None if it was never opened.
        settings: the options that differ from their defaults, and those that selected the scenarios, by their flags.
        scenarios: every scenario, in the order of the feature files; one that was not run has the verdict *not run*.
        problems: objects that were left behind.
        interrupted: what interrupted the run, as in ``interrupted by SIGINT``; empty where nothing did.
    """

    id: str
    started: datetime
    seconds: float
    version: str
    subject: Subject | None
    settings: Mapping[str, str]
    scenarios: tuple[ScenarioResult, ...]
    problems: tuple[str, ...] = ()
    interrupted: str = ""


def came(rcode: str, records: int) -> str:
    """Return what came: an rcode, ``NODATA`` or ``records``; nothing if there was no answer."""
    if rcode != "NOERROR":
        return rcode
    return "records" if records else "NODATA"


def _finding(plain: Mapping[str, Any]) -> Finding:
    elsewhere = tuple(OtherAnswer(**answer) for answer in plain["elsewhere"])
    return Finding(**_frozen(plain) | {"elsewhere": elsewhere})


def _plain(data: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(json.dumps(asdict(data))))


def _frozen(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data with tuples in place of JSON's lists."""
    return {name: _tuple(value) for name, value in plain.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
