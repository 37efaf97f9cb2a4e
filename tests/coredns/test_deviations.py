"""The table of what versions of CoreDNS do otherwise."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import dns.rcode
import pytest
from dns.rdatatype import SRV, TXT

from svcdns import coredns
from svcdns.catalogue import tags
from svcdns.errors import UsageError
from svcdns.faults import FAULTS, Fault
from svcdns.faults.fault import QueryContext, ReplyChange
from svcdns.faults.mistakes import as_profile
from svcdns.faults.replies import is_denial, where, with_answer
from svcdns.message import Record, Reply
from svcdns.results import Finding, Verdict
from svcdns.selftest import running
from svcdns.selftest.playing import scenarios


def _deviating(deviation: str) -> ReplyChange:
    """What a server of a version does that the rules know of."""
    return as_profile(lambda profile: replace(profile, deviations=frozenset({deviation})))


def _shared(_: QueryContext, answer: tuple[Record, ...]) -> tuple[Record, ...]:
    """A hundred shared among more than a hundred, without a rest."""
    weight = 100 // len(answer)
    return tuple(one._replace(rdata=one.rdata.replace(weight=weight)) if one.type == SRV else one for one in answer)


def _txt_denial(context: QueryContext, reply: Reply) -> bool:
    return context.question.type == TXT and is_denial(reply)


#: What servers with each deviation do to right replies.
WRONG: dict[str, ReplyChange] = {
    "srv-weight-zero": with_answer(_shared, SRV),
    "wildcards": FAULTS["asterisk-answers"].change,
    "pointers-lost-in-company": FAULTS["ptr-lost-in-company"].change,
    "txt-of-missing-names": where(_txt_denial, Reply(dns.rcode.NOERROR)),
    "pointers-need-a-hostname": _deviating("pointers-need-a-hostname"),
    "label-ends-in-a-dash": _deviating("label-ends-in-a-dash"),
}


def answered(question: str, came: str, records: int = 0) -> Finding:
    """An answer that breaks a promise."""
    owner, type_ = question.rsplit(" ", 1)
    return Finding("", f"{owner} {type_}", "", "", "udp", (), problem="wrong", type=type_, rcode=came, records=records)


def row(id_: str) -> coredns.Deviation:
    (found,) = [one for one in coredns.deviations() if one.id == id_]
    return found


@pytest.mark.parametrize(
    ("id_", "described", "others"),
    [
        (
            "txt-of-missing-names",
            answered("no.svc.cluster.local. TXT", "NOERROR"),
            [
                answered("no.svc.cluster.local. A", "NOERROR"),
                answered("no.svc.cluster.local. TXT", "SERVFAIL"),
                answered("no.svc.cluster.local. TXT", "NOERROR", 1),
            ],
        ),
        (
            "pointers-need-a-hostname",
            answered("1.2.0.192.in-addr.arpa. PTR", "NXDOMAIN"),
            [answered("1.2.0.192.in-addr.arpa. PTR", "NOERROR", 1), answered("web.t.svc.cluster.local. A", "NXDOMAIN")],
        ),
        (
            "wildcards",
            answered("*.t.svc.cluster.local. A", "NOERROR", 1),
            [answered("web.t.svc.cluster.local. A", "NOERROR", 1), answered("*.t.svc.cluster.local. A", "SERVFAIL")],
        ),
    ],
)
def test_a_row_holds_for_the_answer_that_it_describes_and_no_other(id_: str, described: Finding, others: list[Finding]):
    assert row(id_).describes(described)
    assert not any(row(id_).describes(other) for other in others)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[", "is not YAML; fix it"),
        ("deviations: {}", "must have a list deviations; see fixtures/deviations.yaml"),
        ("deviations: [x]", "deviations[0]: must be a mapping with id, sentence, and behaviours or scenarios"),
        ("deviations: [{id: a, sentence: b}]", "deviations[0]: behaviours or scenarios is required: what fails"),
        ("deviations: [{id: a, behaviours: [A01]}]", "deviations[0]: sentence is required"),
        (
            "deviations: [{id: a, sentence: b, behaviors: []}]",
            "deviations[0]: behaviors is an unknown field; remove it",
        ),
        ("deviations: [{id: a, sentence: b, behaviours: A01}]", "deviations[0]: behaviours must be a list of texts"),
        (
            "deviations: [{id: a, sentence: b, since: x, behaviours: [A]}]",
            "deviations[0]: since must be a version such as",
        ),
        (
            "deviations: [{id: a, sentence: b, since: 1.2, behaviours: [A]}]",
            "deviations[0]: since must be text; put it",
        ),
    ],
)
def test_a_wrong_row_is_told_in_one_line(content: str, problem: str, tmp_path: Path):
    file = tmp_path / "expected.yaml"
    file.write_text(content)
    with pytest.raises(UsageError, match=f"^{re.escape(f'{file}: {problem}')}"):
        coredns.read_deviations(file)


def test_a_row_without_versions_holds_for_every_version_of_its_server():
    mine = coredns.Deviation("a", "b", "", ("A01",), implementation="SDNS")
    assert [mine.holds(server, "") for server in ("SDNS", "CoreDNS", "")] == [True, False, False]
    assert replace(mine, implementation="").holds("", "")


def ids(version: str) -> set[str]:
    return {deviation.id for deviation in coredns.of(version)}


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("v1.14.7", set()),
        ("v1.12.1", {"label-ends-in-a-dash", "no-zonal-names"}),
        ("1.12.0-eksbuild.1", {"pointers-need-a-hostname", "label-ends-in-a-dash", "no-zonal-names"}),
        ("v1.10.0", {"txt-of-missing-names", "label-ends-in-a-dash", "no-zonal-names"}),
        ("latest", set()),
        ("", set()),
    ],
)
def test_a_version_has_the_deviations_of_its_time(version: str, known: set[str]):
    assert ids(version) == known


def test_every_deviation_names_behaviours_that_there_are():
    for deviation in coredns.deviations():
        assert deviation.behaviours
        assert set(deviation.behaviours) <= set(tags.behaviours())


def test_a_deviation_that_is_known_says_since_when_and_until_when():
    (found,) = [one for one in coredns.of("1.12.0") if one.id == "pointers-need-a-hostname"]
    assert found.known("1.12.0") == (
        "known of CoreDNS 1.12.0 (since 1.11.4 until 1.12.1; coredns#6898, coredns#7177, coredns#7194): "
        "the address of an endpoint without a hostname has no PTR record"
    )


@pytest.mark.parametrize("deviation", coredns.deviations(), ids=lambda deviation: deviation.id)
def test_what_a_version_does_fails_the_scenarios_of_its_behaviours_and_no_others(deviation: coredns.Deviation):
    shown = set(deviation.behaviours) - tags.not_covered().keys()
    if not shown:
        assert deviation.id not in WRONG
        return
    fault = Fault(deviation.id, deviation.sentence, deviation.behaviours, change=WRONG[deviation.id])
    every = {one.id: one for one in scenarios()}
    played = running.play_affected(fault, tuple(every.values()))
    failed = [every[one.id].script.scenario for one in played if one.judged.verdict is Verdict.NOT_CONFORMANT]
    assert not [(one.name, one.behaviours) for one in failed if set(one.behaviours).isdisjoint(deviation.behaviours)]
    assert shown <= {behaviour for one in failed for behaviour in one.behaviours}
