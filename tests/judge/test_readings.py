"""What is told of an answer that was read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from svcdns import judge
from svcdns.judge import NotConformantError, Reading
from tests.judge.answers import NODATA, SILENCE, Reply, Server, observation, readings, says
from tests.judge.states import STATE


def read(reply: Reply) -> Reading:
    (reading,) = readings(judge.virtual_ip("web"), observation(STATE, Server({"web A": reply})))
    return reading


def test_a_finding_says_what_was_promised_asked_and_answered():
    reply = says("A 10.96.0.11", authority=["@shop.svc.cluster.local. 5 NS a."], additional=["@x 5 A 192.0.2.1"])
    reading = replace(read(reply), promise="the sentence")
    finding = reading.finding()
    assert not reading.kept
    assert not finding.kept
    assert finding.promise == "the sentence"
    assert finding.question == "web.shop.svc.cluster.local. A"
    assert finding.command == "dig @192.0.2.53 -p 53 +ignore +noedns web.shop.svc.cluster.local. A"
    assert (finding.server, finding.transport, finding.seconds) == ("192.0.2.53:53", "udp", 0.0)
    assert finding.answer == (
        "NOERROR, flags QR AA RD",
        "answer: web.shop.svc.cluster.local. 30 A 10.96.0.11",
        "authority: shop.svc.cluster.local. 5 NS a.",
        "additional: x.shop.svc.cluster.local. 5 A 192.0.2.1",
    )
    assert finding.expected == ("A 10.96.0.10",)
    assert finding.missing == ("A 10.96.0.10",)
    assert finding.unexpected == ("A 10.96.0.11",)
    assert finding.problem == "unexpected record A 10.96.0.11 at web.shop.svc.cluster.local."


def test_a_finding_says_why_there_is_no_answer_and_what_came_instead():
    finding = read(replace(SILENCE, discarded=("another id",))).finding()
    assert finding.answer == ("no answer within 5 s",)
    assert finding.discarded == ("another id",)
    assert read(SILENCE).finding().discarded == ()


def test_a_finding_says_what_was_observed():
    (reading,) = readings(
        judge.one_of("web", "A", {"A": "mine"}), observation(STATE, Server({"web A": says("A 1.2.3.4")}))
    )
    assert reading.kept
    assert reading.finding().observed == "A: mine"


@pytest.mark.parametrize(
    ("promise", "script", "kind"),
    [
        (judge.virtual_ip("web"), {}, "records"),
        (judge.virtual_ip("web"), {"web A": says("A 10.96.0.11")}, "records"),
        (judge.does_not_exist("web"), {"web A": NODATA}, "NXDOMAIN"),
        (judge.no_data("web", "A"), {}, "NODATA"),
        (judge.one_of("web", "A", {"A": "mine"}), {}, "choice"),
        (judge.one_of("web", "A", {"NXDOMAIN": "mine"}), {}, "choice"),
        (judge.malformed_message("an update", "NOTIMP"), {}, "rcode"),
        (judge.property_of("web", "A", "is authoritative"), {"web A": says(flags="QR")}, "property"),
        (judge.address_leads_nowhere("192.0.2.1"), {"192.0.2.1 PTR": says("PTR web.cluster.local.")}, "records"),
        (judge.alias("docs", "www.example.com.", "A"), {"docs A": says("@x 30 A 192.0.2.1", "CNAME www.example.com.")}, "property"),
        (judge.exists("web"), {}, "records"),
        (judge.whole("db", 512), {"db A": says("A 10.244.0.10", flags="QR AA RD TC")}, "property"),
        (judge.port_of_ready_endpoints("db", "http", "TCP", 80), {"_http._tcp.db SRV": NODATA}, "records"),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_finding_says_what_kind_of_promise_was_broken(promise: judge.Promise, script, kind: str):
    finding = readings(promise, observation(STATE, Server(script)))[-1].finding()
    assert finding.promised == kind


def test_a_finding_says_what_came():
    finding = read(says("A 10.96.0.10", "A 10.96.0.11")).finding()
    assert (finding.type, finding.rcode, finding.records) == ("A", "NOERROR", 2)
    silent = read(SILENCE).finding()
    assert (silent.type, silent.rcode, silent.records) == ("A", "", 0)


def test_an_error_says_what_is_wrong_with_the_last_answer():
    error = NotConformantError([read(says("A 10.96.0.10")), read(SILENCE)], ("A: mine",))
    assert str(error) == "web.shop.svc.cluster.local. A is not answered: no answer within 5 s"
    assert [reading.kept for reading in error.readings] == [True, False]
    assert error.choices == ("A: mine",)


@pytest.mark.parametrize(
    ("promise", "declared"),
    [
        (judge.virtual_ip_leads_back("web"), True),
        (judge.pod_leads_back("db-0", "db-0.db"), True),
        (judge.ready_endpoints_lead_back("db"), True),
        (judge.unready_endpoints_do_not_lead_back("db"), True),
        (judge.address_leads_nowhere("192.0.2.1"), True),
        (judge.name_leads_nowhere("x.in-addr.arpa."), True),
        (judge.pod_has_no_name("db-0", "db"), True),
        *[
            (make(type_), type_ == "PTR")
            for type_ in ("A", "PTR")
            for make in (
                partial(judge.no_data, "x"),
                partial(judge.does_not_exist, "x"),
                partial(judge.one_record, "x"),
                partial(judge.one_of, "x", choices={}),
                partial(judge.with_edns, "x"),
                partial(judge.property_of, "x", stated="is authoritative"),
                partial(judge.property_is_observed, "x", stated="is authoritative"),
                partial(judge.reverse_name_is_one_of, "x", above=0, choices={}),
            )
        ],
        (judge.does_not_exist("x"), False),
        (judge.dashed_addresses("db"), False),
        (judge.virtual_ip("web"), False),
    ],
    ids=range(26),
)
def test_a_promise_says_whether_it_may_query_reverse_names(promise: judge.Promise, declared: bool):
    assert promise.reverse_names is declared


@pytest.mark.parametrize(
    ("promise", "choices"),
    [
        (judge.malformed_message_is_one_of("an update", {"NOTIMP": "no"}), ("NOTIMP: no",)),
        (judge.reverse_name_is_one_of("web", "PTR", 0, {"NODATA": "no"}), ("NODATA: no",)),
        (judge.property_is_observed("web", "A", "is authoritative"), ("the answer is authoritative", "it does not")),
        (judge.virtual_ip("web"), ()),
    ],
    ids=range(4),
)
def test_a_promise_that_leaves_a_choice_says_which(promise: judge.Promise, choices: tuple[str, ...]):
    assert promise.choices == choices
