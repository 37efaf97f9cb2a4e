"""The failures of a run as few causes: equal failures of one record type and one kind of name.

Everything is read from the data of findings, such as record types, rcodes, numbers of records and owner names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from svcdns.catalogue.tags import LEVELS
from svcdns.report import diagnosis
from svcdns.report.diagnosis import Answers
from svcdns.results import Finding, Promised, ScenarioResult, Verdict
from svcdns.state import CLUSTER_DOMAIN, naming
from svcdns.state.naming import NameKind

#: A title names at most this many record types and kinds of names. Failures that differ in more of them have one cause.
MOST_NAMED = 2

#: The place of each level, from the strictest.
_STRICTNESS = {str(level): place for place, level in enumerate(LEVELS)}


class FailureKind(NamedTuple):
    """How an answer breaks its promise; equal failures may have one cause.

    Attributes:
        promised: the kind of the promise; empty if it does not matter.
        came: an rcode, ``NODATA`` or ``records``; empty if there was no answer, or if it does not matter.
        detail: what else tells failures apart: which records are wrong, the rcode or property that was expected, or whether
            messages came that were not answers.
        is_intermittent: whether other responses to the same query were right, and nothing had changed.
    """

    promised: Promised | Literal[""]
    came: str = ""
    detail: str = ""
    is_intermittent: bool = False

    @property
    def text(self) -> str:
        """The failure in the words of a title."""
        return f"intermittent: {self._text}" if self.is_intermittent else self._text

    @property
    def _text(self) -> str:
        match self.promised:
            case "":
                return self.detail
            case "records":
                return self.detail if self.came == "records" else f"{self.came} instead of records"
            case "NODATA" | "NXDOMAIN":
                return f"{self.came} instead of {self.promised}"
            case "rcode":
                return f"{self.came} instead of {self.detail}"
            case "choice":
                return f"{self.came} is not an allowed answer"
            case "property":
                return f"not {self.detail}"


@dataclass(frozen=True, slots=True)
class FailureCause:
    """Scenarios that are not conformant in the same way.

    Attributes:
        kind: how their answers break the promise.
        types: the record types that were queried.
        name_kinds: the kinds of names that were queried.
        over_tcp: whether only answers over TCP are wrong.
        scenarios: the scenarios; the first is to be shown in full.
        advice: what is likely wrong with the server, read from all answers of the run; empty if nothing is clear.
    """

    kind: FailureKind
    types: tuple[str, ...]
    name_kinds: tuple[NameKind, ...]
    over_tcp: bool
    scenarios: tuple[ScenarioResult, ...]
    advice: tuple[str, ...] = ()

    @property
    def shown(self) -> ScenarioResult:
        """The scenario that stands for all of them: of the strictest level, and with the fewest steps."""
        return self.scenarios[0]

    @property
    def title(self) -> str:
        """The cause in one line, with the number of its scenarios at each level."""
        about = _listed(self.types)
        if about and len(self.name_kinds) <= MOST_NAMED:
            about += f" of {' and '.join(self.name_kinds)}"
        over = " over TCP" if self.over_tcp else ""
        return f"{about}{': ' * bool(about)}{self.kind.text}{over} ({self._counted()})"

    def _counted(self) -> str:
        count = len(self.scenarios)
        levels = Counter(scenario.level for scenario in self.scenarios)
        named = ", ".join(f"{levels[level]} {level}" for level in LEVELS if levels[level])
        return f"{count} scenario{'s' * (count != 1)}: {named}"


class _Failure(NamedTuple):
    """A scenario that is not conformant, by what is compared of it."""

    kind: FailureKind
    type: str
    name_kind: NameKind | None
    transport: str
    result: ScenarioResult


def causes(results: Iterable[ScenarioResult], domain: str = CLUSTER_DOMAIN) -> tuple[FailureCause, ...]:
    """Group the scenarios that are not conformant by their causes, those of most scenarios first.

    Args:
        results: the results of a run; those that are conformant or not judged are passed over.
        domain: the cluster domain.
    """
    every = tuple(results)
    failures = [_failure(result, domain) for result in every if result.verdict is Verdict.NOT_CONFORMANT]
    answers = Answers(tuple(count for result in every for count in result.answers))
    found = [_cause(group, answers, domain) for same_kind in _by_kind(failures).values() for group in _split(same_kind)]
    return tuple(sorted(found, key=lambda cause: (-len(cause.scenarios), cause.title)))


def _failure(result: ScenarioResult, domain: str) -> _Failure:
    finding = result.broken
    if finding is None:
        return _Failure(FailureKind("", detail="no answer was kept"), "", None, "", result)
    return _Failure(failure_kind_of(finding), finding.type, name_kind_of(finding, domain), finding.transport, result)


def failure_kind_of(finding: Finding) -> FailureKind:
    """Return how an answer breaks its promise."""
    return _failure_kind_of(finding)._replace(is_intermittent=bool(finding.intermittent))


def _failure_kind_of(finding: Finding) -> FailureKind:
    if not finding.rcode:
        return FailureKind("", detail="every response was discarded" if finding.discarded else "no response")
    came = finding.came
    match finding.promised:
        case "records":
            return FailureKind("records", came, _wrong_records(finding))
        case "rcode":
            return FailureKind("rcode", came, ", ".join(finding.expected))
        case "property" if finding.unexpected:
            return FailureKind("records", "records", _wrong_records(finding))
        case "property":
            return FailureKind("property", detail=", ".join(finding.expected) or "as promised")
    return FailureKind(finding.promised, came)


def _wrong_records(finding: Finding) -> str:
    """Return which records of an answer are wrong; nothing if it has none."""
    if not finding.records:
        return ""
    if finding.missing and finding.unexpected:
        return "other records than expected"
    if finding.missing:
        return "missing records"
    return "unexpected records" if finding.unexpected else "wrong records"


def name_kind_of(finding: Finding, domain: str = CLUSTER_DOMAIN) -> NameKind:
    """Return the kind of the name that a finding's query is about."""
    if finding.name_kind:
        return NameKind(finding.name_kind)
    if naming.is_reverse(finding.owner):
        return _addressed(finding.expected, domain)
    return naming.kind_by_labels(finding.owner, domain)


def _addressed(expected: Iterable[str], domain: str) -> NameKind:
    """Return what an address belongs to: the names that its PTR records are expected to have say it."""
    targets = [target for row in expected for type_, _, target in [row.partition(" ")] if type_ == "PTR"]
    kinds = {naming.kind_by_labels(target, domain) for target in targets}
    if NameKind.ENDPOINT in kinds:
        return NameKind.ENDPOINT_ADDRESS
    return NameKind.VIRTUAL_IP_ADDRESS if NameKind.SERVICE in kinds else NameKind.OTHER_ADDRESS


def _by_kind(failures: Iterable[_Failure]) -> Mapping[FailureKind, list[_Failure]]:
    found: dict[FailureKind, list[_Failure]] = defaultdict(list)
    for failure in failures:
        found[failure.kind].append(failure)
    return found


def _split(failures: Sequence[_Failure]) -> Iterator[list[_Failure]]:
    """Split equal failures by record type and kind of name, unless they occur with so many that these say nothing.

    A property, or that no response came, has nothing to do with either.
    """
    is_about_records = failures[0].kind.promised not in ("", "property")
    by_type = is_about_records and len({failure.type for failure in failures}) <= MOST_NAMED
    by_name_kind = is_about_records and len({failure.name_kind for failure in failures}) <= MOST_NAMED
    groups: dict[Hashable, list[_Failure]] = defaultdict(list)
    for failure in failures:
        groups[failure.type if by_type else "", failure.name_kind if by_name_kind else None].append(failure)
    yield from groups.values()


def _listed(types: Sequence[str]) -> str:
    """Return the first types, and how many more there are."""
    left = len(types) - MOST_NAMED
    # One more is as short as its number.
    if left > 1:
        return f"{', '.join(types[:MOST_NAMED])} and {left} more types"
    *first, last = types or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def _cause(failures: list[_Failure], answers: Answers, domain: str) -> FailureCause:
    in_order = sorted(failures, key=lambda failure: (_STRICTNESS[failure.result.level], len(failure.result.steps)))
    types = Counter(failure.type for failure in failures)
    findings = [finding for failure in failures if (finding := failure.result.broken)]
    kinds = dict.fromkeys(failure.name_kind for failure in failures if failure.name_kind)
    return FailureCause(
        kind=failures[0].kind,
        types=tuple(type_ for type_, _ in types.most_common() if type_),
        name_kinds=tuple(kinds),
        over_tcp=all(failure.transport == "tcp" for failure in failures),
        scenarios=tuple(failure.result for failure in in_order),
        advice=tuple(diagnosis.of_cause(findings, kinds, answers, domain)),
    )
