"""In which order several addresses come."""

from __future__ import annotations

import pytest

from svcdns import judge
from tests.judge.answers import (
    NODATA,
    NXDOMAIN,
    Row,
    Server,
    answers,
    has,
    lacks,
    observation,
    observed,
    readings,
    row,
    says,
    undetermined,
)
from tests.judge.states import STATE

THRICE = judge.order("db", 3)
FORTH, BACK = says("A 10.244.0.10", "A 10.244.0.11"), says("A 10.244.0.11", "A 10.244.0.10")
SAME, VARIES = observed("the order is always the same"), observed("the order varies")
ONE, MORE = says("A 10.244.0.10"), says(*FORTH.records, "A 10.244.0.12")

# fmt: off
ROWS = [
    row("the same", THRICE, {"db A": [FORTH, FORTH, FORTH]}, SAME),
    row("varies at once", THRICE, {"db A": [BACK, FORTH, FORTH]}, VARIES),
    row("varies in between", THRICE, {"db A": [FORTH, BACK, FORTH]}, VARIES),
    row("varies in the end", THRICE, {"db A": [FORTH, FORTH, BACK]}, VARIES),
    row("varies too late", THRICE, {"db A": [FORTH, FORTH, FORTH, BACK]}, SAME),
    row("once", judge.order("db", 1), {"db A": FORTH}, SAME),
    row("the first lacks an address", THRICE, {"db A": [ONE, FORTH, FORTH]}, lacks("A 10.244.0.11", at="db")),
    row("one in between lacks an address", THRICE, {"db A": [FORTH, ONE, FORTH]}, lacks("A 10.244.0.11", at="db")),
    row("the last lacks an address", THRICE, {"db A": [FORTH, FORTH, ONE]}, lacks("A 10.244.0.11", at="db")),
    row("the last has one too many", THRICE, {"db A": [FORTH, FORTH, MORE]}, has("A 10.244.0.12", at="db")),
    row("the last is denied", THRICE, {"db A": [FORTH, FORTH, NXDOMAIN]}, answers("db A", "NXDOMAIN", "NOERROR")),
    row("no data", THRICE, {"db A": NODATA}, lacks("A 10.244.0.10", "A 10.244.0.11", at="db")),
    row("no endpoint", judge.order("both", 3), {}, undetermined("the Service shop/both has no ready endpoint")),
]
# fmt: on


@pytest.mark.parametrize("row", ROWS)
def test_the_addresses_are_the_same_in_whatever_order(row: Row):
    assert row.judged(STATE) == row.verdict


def test_as_many_questions_are_asked_as_are_promised_and_each_answer_is_judged():
    server = Server({"db A": [FORTH, BACK]})
    judged = readings(judge.order("db", 20), observation(STATE, server))
    assert len(server.log) == len(judged) == 20
    assert all(reading.kept for reading in judged)
    assert [reading.observed for reading in judged if reading.observed] == ["the order varies"]
