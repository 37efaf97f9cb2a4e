"""What the names of ExternalName Services answer."""

from __future__ import annotations

import pytest

from svcdns import judge
from tests.judge.answers import (
    KEPT,
    NODATA,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Row,
    Server,
    Verdict,
    answers,
    broken,
    has,
    lacks,
    observation,
    readings,
    row,
    says,
    silent,
    undetermined,
)
from tests.judge.states import STATE

DOCS = judge.alias("docs", "www.example.com.", "A")
CNAME, FOREIGN = "CNAME www.example.com.", "@www.example.com. 30 A 192.0.2.80"
INSIDE = judge.leads_to("docs", "web")
IN_ORDER = judge.leads_to("docs", "web", in_order=True)
OVER = judge.leads_to("docs", "db", over="mid")
TO_WEB, WEB = "CNAME web.shop.svc.cluster.local.", "@web 30 A 10.96.0.10"
MID, TO_DB = "CNAME mid.shop.svc.cluster.local.", "@mid 30 CNAME db.shop.svc.cluster.local."
DB = ("@db 30 A 10.244.0.10", "@db 30 A 10.244.0.11")
LOOP = judge.ends_in_time("docs", "A")
NOT_FIRST = "the first record of the answer to docs.shop.svc.cluster.local. A is not the CNAME"
CUT = "QR AA RD TC"

# fmt: off
ROWS = [
    row("the alias", DOCS, {"docs A": says(CNAME)}, KEPT),
    row("in another case", DOCS, {"docs A": says("CNAME WWW.example.com.")}, KEPT),
    row("the alias and what it leads to", DOCS, {"docs A": says(CNAME, FOREIGN)}, KEPT),
    row("the alias last", DOCS, {"docs A": says(FOREIGN, CNAME)}, broken(NOT_FIRST)),
    row("what it leads to alone", DOCS, {"docs A": says(FOREIGN)}, lacks(CNAME, at="docs")),
    row("an address of its own", DOCS, {"docs A": says(CNAME, "A 192.0.2.80")}, has("A 192.0.2.80", at="docs")),
    row("another alias", DOCS, {"docs A": says("CNAME example.com.")}, has("CNAME example.com.", at="docs", missing=[CNAME])),
    row("a second alias", DOCS, {"docs A": says(CNAME, "CNAME example.com.")}, has("CNAME example.com.", at="docs")),
    row("the alias twice", DOCS, {"docs A": says(CNAME, CNAME)}, has(f"{CNAME}, 2 times", at="docs")),
    row("no data", DOCS, {"docs A": NODATA}, lacks(CNAME, at="docs")),
    row("denied", DOCS, {}, answers("docs A", "NXDOMAIN", "NOERROR")),
    row("failed with the alias", DOCS, {"docs A": says(CNAME, rcode="SERVFAIL")}, answers("docs A", "SERVFAIL", "NOERROR")),
    row("silent", DOCS, {"docs A": SILENCE}, silent("docs A")),
    row("cut off to nothing", DOCS, {"docs A": says(flags=CUT)}, Verdict(missing=(CNAME,))),
    row("for IPv6", judge.alias("docs", "www.example.com.", "AAAA"), {"docs AAAA": says(CNAME)}, KEPT),
    row("to a name of the cluster", judge.alias("docs", "web.neighbour.svc.cluster.local", "A"), {"docs A": says("CNAME web.shop-next.svc.cluster.local.")}, KEPT),

    row("followed", INSIDE, {"docs A": says(TO_WEB, WEB)}, KEPT),
    row("followed in another order", INSIDE, {"docs A": says(WEB, TO_WEB)}, KEPT),
    row("followed, spelled in another case", INSIDE, {"docs A": says("@DOCS 30 CNAME web.shop.svc.cluster.local.", "@WEB 30 A 10.96.0.10")}, KEPT),
    row("not followed", INSIDE, {"docs A": says(TO_WEB)}, lacks("A 10.96.0.10", at="docs")),
    row("followed without the alias", INSIDE, {"docs A": says(WEB)}, lacks(TO_WEB, at="docs")),
    row("followed to another address", INSIDE, {"docs A": says(TO_WEB, "@web 30 A 10.96.0.11")}, has("A 10.96.0.11", at="docs", missing=["A 10.96.0.10"])),
    row("the address at the alias", INSIDE, {"docs A": says(TO_WEB, "A 10.96.0.10")}, has("A 10.96.0.10 owned by docs.shop.svc.cluster.local.", at="docs", missing=["A 10.96.0.10"])),
    row("the alias at another name", INSIDE, {"docs A": says("@mid 30 CNAME web.shop.svc.cluster.local.", WEB)}, has("CNAME web.shop.svc.cluster.local. owned by mid.shop.svc.cluster.local.", at="docs", missing=[TO_WEB])),
    row("to another name", INSIDE, {"docs A": says("CNAME db.shop.svc.cluster.local.", WEB)}, has("CNAME db.shop.svc.cluster.local. owned by docs.shop.svc.cluster.local.", at="docs", missing=[TO_WEB])),
    row("followed to nothing", judge.leads_to("docs", "both"), {"docs A": says("CNAME both.shop.svc.cluster.local.", "@both 30 A 10.96.0.20")}, KEPT),
    row("nothing to follow to", judge.leads_to("docs", "docs"), {}, undetermined("the Service shop/docs has no address")),
    row("in its family", judge.leads_to("docs", "six"), {"docs AAAA": says("CNAME six.shop.svc.cluster.local.", "@six 30 AAAA fd00:10:96::10")}, KEPT),

    row("in order", IN_ORDER, {"docs A": says(TO_WEB, WEB)}, KEPT),
    row("not in order", IN_ORDER, {"docs A": says(WEB, TO_WEB)}, broken(NOT_FIRST)),
    row("in order but wrong", IN_ORDER, {"docs A": says(WEB)}, lacks(TO_WEB, at="docs")),
    row("in order, cut off to nothing", IN_ORDER, {"docs A": says(flags=CUT)}, Verdict(missing=("A 10.96.0.10", TO_WEB))),

    row("over another alias", OVER, {"docs A": says(MID, TO_DB, *DB)}, KEPT),
    row("over nothing", OVER, {"docs A": says("CNAME db.shop.svc.cluster.local.", *DB)}, has("CNAME db.shop.svc.cluster.local. owned by docs.shop.svc.cluster.local.", at="docs", missing=["CNAME db.shop.svc.cluster.local.", MID])),
    row("over another alias to nothing", OVER, {"docs A": says(MID, TO_DB)}, lacks("A 10.244.0.10", "A 10.244.0.11", at="docs")),
    row("over another alias that is not followed", OVER, {"docs A": says(MID)}, lacks("A 10.244.0.10", "A 10.244.0.11", "CNAME db.shop.svc.cluster.local.", at="docs")),

    row("denied in time", LOOP, {"docs A": NXDOMAIN}, KEPT),
    row("failed in time", LOOP, {"docs A": SERVFAIL}, KEPT),
    row("aliases in time", LOOP, {"docs A": says(MID, "@mid 30 CNAME docs.shop.svc.cluster.local.")}, KEPT),
    row("an address in time", LOOP, {"docs A": says(MID, "@mid 30 A 192.0.2.1")}, has("A 192.0.2.1", at="docs")),
    row("not in time", LOOP, {"docs A": SILENCE}, silent("docs A")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_an_alias_is_answered_and_followed(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize(("promise", "how"), [(DOCS, "ask forwarded"), (INSIDE, "ask"), (LOOP, "ask")], ids=range(3))
def test_what_leads_out_of_the_cluster_gets_the_time_for_it(promise: judge.Promise, how: str):
    server = Server({"docs A": SILENCE})
    readings(promise, observation(STATE, server))
    assert server.log == [(how, "docs.shop.svc.cluster.local. A")]
