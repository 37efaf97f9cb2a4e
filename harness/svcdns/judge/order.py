"""In which order several addresses come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from svcdns.judge import endpoints
from svcdns.judge.comparing import address_row, expect_rows, rows
from svcdns.judge.observation import TYPE_OF, Observation
from svcdns.judge.reading import Promise, Reading
from svcdns.message import Question


def order(service_name: str, times: int) -> Promise:
    """The same addresses come every time; whether their order varies is observed, not required (L15)."""

    def judge(observation: Observation) -> Iterator[Reading]:
        service = observation.service(service_name)
        family = endpoints.families(observation.state, service)[0]
        ready = endpoints.require_ready_endpoints(observation.state, service)
        expected = [address_row(address) for address in endpoints.addresses(ready, family)]
        question = Question(observation.full_name(service_name), TYPE_OF[family])
        orders = set()
        for number in range(1, times + 1):
            answer = observation.ask(question)
            orders.add(tuple(rows(answer)))
            observed = "the order varies" if len(orders) > 1 else "the order is always the same"
            reading = expect_rows(answer, expected)
            yield replace(reading, observed=observed) if reading.kept and number == times else reading

    return Promise(judge)
