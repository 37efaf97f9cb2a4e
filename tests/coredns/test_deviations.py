"""The table of what versions of CoreDNS do otherwise."""

from __future__ import annotations

from dataclasses import replace

import dns.rcode
import pytest
from dns.rdatatype import SRV, TXT

from svcdns import coredns
from svcdns.catalogue import tags
from svcdns.faults import FAULTS, Fault
from svcdns.faults.fault import QueryContext, ReplyChange
from svcdns.faults.mistakes import as_profile
from svcdns.faults.replies import is_denial, where, with_answer
from svcdns.message import Record, Reply
from svcdns.results import Verdict
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
