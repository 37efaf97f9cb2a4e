"""What answers are like, whatever they say."""

from __future__ import annotations

import pytest

from svcdns import judge
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Reply,
    Row,
    Server,
    answers,
    broken,
    has,
    lacks,
    observation,
    observed,
    readings,
    row,
    says,
    silent,
    undetermined,
)
from tests.judge.states import STATE

TO = "the answer to web.shop.svc.cluster.local. A"
SOA = "@cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5"
OTHER_SOA = "@shop.svc.cluster.local. 5 SOA a. b. 1 7200 1800 86400 5"
FOREIGN_SOA = "@example.com. 5 SOA a. b. 1 7200 1800 86400 5"
NAME_SERVER = "@cluster.local. 5 NS ns.dns.cluster.local."


def soa(ttl: int, minimum: int) -> str:
    return f"@cluster.local. {ttl} SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 {minimum}"


def denied(*authority: str) -> Reply:
    return Reply(rcode="NXDOMAIN", authority=authority)


def of(stated: str, type_: str = "A") -> judge.Promise:
    return judge.property_of("web", type_, stated)


AUTHORITATIVE = of("is authoritative")
CARRIES = of("has the SOA record of its zone")
FIVE = of("may be cached for at most five minutes")
ECHO = of("repeats the question unchanged")
NO_OPT = of("has no OPT record")
SAME = of("has the same TTL on every record")
COMES = of("comes from the queried server, with the query's ID")
FLAGS = of("copies the RD flag and does not set the AD flag")
LOWER = of("spells its targets in lower case", "SRV")
ONE_TTL = of("has one TTL in all its sections")
ADDRESS = "A 10.96.0.10"

# fmt: off
ROWS = [
    row("authoritative", AUTHORITATIVE, {"web A": says(flags="QR AA")}, KEPT),
    row("not authoritative", AUTHORITATIVE, {"web A": says(flags="QR RD")}, broken(f"{TO} is not authoritative")),
    row("silent", AUTHORITATIVE, {"web A": SILENCE}, silent("web A")),

    row("a SOA", CARRIES, {"web A": denied(SOA)}, KEPT),
    row("a SOA of a nearer zone", CARRIES, {"web A": denied(OTHER_SOA)}, KEPT),
    row("a SOA and another record", CARRIES, {"web A": denied(NAME_SERVER, SOA)}, KEPT),
    row("a SOA where there is no data", CARRIES, {"web A": Reply(authority=[SOA])}, KEPT),
    row("no SOA", CARRIES, {"web A": denied()}, broken(f"{TO} has 0 SOA records")),
    row("another record", CARRIES, {"web A": denied(NAME_SERVER)}, broken(f"{TO} has 0 SOA records")),
    row("two SOA", CARRIES, {"web A": denied(SOA, OTHER_SOA)}, broken(f"{TO} has 2 SOA records")),
    row("a SOA elsewhere", CARRIES, {"web A": denied(FOREIGN_SOA)}, broken(f"{TO} has the SOA record of example.com., which is not its zone")),
    row("a SOA and one elsewhere", CARRIES, {"web A": denied(SOA, FOREIGN_SOA)}, broken(f"{TO} has 2 SOA records")),
    row("a record", CARRIES, {"web A": Reply([ADDRESS], authority=[SOA])}, broken(f"{TO} is no negative answer")),

    row("five seconds", FIVE, {"web A": denied(soa(5, 5))}, KEPT),
    row("five minutes", FIVE, {"web A": denied(soa(300, 300))}, KEPT),
    row("more by the TTL", FIVE, {"web A": denied(soa(301, 5))}, broken(f"{TO} may be cached for 301 seconds")),
    row("more by the minimum", FIVE, {"web A": denied(soa(5, 301))}, broken(f"{TO} may be cached for 301 seconds")),
    row("more by one of two", FIVE, {"web A": denied(soa(5, 5), soa(5, 400))}, broken(f"{TO} may be cached for 400 seconds")),
    row("another record for long", FIVE, {"web A": denied(soa(5, 5), "@cluster.local. 999 NS a.")}, KEPT),
    row("nothing says how long", FIVE, {"web A": denied(NAME_SERVER)}, broken(f"{TO} has no SOA record that limits its caching")),

    row("the question", ECHO, {"web A": NODATA}, KEPT),
    row("the question in another case", ECHO, {"web A": Reply(question="WEB A")}, broken(f"{TO} has another question")),
    row("another question", ECHO, {"web A": Reply(question="db A")}, broken(f"{TO} has another question")),
    row("another type", ECHO, {"web A": Reply(question="web AAAA")}, broken(f"{TO} has another question")),

    row("no OPT", NO_OPT, {"web A": NODATA}, KEPT),
    row("an OPT", NO_OPT, {"web A": Reply(edns_version=0)}, broken(f"{TO} has an OPT record")),

    row("one TTL", SAME, {"web A": says(ADDRESS, "A 10.96.0.11")}, KEPT),
    row("one TTL, and another beside", SAME, {"web A": says(ADDRESS, additional=["@x 5 A 10.96.0.11"])}, KEPT),
    row("two TTLs", SAME, {"web A": says(ADDRESS, "@web 5 A 10.96.0.11")}, broken(f"{TO} has the TTLs 5, 30")),
    row("no record", SAME, {"web A": NODATA}, broken(f"{TO} has no record")),

    row("it comes", COMES, {"web A": NXDOMAIN}, KEPT),
    row("it does not come", COMES, {"web A": SILENCE}, silent("web A")),

    row("RD", FLAGS, {"web A": says(flags="QR AA RD")}, KEPT),
    row("no RD", FLAGS, {"web A": says(flags="QR AA")}, broken(f"{TO} has the flags QR AA")),
    row("AD", FLAGS, {"web A": says(flags="QR AA RD AD")}, broken(f"{TO} has the flags QR AA RD AD")),

    row("lower case", LOWER, {"web SRV": says("SRV 0 1 80 a.b.")}, KEPT),
    row("not lower case", LOWER, {"web SRV": says("SRV 0 1 80 a.b.", "SRV 0 1 81 a.B.")}, broken("the answer to web.shop.svc.cluster.local. SRV spells its targets in another case")),
    row("no target", LOWER, {"web SRV": says("A 10.96.0.10")}, broken("the answer to web.shop.svc.cluster.local. SRV has no SRV record")),
    row("lower case, and no target beside", LOWER, {"web SRV": says("SRV 0 1 80 a.b.", "A 10.96.0.10")}, KEPT),

    row("one TTL everywhere", ONE_TTL, {"web A": says(ADDRESS, additional=["@x 30 A 10.96.0.11"])}, KEPT),
    row("one TTL of one record", ONE_TTL, {"web A": says(ADDRESS)}, KEPT),
    row("another TTL beside", ONE_TTL, {"web A": says(ADDRESS, additional=["@x 5 A 10.96.0.11"])}, broken(f"{TO} has several TTLs")),
    row("two TTLs in the answer", ONE_TTL, {"web A": says(ADDRESS, "@web 5 A 10.96.0.11")}, broken(f"{TO} has several TTLs")),
    row("no record anywhere", ONE_TTL, {"web A": NODATA}, broken(f"{TO} has no record")),
]


def seen(stated: str, type_: str = "A") -> judge.Promise:
    return judge.property_is_observed("web", type_, stated)


OBSERVED = [
    row("authoritative", seen("is authoritative"), {"web A": NODATA}, observed("the answer is authoritative")),
    row("not authoritative", seen("is authoritative"), {"web A": says(flags="QR")}, observed("the answer is not authoritative")),
    row("nothing", seen("is authoritative"), {"web A": SILENCE}, observed("there is no answer")),
    row("one TTL", seen("has one TTL in all its sections"), {"web A": says(ADDRESS, additional=["@x 30 A 10.96.0.11"])}, observed("the answer has one TTL in all its sections")),
    row("several TTLs", seen("has one TTL in all its sections"), {"web A": says(ADDRESS, additional=["@x 5 A 10.96.0.11"])}, observed("the answer has several TTLs")),
    row("no record", seen("has one TTL in all its sections"), {"web A": NODATA}, observed("the answer has no record")),
    row("lower case", seen("spells its targets in lower case", "SRV"), {"web SRV": says("SRV 0 1 80 a.")}, observed("the answer spells its targets in lower case")),
    row("another case", seen("spells its targets in lower case", "SRV"), {"web SRV": says("SRV 0 1 80 A.")}, observed("the answer spells its targets in another case")),
]

EDNS = judge.with_edns("web", "A")
WITH_EDNS = [
    row("version 0", EDNS, {"web A": Reply(edns_version=0)}, KEPT),
    row("version 1", EDNS, {"web A": Reply(edns_version=1)}, broken(f"{TO} has an OPT record of version 1")),
    row("none", EDNS, {"web A": NODATA}, broken(f"{TO} has no OPT record")),
    row("silent", EDNS, {"web A": SILENCE}, silent("web A")),
]

TTL = judge.same_ttl_as_denials("web")
DENIAL = "no-such-name.web A"
OF_DENIAL = "the answer to no-such-name.web.shop.svc.cluster.local. A"
TTLS = [
    row("the same", TTL, {"web A": says(ADDRESS), DENIAL: denied(soa(5, 30))}, KEPT),
    row("with another record beside", TTL, {"web A": says(ADDRESS), DENIAL: denied(NAME_SERVER, soa(5, 30))}, KEPT),
    row("not the same", TTL, {"web A": says(ADDRESS), DENIAL: denied(soa(30, 5))}, broken("the answer has the TTL 30, its denials 5")),
    row("two TTLs", TTL, {"web A": says(ADDRESS, "@web 5 A 10.96.0.11"), DENIAL: denied(soa(5, 30))}, broken("the answer has the TTL 5, 30, its denials 30")),
    row("no TTL", TTL, {"web A": NODATA, DENIAL: denied(soa(5, 30))}, broken("the answer has the TTL none, its denials 30")),
    row("no SOA", TTL, {"web A": says(ADDRESS), DENIAL: denied()}, broken(f"{OF_DENIAL} has 0 SOA records")),
    row("no denial", TTL, {"web A": says(ADDRESS), DENIAL: says(ADDRESS)}, broken(f"{OF_DENIAL} is no negative answer")),
    row("a silent denial", TTL, {"web A": says(ADDRESS), DENIAL: SILENCE}, silent(DENIAL)),
    row("a silent answer", TTL, {"web A": SILENCE, DENIAL: denied(soa(5, 30))}, silent("web A")),
    row("of the first family", judge.same_ttl_as_denials("six"), {"six AAAA": says("AAAA fd00::1"), "no-such-name.six AAAA": denied(soa(5, 30))}, KEPT),
]

CASE = judge.any_case("web")
SPELLINGS = [
    row("in any case", CASE, {"web A": says(ADDRESS)}, KEPT),
    row("in any case of IPv6", judge.any_case("six"), {"six AAAA": says("AAAA fd00:10:96::10")}, KEPT),
    row("denied", CASE, {}, answers("WEB.SHOP.SVC.CLUSTER.LOCAL. A", "NXDOMAIN", "NOERROR")),
    row("another address once", CASE, {"web A": [says(ADDRESS), says(ADDRESS), says("A 10.96.0.11")]}, has("A 10.96.0.11", at="WeB.ShOp.sVc.cLuStEr.lOcAl.", missing=[ADDRESS])),
    row("no virtual IP", judge.any_case("db"), {}, undetermined("the Service shop/db has no virtual IP")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_an_answer_has_a_property(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize("row", OBSERVED)
def test_a_property_is_observed(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize("row", WITH_EDNS)
def test_edns_is_answered_with_edns(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize("row", TTLS)
def test_answers_and_denials_are_kept_for_as_long(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize("row", SPELLINGS)
def test_a_name_is_found_in_any_case(row: Row):
    assert row.judged(STATE) == row.verdict


def test_every_other_spelling_is_asked_once():
    server = Server({"web A": says(ADDRESS)})
    readings(CASE, observation(STATE, server))
    names = [name for _, name in server.log]
    assert names == [
        "WEB.SHOP.SVC.CLUSTER.LOCAL. A",
        "wEb.sHoP.SvC.ClUsTeR.LoCaL. A",
        "WeB.ShOp.sVc.cLuStEr.lOcAl. A",
    ]


def test_what_is_observed_may_be_asked_elsewhere():
    server = Server({"web A": NODATA})
    promise = seen("is authoritative")
    readings(promise, observation(STATE, server))
    assert server.log == [("ask outside", "web.shop.svc.cluster.local. A")]
    assert promise.choices == ("the answer is authoritative", "it does not")


def test_edns_is_offered():
    server = Server({"web A": Reply(edns_version=0)})
    readings(EDNS, observation(STATE, server))
    assert server.edns == [1232]


TOGETHER = judge.together(["web", "nobody"])
ALONE = {"web A": says(ADDRESS), "web AAAA": NODATA}


def in_turn(together: Reply, alone: Reply) -> list[Reply]:
    return [together, alone]


@pytest.mark.parametrize(
    "row",
    [
        row("as when asked alone", TOGETHER, ALONE, KEPT),
        row("silent together", TOGETHER, {**ALONE, "web A": in_turn(SILENCE, says(ADDRESS))}, silent("web A")),
        row("silent alone", TOGETHER, {**ALONE, "web A": in_turn(says(ADDRESS), SILENCE)}, silent("web A")),
        row("another address", TOGETHER, {**ALONE, "web A": in_turn(says("A 10.96.0.11"), says(ADDRESS))}, has("A 10.96.0.11", at="web", missing=[ADDRESS])),
        row("no data together", TOGETHER, {**ALONE, "web A": in_turn(NODATA, says(ADDRESS))}, lacks(ADDRESS, at="web")),
        row("data together", TOGETHER, {**ALONE, "web AAAA": in_turn(says("AAAA fd00::1"), NODATA)}, has("AAAA fd00::1", at="web")),
        row("denied together", TOGETHER, {**ALONE, "web AAAA": in_turn(NXDOMAIN, NODATA)}, answers("web AAAA", "NXDOMAIN", "NOERROR")),
        row("not denied together", TOGETHER, {**ALONE, "nobody A": in_turn(NODATA, NXDOMAIN)}, answers("nobody A", "NOERROR", "NXDOMAIN")),
        row("silent, not denied", TOGETHER, {**ALONE, "nobody AAAA": in_turn(SILENCE, NXDOMAIN)}, silent("nobody AAAA")),
        row("failing always", TOGETHER, {**ALONE, "web A": SERVFAIL}, KEPT),
        row("records of another order", TOGETHER, {**ALONE, "web A": in_turn(says(ADDRESS, "A 10.96.0.11"), says("A 10.96.0.11", ADDRESS))}, KEPT),
    ],
)  # fmt: skip
def test_questions_asked_together_are_answered_as_when_asked_alone(row: Row):
    assert row.judged(STATE) == row.verdict


def test_addresses_of_both_families_are_asked_for_together():
    server = Server(ALONE)
    readings(TOGETHER, observation(STATE, server))
    names = ["web.shop.svc.cluster.local. A", "web.shop.svc.cluster.local. AAAA", "nobody.shop.svc.cluster.local. A", "nobody.shop.svc.cluster.local. AAAA"]  # fmt: skip
    assert [question for how, question in server.log if how == "together"] == names
    assert [question for how, question in server.log if how == "ask"] == names
