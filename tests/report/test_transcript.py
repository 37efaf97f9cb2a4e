"""The queries and answers of a scenario: equal exchanges are one."""

from __future__ import annotations

from dataclasses import replace

from svcdns.report.transcript import exchanges
from tests.report.results import FINDING

KEPT = type(FINDING)(
    "its virtual IP", "web. A", "dig web. A", "10.0.0.1:53", "udp", ("NOERROR", "answer: web A 10.0.0.9")
)


def test_the_same_records_in_another_order_are_told_once():
    turned = replace(KEPT, answer=("NOERROR", "answer: b", "answer: a"), transport="tcp")
    first = replace(turned, answer=("NOERROR", "answer: a", "answer: b"), transport="udp")
    (only,) = exchanges((first, turned))
    assert (only.finding, only.ways) == (first, ("UDP 10.0.0.1:53", "TCP 10.0.0.1:53"))
