"""What a client asks that nothing is promised to yet."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.judge.clients import is_there
from svcdns.state import EndpointPort, ServicePort
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Row,
    Server,
    Verdict,
    observation,
    readings,
    row,
    says,
    undetermined,
    verdict,
)
from tests.judge.states import DOCS, HTTP, STATE, endpoint, endpoint_slice, member, pod, service, state

WEB = {"web A": says("A 10.96.0.10"), "web AAAA": NODATA, "web CNAME": NODATA}
SILENT = dict.fromkeys(("web A", "web AAAA", "web CNAME"), SILENCE)
HEARD, EXISTS = judge.heard("web"), judge.exists("web")
NOTHING = 'a client asked for "web", which exists, and got no record, so nothing could be cached'
UNANSWERED = 'a client asked for "web" and was not answered: no answer within 5 s'

# fmt: off
ROWS = [
    row("heard", HEARD, WEB, KEPT),
    row("heard over one type alone", HEARD, {**SILENT, "web CNAME": says("CNAME x.")}, KEPT),
    row("denied what is there", HEARD, {}, undetermined(NOTHING)),
    row("no data of what is there", HEARD, dict.fromkeys(WEB, NODATA), undetermined(NOTHING)),
    row("failed for what is there", HEARD, dict.fromkeys(WEB, SERVFAIL), undetermined(NOTHING)),
    row("denied what is not there", judge.heard("nobody"), {}, KEPT),
    row("denied what is elsewhere", judge.heard("www.example.com."), {}, KEPT),
    row("not heard", HEARD, SILENT, undetermined(UNANSWERED)),
    row("not heard but once", HEARD, {**SILENT, "web A": says("A 10.96.0.10")}, KEPT),

    row("it exists", EXISTS, WEB, KEPT),
    row("it is denied once", EXISTS, {**WEB, "web CNAME": NXDOMAIN}, Verdict('"web" is denied')),
    row("it is denied", EXISTS, {}, Verdict('"web" is denied')),
    row("it fails", EXISTS, dict.fromkeys(WEB, SERVFAIL), KEPT),
    row("it does not exist", judge.exists("nobody"), {}, undetermined('"nobody" does not exist: name something that does, and is not to be denied')),
    row("it does not exist, and is not denied", judge.exists("nobody"), dict.fromkeys(("nobody A", "nobody AAAA", "nobody CNAME"), NODATA), KEPT),
    row("it is not answered", EXISTS, SILENT, undetermined(UNANSWERED)),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_client_is_answered(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("web", ["A", "AAAA", "CNAME"]),
        ("_http._tcp.web", ["SRV"]),
        ("10.0.96.10.in-addr.arpa.", ["PTR"]),
        ("x.arpa", ["A", "AAAA", "CNAME"]),
    ],
)
def test_a_client_asks_as_the_form_of_the_name_suggests(name: str, types: list[str]):
    server = Server({})
    judged = readings(judge.asked(name), observation(STATE, server))
    assert [how for how, _ in server.log] == ["ask outside"] * len(types)
    assert [question.rpartition(" ")[2] for _, question in server.log] == types
    assert {(reading.asked, reading.kept, reading.expected) for reading in judged} == {(name, True, ())}
    assert {promise(name).reverse_names for promise in (judge.asked, judge.heard, judge.exists)} == {types == ["PTR"]}


def test_the_answers_that_a_client_heard_are_told_apart_by_the_name_that_it_asked_for():
    for promise in (HEARD, EXISTS, judge.exists("web")):
        judged = readings(promise, observation(STATE, Server({**WEB, "web AAAA": NXDOMAIN})))
        assert {reading.asked for reading in judged} == {"web"}


def test_a_denial_is_told_once_after_all_the_answers():
    judged = readings(EXISTS, observation(STATE, Server({})))
    assert [reading.kept for reading in judged] == [True, True, True, False]
    assert judged[-1].answer.question == judged[0].answer.question


PORTS = [EndpointPort("http", "TCP", 80), EndpointPort("metrics", "TCP", 9100), EndpointPort("", "TCP", 81)]
THERE = state(
    service("web", "10.96.0.10", ports=(HTTP, ServicePort("dns", "UDP", 53), ServicePort("", "SCTP", 9))),
    service("db", selector={"app": "db"}, ports=(HTTP, ServicePort("gone", "TCP", 1))),
    member(0),
    service("vip", "10.96.0.12", selector={"app": "vip"}),
    pod("p", "10.244.0.6", labels={"app": "vip"}, hostname="p", subdomain="vip"),
    pod("anon", "10.244.0.5"),
    endpoint_slice("db-1", "db", endpoint("10.244.0.10", ready=True), ports=PORTS),
    service("empty", selector={"app": "none"}),
    endpoint_slice("empty-1", "empty", ports=PORTS),
    service("six", "10.96.0.11", selector={"app": "db"}),
    DOCS,
)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("web", True),
        ("WEB", True),
        ("neighbour/web", False),
        ("web.my-namespace.svc.cluster.local", True),
        ("web.shop.svc.cluster.local.", True),
        ("web.shop.svc.example.com.", False),
        ("web.shop.pod.cluster.local.", False),
        ("nobody", False),
        ("shop.svc.cluster.local", False),
        ("svc.cluster.local", False),
        ("cluster.local", False),
        ("db", True),
        ("db-0.db", True),
        ("DB-0.db", True),
        ("db-1.db", False),
        ("anon.db", False),
        ("x.web", False),
        ("db-0.six", False),
        ("empty", False),
        ("docs", True),
        ("x.docs", False),
        ("_http._tcp.web", True),
        ("_HTTP._TCP.web", True),
        ("_dns._udp.web", True),
        ("_dns._tcp.web", False),
        ("_http._udp.web", False),
        ("__sctp.web", False),
        ("_._sctp.web", False),
        ("_http._tcp.db", True),
        ("_metrics._tcp.db", True),
        ("_gone._tcp.db", False),
        ("p.vip", False),
        ("_dns._udp.db", False),
        ("_._tcp.db", False),
        ("_http._tcp.empty", False),
        ("_http._tcp.docs", False),
        ("x._http._tcp.web", False),
        ("x.y._http._tcp.db", False),
        (r"\233.web", False),
    ],
)
def test_what_certainly_has_records(name: str, there: bool):
    assert is_there(observation(THERE, Server({})), name) is there


def test_a_port_whose_only_query_is_not_answered_says_nothing():
    promise = judge.heard("_http._tcp.web")
    assert verdict(promise, THERE, Server({"_http._tcp.web SRV": SILENCE})) == undetermined(
        'a client asked for "_http._tcp.web" and was not answered: no answer within 5 s'
    )
