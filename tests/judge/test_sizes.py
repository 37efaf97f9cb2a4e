"""How large answers are, and what becomes of those that do not fit."""

from __future__ import annotations

import pytest

from svcdns import judge
from svcdns.client import Transport
from tests.judge.answers import (
    KEPT,
    NODATA,
    Reply,
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
    undetermined,
)
from tests.judge.states import STATE, pod, service, state

CUT = "QR AA RD TC"
#: 45 octets of header and question, 16 of each record, and 11 of an OPT record.
MANY = state(
    service("many", selector={"app": "db"}),
    *(pod(f"p{number:03}", f"10.244.1.{number}") for number in range(1, 41)),
)
ROWS_OF_ALL = [f"A 10.244.1.{number}" for number in range(1, 41)]
MISSING = tuple(sorted(ROWS_OF_ALL[10:]))
PLAIN, EDNS = judge.fits("many", "", None), judge.fits("many", "", 1232)
SMALL = judge.fits("many", "", 100)
WHOLE = judge.whole("many", 1232)
NAME = "many.shop.svc.cluster.local."


def all_of_them(**other) -> dict[str, Reply]:
    return {"many A": says(*ROWS_OF_ALL, **other)}


def some(**other) -> dict[str, Reply]:
    return {"many A": says(*ROWS_OF_ALL[:10], **other)}


# fmt: off
ROWS = [
    row("cut off", PLAIN, some(flags=CUT), Verdict(missing=MISSING)),
    row("cut off over TCP", PLAIN, some(flags=CUT), lacks(*MISSING, at="many"), "tcp"),
    row("whole but marked as cut off over TCP", PLAIN, all_of_them(flags=CUT), broken(f"the answer to {NAME} A over TCP is truncated"), "tcp"),
    row("whole over TCP", PLAIN, all_of_them(), KEPT, "tcp"),
    row("not marked as cut off", PLAIN, some(), lacks(*MISSING, at="many")),
    row("too large", PLAIN, all_of_them(), broken(f"the answer to {NAME} A has 685 octets, more than the 512 that the client accepts")),
    row("too large and marked as cut off", PLAIN, all_of_them(flags=CUT), broken(f"the answer to {NAME} A has 685 octets, more than the 512 that the client accepts")),
    row("whole with EDNS", EDNS, all_of_them(), KEPT),
    row("cut off with EDNS", EDNS, some(flags=CUT), Verdict(missing=MISSING)),
    row("an offer below 512 octets", SMALL, some(flags=CUT), Verdict(missing=MISSING)),
    row("a wrong address", PLAIN, {"many A": says("A 10.244.2.1", flags=CUT)}, has("A 10.244.2.1", at="many", missing=sorted(ROWS_OF_ALL))),
    row("denied", PLAIN, {}, answers("many A", "NXDOMAIN", "NOERROR")),
    row("no endpoint", judge.fits("nobody", "", None), {}, undetermined("there is no Service shop/nobody")),

    row("whole", WHOLE, all_of_them(), KEPT),
    row("not whole", WHOLE, some(flags=CUT), Verdict(f"the answer to {NAME} A is truncated", MISSING)),
    row("whole but marked", WHOLE, all_of_them(flags=CUT), broken(f"the answer to {NAME} A is truncated")),
    row("too little", WHOLE, some(), lacks(*MISSING, at="many")),
    row("too little over TCP", WHOLE, some(flags=CUT), lacks(*MISSING, at="many"), "tcp"),
    row("marked, with a wrong address", WHOLE, {"many A": says("A 10.244.2.1", flags=CUT)}, has("A 10.244.2.1", at="many", missing=sorted(ROWS_OF_ALL))),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_a_large_answer_fits_or_says_so(row: Row):
    assert row.judged(MANY) == row.verdict


SRV = judge.fits("db", "http", 512)
FIRST, SECOND = (f"SRV 0 50 80 db-{number}.db.shop.svc.cluster.local." for number in (0, 1))


@pytest.mark.parametrize(
    "row",
    [
        row("every SRV", SRV, {"_http._tcp.db SRV": says(FIRST, SECOND)}, KEPT),
        row("one SRV", SRV, {"_http._tcp.db SRV": says(FIRST)}, lacks("SRV port 80 db-1.db.shop.svc.cluster.local.", at="_http._tcp.db")),
        row("no SRV", SRV, {"_http._tcp.db SRV": NODATA}, lacks("SRV port 80 db-0.db.shop.svc.cluster.local.", "SRV port 80 db-1.db.shop.svc.cluster.local.", at="_http._tcp.db")),
        row("no hostnames", judge.fits("db-too", "http", None), {}, undetermined("the Service shop/db-too has no ready endpoint with a hostname")),
        row("no such port", judge.fits("db", "https", None), {}, undetermined("the Service shop/db has no port https")),
        row("no endpoint", judge.fits("docs", "", None), {}, undetermined("the Service shop/docs has no ready endpoint")),
        row("no endpoint to be whole", judge.whole("docs", 512), {}, undetermined("the Service shop/docs has no ready endpoint")),
    ],
)  # fmt: skip
def test_a_large_srv_answer_fits_or_says_so(row: Row):
    assert row.judged(STATE) == row.verdict


@pytest.mark.parametrize(
    ("promise", "octets"), [(PLAIN, None), (EDNS, 1232), (SMALL, 100), (WHOLE, 1232)], ids=range(4)
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_offer_is_what_the_sentence_says(promise: judge.Promise, octets: int | None, transport: Transport):
    server = Server(all_of_them(), transport)
    readings(promise, observation(MANY, server))
    assert server.edns == [octets]


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (696, ""),
        (695, f"the answer to {NAME} A has 696 octets, more than the 695 that the client accepts"),
    ],
    ids=["as many", "one more"],
)
def test_an_answer_fits_into_as_many_octets_as_are_offered(octets: int, problem: str):
    (reading,) = readings(judge.fits("many", "", octets), observation(MANY, Server(all_of_them(edns_version=0))))
    assert reading.problem == problem
