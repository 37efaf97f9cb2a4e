"""Results to make reports of."""

from __future__ import annotations

from datetime import UTC, datetime

from svcdns.results import Facts, Finding, RunResult, ScenarioResult, StepResult, Subject, Verdict

SUBJECT = Subject(
    target="cluster",
    facts=Facts("v1.35.1", "CoreDNS", "v1.12.1", ("kubernetes cluster.local", "ttl 30"), "cluster.local", ("IPv4",)),
    dns_profile="coredns",
    vantage="probe",
    transports=("udp", "tcp"),
    servers=("10.244.0.2:53", "10.244.0.3:53"),
)

FINDING = Finding(
    promise="the address of every ready pod",
    question="peers.svcdns-4k2zf-m6m1x.svc.cluster.local. A",
    command="dig @10.244.0.2 peers.svcdns-4k2zf-m6m1x.svc.cluster.local. A",
    server="10.244.0.2:53",
    transport="udp",
    answer=("NOERROR, flags QR AA", "answer: peers 5 A 10.244.0.9"),
    expected=("A 10.244.0.8",),
    missing=("A 10.244.0.8",),
    unexpected=("A 10.244.0.9",),
    problem="unexpected record A 10.244.0.9 at peers",
)


def scenario(name: str, verdict: Verdict, **more: object) -> ScenarioResult:
    """A scenario of a feature of our own."""
    given = {
        "feature": "own/small.feature",
        "scenario": name,
        "line": 7,
        "level": "core",
        "clauses": ("2.4.1-a",),
        "behaviours": ("C01",),
        "verdict": verdict,
        "steps": (StepResult("Then", "it answers", 9, "passed", 0.01),),
    }
    return ScenarioResult(**(given | more))  # type: ignore[arg-type]  # as above


def run(*scenarios: ScenarioResult, subject: Subject | None = SUBJECT) -> RunResult:
    """A run of these scenarios alone."""
    started = datetime(2026, 3, 1, 12, 30, 0, tzinfo=UTC)
    return RunResult("4k2zf", started, 61.5, "0.1.0", subject, {"--max-pods": "20"}, scenarios)
