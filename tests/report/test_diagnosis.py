"""What the answers of a run say together: right, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from svcdns.report import diagnosis
from svcdns.report.diagnosis import Answers
from svcdns.results import AnswerCount, Finding, OtherAnswer
from svcdns.state.naming import NameKind
from tests.report.results import FINDING

HEADLESS, CLUSTER_IP, HOSTNAME = NameKind.HEADLESS, NameKind.CLUSTER_IP, NameKind.HOSTNAME
VIRTUAL, ENDPOINT, UNNAMED = NameKind.VIRTUAL_IP_ADDRESS, NameKind.ENDPOINT_ADDRESS, NameKind.UNNAMED_ENDPOINT


def right(kind: NameKind, type_: str = "A", number: int = 9, came: str = "records") -> AnswerCount:
    promised = "records" if came == "records" else came
    return AnswerCount(type_, kind, "10.0.0.1:53", "udp", promised, came, kept=True, number=number)


def wrong(kind: NameKind, came: str, type_: str = "A", number: int = 9, promised: str = "records") -> AnswerCount:
    return AnswerCount(type_, kind, "10.0.0.1:53", "udp", promised, came, kept=False, number=number)


def finding(kind: NameKind, came: str, type_: str = "A", **more: object) -> Finding:
    rcode, records = ("NOERROR", came == "records") if came in ("records", "NODATA") else (came, 0)
    given = {"name_kind": kind, "type": type_, "rcode": rcode, "records": int(records), "promised": "records"}
    return replace(FINDING, **(given | more))


@dataclass(frozen=True)
class Case:
    """Some failures of one cause, all answers of the run, and what is said."""

    name: str
    failed: Finding
    answers: tuple[AnswerCount, ...]
    said: str = ""
    kinds: tuple[NameKind, ...] = ()


CASES = [
    Case(
        "no reverse zones",
        finding(ENDPOINT, "NXDOMAIN", "PTR"),
        (wrong(ENDPOINT, "NXDOMAIN", "PTR"), wrong(VIRTUAL, "NXDOMAIN", "PTR"), right(CLUSTER_IP)),
        "no address has a PTR record (18 of 18 answers): the server lacks the reverse zones",
    ),
    Case(
        "reverse names refused",
        finding(ENDPOINT, "REFUSED", "PTR"),
        (wrong(ENDPOINT, "REFUSED", "PTR"), wrong(VIRTUAL, "REFUSED", "PTR"), right(CLUSTER_IP)),
        "the server lacks the reverse zones",
    ),
    Case(
        "some PTR records are there",
        finding(ENDPOINT, "NXDOMAIN", "PTR"),
        (wrong(ENDPOINT, "NXDOMAIN", "PTR"), right(ENDPOINT, "PTR"), right(VIRTUAL, "PTR"), right(CLUSTER_IP)),
    ),
    Case(
        "no PTR records of endpoints",
        finding(ENDPOINT, "NXDOMAIN", "PTR"),
        (wrong(ENDPOINT, "NXDOMAIN", "PTR"), right(VIRTUAL, "PTR"), right(CLUSTER_IP)),
        "no endpoint has a PTR record, while virtual IPs have theirs",
    ),
    Case(
        "wrong PTR records",
        finding(VIRTUAL, "records", "PTR"),
        (wrong(VIRTUAL, "records", "PTR"), right(CLUSTER_IP)),
    ),
    Case(
        "an address that needs no PTR record has none",
        finding(VIRTUAL, "NXDOMAIN", "PTR"),
        (
            wrong(VIRTUAL, "NXDOMAIN", "PTR"),
            replace(right(ENDPOINT, "PTR", came="NXDOMAIN"), promised="records"),
            right(ENDPOINT, "PTR"),
        ),
        "no virtual IP has a PTR record, while endpoints have theirs",
    ),
    Case(
        "EndpointSlices cannot be read",
        finding(HEADLESS, "SERVFAIL"),
        (wrong(HEADLESS, "SERVFAIL"), wrong(HOSTNAME, "NXDOMAIN"), right(CLUSTER_IP)),
        "every name that needs EndpointSlices fails (18 of 18 answers), while virtual IPs are answered",
    ),
    Case(
        "PTR records of endpoints without EndpointSlices",
        finding(ENDPOINT, "SERVFAIL", "PTR"),
        (wrong(HEADLESS, "SERVFAIL"), wrong(ENDPOINT, "SERVFAIL", "PTR"), right(VIRTUAL, "PTR"), right(CLUSTER_IP)),
        "every name that needs EndpointSlices fails (9 of 9 answers), while virtual IPs are answered",
    ),
    Case(
        "missing names fail without EndpointSlices",
        finding(NameKind.SERVICE, "SERVFAIL", promised="NXDOMAIN"),
        (wrong(HEADLESS, "SERVFAIL"), wrong(NameKind.SERVICE, "SERVFAIL", promised="NXDOMAIN"), right(CLUSTER_IP)),
        "every name that needs EndpointSlices fails (9 of 9 answers), while virtual IPs are answered",
    ),
    Case(
        "missing names fail though EndpointSlices are read",
        finding(NameKind.SERVICE, "SERVFAIL", promised="NXDOMAIN"),
        (right(HEADLESS), wrong(NameKind.SERVICE, "SERVFAIL", promised="NXDOMAIN"), right(CLUSTER_IP)),
    ),
    Case(
        "virtual IPs for headless Services",
        finding(HEADLESS, "records"),
        (wrong(HEADLESS, "records"), right(CLUSTER_IP)),
    ),
    Case(
        "some headless Services are answered",
        finding(HEADLESS, "NXDOMAIN"),
        (wrong(HEADLESS, "NXDOMAIN"), right(HEADLESS), right(CLUSTER_IP)),
    ),
    Case(
        "an aaaa failure beside broken headless names",
        finding(CLUSTER_IP, "NXDOMAIN", "AAAA"),
        (
            wrong(HEADLESS, "NXDOMAIN"),
            right(CLUSTER_IP),
            wrong(CLUSTER_IP, "NXDOMAIN", "AAAA", promised="NODATA"),
            right(CLUSTER_IP, "AAAA"),
        ),
    ),
    Case(
        "names with a hostname alone",
        finding(HOSTNAME, "NXDOMAIN"),
        (wrong(HOSTNAME, "NXDOMAIN"), right(HEADLESS), right(UNNAMED), right(CLUSTER_IP)),
        "names with a hostname alone fail (9 of 9 answers)",
    ),
    Case(
        "one hostname of several",
        finding(HOSTNAME, "NXDOMAIN"),
        (wrong(HOSTNAME, "NXDOMAIN"), right(HOSTNAME), right(HEADLESS), right(CLUSTER_IP)),
    ),
    Case(
        "names without a hostname alone",
        finding(UNNAMED, "NXDOMAIN"),
        (wrong(UNNAMED, "NXDOMAIN"), right(HOSTNAME), right(HEADLESS), right(CLUSTER_IP)),
        "as CoreDNS does with endpoint_pod_names",
    ),
    Case(
        "no names of endpoints",
        finding(UNNAMED, "NXDOMAIN"),
        (wrong(UNNAMED, "NXDOMAIN"), wrong(HOSTNAME, "NXDOMAIN"), right(HEADLESS), right(CLUSTER_IP)),
        "no endpoint has a name below its headless Service (18 of 18 answers)",
    ),
    Case(
        "a type is refused everywhere",
        finding(CLUSTER_IP, "REFUSED", "AAAA", promised="NODATA"),
        (
            wrong(CLUSTER_IP, "REFUSED", "AAAA", promised="NODATA"),
            wrong(HEADLESS, "REFUSED", "AAAA", promised="NXDOMAIN"),
            right(CLUSTER_IP),
        ),
        "every AAAA query is answered REFUSED, whatever its name (18 of 18 answers)",
    ),
    Case(
        "a type is refused for some names",
        finding(CLUSTER_IP, "REFUSED", "AAAA", promised="NODATA"),
        (
            wrong(CLUSTER_IP, "REFUSED", "AAAA", promised="NODATA"),
            right(HEADLESS, "AAAA", came="NXDOMAIN"),
            right(CLUSTER_IP),
        ),
    ),
    Case(
        "a type never has records",
        finding(CLUSTER_IP, "NODATA", "AAAA"),
        (wrong(CLUSTER_IP, "NODATA", "AAAA"), right(HEADLESS, "AAAA", came="NXDOMAIN"), right(CLUSTER_IP)),
        "no AAAA query is answered with records: 9 of 9 are NODATA",
    ),
    Case(
        "another zone",
        finding(CLUSTER_IP, "REFUSED"),
        (wrong(CLUSTER_IP, "REFUSED"), wrong(HEADLESS, "REFUSED")),
        "no name below cluster.local has records: all 18 answers are REFUSED",
    ),
    Case(
        "too few answers to say anything",
        finding(HOSTNAME, "NXDOMAIN"),
        (wrong(HOSTNAME, "NXDOMAIN", number=1), right(HEADLESS), right(CLUSTER_IP)),
    ),
    Case(
        "the schema version is missing",
        finding(NameKind.OTHER, "NXDOMAIN", "TXT"),
        (wrong(NameKind.OTHER, "NXDOMAIN", "TXT", number=2), right(CLUSTER_IP)),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_all_answers_together_say_what_is_wrong_or_nothing(case: Case):
    kinds = {NameKind(case.failed.name_kind)}
    told = list(diagnosis.of_cause([case.failed], kinds, Answers(case.answers), "cluster.local"))
    assert len(told) == bool(case.said), told
    assert case.said in "".join(told)


def elsewhere(*ways: tuple[str, str, bool]) -> tuple[OtherAnswer, ...]:
    return tuple(OtherAnswer(server, transport, "records", kept) for server, transport, kept in ways)


OWN, OTHER = FINDING.server, "10.244.0.3:53"


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([elsewhere((OWN, "tcp", False), (OTHER, "udp", True))], f"only {OWN} answers so; {OTHER} answers"),
        ([elsewhere((OWN, "tcp", False), (OTHER, "udp", False))], ""),
        ([elsewhere((OWN, "tcp", True), (OTHER, "udp", True))], f"only {OWN} over UDP answers so"),
        (
            [elsewhere((OWN, "tcp", True), (OTHER, "udp", False), (OTHER, "tcp", True))],
            "only answers over UDP are wrong",
        ),
        ([elsewhere((OWN, "tcp", True))], "only answers over UDP are wrong; the same queries over TCP"),
        ([elsewhere((OTHER, "udp", True)), elsewhere((OTHER, "udp", False))], ""),
        ([elsewhere((OTHER, "udp", True)), ()], ""),
    ],
)
def test_a_replica_or_a_transport_that_differs_is_named(others: list[tuple[OtherAnswer, ...]], said: str):
    findings = [finding(CLUSTER_IP, "NXDOMAIN", elsewhere=each) for each in others]
    answers = Answers((wrong(CLUSTER_IP, "NXDOMAIN"), right(CLUSTER_IP)))
    told = list(diagnosis.of_cause(findings, {CLUSTER_IP}, answers, "cluster.local"))
    assert len(told) == bool(said), told
    assert said in "".join(told)


def test_names_with_upper_case_letters_are_noticed_where_all_have_them():
    names = ("WEB.shop.svc.cluster.local. A", "wEb.shop.svc.cluster.local. A")
    findings = [finding(CLUSTER_IP, "NXDOMAIN", question=name) for name in names]
    answers = Answers((wrong(CLUSTER_IP, "NXDOMAIN"), right(CLUSTER_IP)))
    assert list(diagnosis.of_cause(findings, {CLUSTER_IP}, answers, "cluster.local")) == [
        "all these names have upper-case letters: the server does not compare names without regard to case"
    ]
    mixed = [*findings, finding(CLUSTER_IP, "NXDOMAIN")]
    assert not list(diagnosis.of_cause(mixed, {CLUSTER_IP}, answers, "cluster.local"))
