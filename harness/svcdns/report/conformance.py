"""The conformance report: what was tested, and the verdict on each level and clause, for publishing and comparing.

Its form follows the conformance reports of the Gateway API; `conformance.schema.json` defines it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from svcdns.catalogue import tags
from svcdns.report import causes, totals
from svcdns.report.causes import FailureCause
from svcdns.report.convergence import change_times
from svcdns.results import RunResult, ScenarioResult, Subject, Verdict
from svcdns.state import CLUSTER_DOMAIN

API_VERSION = "svcdns.dev/v1alpha1"
KIND = "ConformanceReport"

#: The verdicts as names of fields.
FIELDS = {
    Verdict.CONFORMANT: "conformant",
    Verdict.NOT_CONFORMANT: "notConformant",
    Verdict.NOT_DETERMINED: "notDetermined",
    Verdict.NOT_APPLICABLE: "notApplicable",
    Verdict.NOT_RUN: "notRun",
}

#: The number of characters kept of a reason; the run report has all of it.
LETTERS = 600

#: An address as usual, with dashes, or reversed as in a reverse name.
_ADDRESS = re.compile(
    r"\b(?:[0-9a-f](?:\.[0-9a-f]){31}|\d{1,3}([.-])\d{1,3}\1\d{1,3}\1\d{1,3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Implementation:
    """The implementation that was tested, as the options of the run name it."""

    organization: str
    project: str
    url: str
    version: str
    contact: tuple[str, ...]


def document(run: RunResult, implementation: Implementation) -> dict[str, Any]:
    """Return the report as plain data; equal for equal verdicts, except ``date``, ``run`` and ``convergence``."""
    facts = run.subject.facts if run.subject else None
    specification = tags.specification()
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "date": run.started.isoformat(timespec="seconds"),
        "run": run.id,
        **({"interrupted": run.interrupted} if run.interrupted else {}),
        "tool": {"name": "svcdns", "version": run.version},
        "specification": {
            "name": specification.name,
            "version": specification.version,
            "source": specification.source,
        },
        "implementation": {
            "organization": implementation.organization,
            "project": implementation.project or (facts.dns_server if facts else ""),
            "url": implementation.url,
            "version": implementation.version or (facts.dns_version if facts else ""),
            "contact": list(implementation.contact),
        },
        "subject": _subject(run.subject) if run.subject else None,
        "settings": dict(run.settings),
        "levels": [
            {
                "level": total.level,
                "meaning": total.meaning,
                "result": str(total.result),
                "statistics": {name: total.counts[verdict] for verdict, name in FIELDS.items()},
            }
            for total in totals.levels(run.scenarios)
        ],
        "causes": [
            _cause(cause, run.id) for cause in causes.causes(run.scenarios, facts.domain if facts else CLUSTER_DOMAIN)
        ],
        **{
            FIELDS[verdict]: [_explained(result, run.id) for result in run.scenarios if result.verdict is verdict]
            for verdict in (Verdict.NOT_CONFORMANT, Verdict.NOT_DETERMINED, Verdict.NOT_APPLICABLE)
        },
        "observed": [
            _named(result) | {"choices": [unaddressed(masked(choice, run.id)) for choice in result.observed]}
            for result in run.scenarios
            if result.observed
        ],
        "convergence": [
            {
                "change": times.change,
                "changes": times.changes,
                "medianSeconds": times.median_seconds,
                "longestSeconds": times.longest_seconds,
            }
            for times in change_times(run.scenarios)
        ],
        "clauses": [
            {
                "id": total.clause.id,
                "level": total.clause.level,
                "verdict": str(total.verdict),
                "sentence": total.clause.sentence,
                "scenarios": [_named(result) | {"verdict": str(result.verdict)} for result in total.scenarios],
            }
            for total in totals.clauses(run.scenarios)
        ],
        "scenarios": [
            _named(result)
            | {"level": result.level, "verdict": str(result.verdict), "shows": [*result.clauses, *result.behaviours]}
            for result in run.scenarios
        ],
    }


def unaddressed(text: str) -> str:
    """Return a text without addresses, which differ from run to run, so that equal choices read the same."""
    return _ADDRESS.sub("<address>", text)


def shortened(text: str) -> str:
    """Return a text that is short enough to be read: the reason for an answer of a thousand records is long."""
    return text if len(text) <= LETTERS else f"{text[:LETTERS].rstrip()} …"


def masked(text: str, run: str) -> str:
    """Return a text with the features' names for the namespaces of a run, whose own names differ from run to run."""
    own = re.escape(f"svcdns-{run}-")
    return re.sub(rf"{own}\w+(-next)?\b", lambda found: "neighbour" if found[1] else "my-namespace", text)


def _subject(subject: Subject) -> dict[str, Any]:
    facts = subject.facts
    return {
        "target": subject.target,
        "kubernetesVersion": facts.kubernetes,
        "dnsServer": facts.dns_server,
        "dnsVersion": facts.dns_version,
        "corefile": list(facts.corefile),
        "clusterDomain": facts.domain,
        "ipFamilies": list(facts.families),
        "vantage": subject.vantage,
        "transports": list(subject.transports),
        "servers": len(subject.servers),
        "dnsProfile": subject.dns_profile,
    }


def _cause(cause: FailureCause, run: str) -> dict[str, Any]:
    return {
        "title": cause.title,
        "failure": cause.kind.text,
        "types": list(cause.types),
        "names": [str(kind) for kind in cause.name_kinds],
        "likely": [shortened(masked(line, run)) for line in cause.advice],
        "scenarios": [_named(result) for result in cause.scenarios],
    }


def _named(result: ScenarioResult) -> dict[str, Any]:
    return {"feature": result.feature, "scenario": result.scenario}


def _explained(result: ScenarioResult, run: str) -> dict[str, Any]:
    return _named(result) | {
        "line": result.line,
        "level": result.level,
        "reason": shortened(masked(result.reason, run)),
    }
