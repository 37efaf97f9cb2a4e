"""What is kept of a DNS server's answers, and what is not: on the reference, with what a real cluster puts in front."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, repeat
from typing import Any

import dns.rcode
import pytest
from dns.rdatatype import CNAME, PTR, TXT, A

from svcdns import records
from svcdns.errors import UndeterminedError
from svcdns.manifests import read_text
from svcdns.message import Question, Reply
from svcdns.recordings import asking, files, recorder
from svcdns.recordings.files import RecordedAnswer
from svcdns.results import Facts
from svcdns.targets.reference import DEADLINES, Reference
from svcdns.targets.target import Deadlines
from tests.corefiles import KUBEADM_OPTIONS

OBJECTS = (
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}},
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "away"},
        "spec": {"type": "ExternalName", "externalName": "www.example.com"},
    },
)


def test_a_recording_says_the_profile_that_is_expected():
    with Reference(records.COREDNS) as target:
        assert recorder.meta_of(target).profile == "coredns"
        assert recorder.meta_of(target, "spec").profile == "spec"
        assert recorder.record(target, profile="spec").meta.profile == "spec"


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Kubeadm(Reference):
    """A reference that says it is the CoreDNS of a cluster that kubeadm made, with a cache in front of reverse names.

    Attributes:
        asked: every question, in order.
        flips: for each question for an alias, whether it is denied; None to deny none.
    """

    name = "cluster"
    deadlines: Deadlines = replace(DEADLINES, right_in_a_row=2, pause_seconds=1.0, question_seconds=0.2)

    def __init__(self, clock: Clock) -> None:
        super().__init__(records.COREDNS)
        self.clock = clock
        self.kept_since: dict[Question, float] = {}
        self.asked: list[Question] = []
        self.flips: Iterator[int] | None = None

    @property
    def facts(self) -> Facts:
        return replace(
            super().facts, kubernetes="v1.34.0", dns_server="CoreDNS", dns_version="v1.14.7", corefile=KUBEADM_OPTIONS
        )

    def respond(self, question: Question) -> Reply:
        self.asked.append(question)
        if (
            self.flips
            and question.type == CNAME
            and question.name.labels[0].lower() == b"away"
            and next(self.flips) % 2
        ):
            return Reply(dns.rcode.NXDOMAIN)
        reply = super().respond(question)
        if question.type != PTR or not reply.answer:
            return _with_ttl(reply, 30)
        if self.clock.seconds - self.kept_since.setdefault(question, self.clock.seconds) >= 30:
            self.kept_since[question] = self.clock.seconds
        return _with_ttl(reply, 30 - int(self.clock.seconds - self.kept_since[question]))


def _with_ttl(reply: Reply, seconds: int) -> Reply:
    answer = tuple(record._replace(ttl=seconds) for record in reply.answer)
    authority = tuple(record._replace(ttl=seconds) for record in reply.authority)
    return replace(reply, answer=answer, authority=authority)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(recorder, "time", found)
    monkeypatch.setattr(asking, "time", found)
    return found


@pytest.fixture
def target(clock: Clock) -> Iterator[Kubeadm]:
    with Kubeadm(clock) as opened:
        opened.create_namespace("n")
        opened.apply(read_text("\n---\n".join(map(json.dumps, OBJECTS))), "n")
        yield opened


def asked(recorded: files.Recording) -> set[tuple[str, str]]:
    return {(str(one.question.name), one.question.type.name) for one in recorded.answers}


def pointer(target: Kubeadm, recorded: files.Recording) -> RecordedAnswer:
    (address,) = next(
        iter(service for key, service in target.state().services.items() if key.name == "web")
    ).cluster_ips
    owner = ".".join([*reversed(address.split(".")), "in-addr.arpa."])
    return next(one for one in recorded.answers if str(one.question.name) == owner and one.question.type == PTR)


def test_what_was_read_of_the_server_is_recorded(target: Kubeadm):
    meta = recorder.record(target, ["n"]).meta
    assert (meta.server, meta.version, meta.corefile, meta.kubernetes) == (
        "CoreDNS",
        "v1.14.7",
        KUBEADM_OPTIONS,
        "v1.34.0",
    )
    assert (
        meta.addresses
        == target.state().pods[next(key for key in target.state().pods if "coredns" in key.name)].addresses
    )


def test_what_would_be_asked_outside_the_cluster_is_not_asked(target: Kubeadm):
    found = asked(recorder.record(target, ["n"]))
    assert {("web.n.svc.cluster.local.", "A"), ("away.n.svc.cluster.local.", "CNAME")} <= found
    assert ("away.n.svc.cluster.local.", "A") not in found
    assert not {
        question for question in target.asked if str(question.name).startswith("200.2.0.192.") and question.type == PTR
    }
    assert Question(next(q.name for q in target.asked if str(q.name).startswith("away.n.")), A) not in target.asked


def test_a_ttl_that_a_cache_has_counted_down_is_the_one_it_began_with(target: Kubeadm):
    assert pointer(target, recorder.record(target, ["n"])).answer[0].split()[1] == "30"


def test_an_answer_from_before_the_state_is_asked_for_again(target: Kubeadm, clock: Clock):
    recorder.record(target, ["n"])
    clock.sleep(20)
    before = clock.seconds
    assert pointer(target, recorder.record(target, ["n"])).answer[0].split()[1] == "30"
    kept = next(since for question, since in target.kept_since.items() if str(question.name).endswith("in-addr.arpa."))
    assert kept > before


def test_a_server_that_never_says_the_same_is_not_recorded(target: Kubeadm, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recorder, "MOST_ROUNDS", 3)
    # The alias is asked for by two spellings a round.
    target.flips = cycle((0, 0, 1, 1))
    with pytest.raises(UndeterminedError) as error:
        recorder.record(target, ["n"])
    assert "rounds, last the answer to away.n.svc.cluster.local. CNAME" in str(error.value)


def test_what_differs_from_the_rules_is_shown_and_nothing_else(target: Kubeadm):
    asked, none = recorder.differences(target, ["n"])
    assert asked > 500
    assert none == []
    target.flips = repeat(1)
    _, found = recorder.differences(target, ["n"])
    assert {next(one.lines()) for one in found} == {
        f"{name} CNAME over UDP, EDNS 4096" for name in ("away.n.svc.cluster.local.", "AWAY.N.SVC.Cluster.Local.")
    }


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, False),
        ({"flags": ("QR", "RD")}, True),
        ({"flags": ("QR", "AA", "RD", "RA")}, True),
        ({"answer": (), "flags": ("QR", "AA", "TC", "RD")}, False),
        ({"answer": (), "flags": ("QR", "TC", "RD")}, True),
        ({"answer": (), "flags": ("QR", "AA", "TC", "RD"), "rcode": "SERVFAIL"}, True),
    ],
)
def test_an_answer_that_differs_in_its_flags_or_rcode_alone_is_shown(
    target: Kubeadm, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], *, wrong: bool
):
    honest = asking.answers

    def answers(*arguments: Any) -> asking.AnswersByQuery:
        return {one: replace(is_, **changes if one.type == TXT else {}) for one, is_ in honest(*arguments).items()}

    monkeypatch.setattr(asking, "answers", answers)
    monkeypatch.setattr(recorder, "MOST_LOOKS", 1)
    _, found = recorder.differences(target, ["n"])
    assert {one.got.question.type for one in found} == ({TXT} if wrong else set())
    assert all(one.got.flags == changes.get("flags", one.got.flags) for one in found)
    assert {one.expected.flags for one in found} <= {("QR", "AA", "RD")}


def test_a_server_that_stands_behind_no_service_is_known_by_the_addresses_beside_its_name(target: Kubeadm):
    target.profile = replace(target.profile, own_addresses=("10.99.0.9", "fe80::9"))
    assert recorder.differences(target, ["n"])[1] == []
    assert recorder.record(target, ["n"]).meta.addresses == ("10.99.0.9", "fe80::9")


def test_a_question_without_an_answer_is_named(target: Kubeadm):
    target.__exit__(None, None, None)
    with pytest.raises(UndeterminedError, match=r"^127\.0\.0\.1:\d+ does not answer cluster\.local\. A over UDP: "):
        recorder.record(target, ["n"])
