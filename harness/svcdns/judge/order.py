"""In which order several addresses come."""

from __future__ import annotations

from collections.abc import Iterator

from svcdns.judge import observation as looking
from svcdns.judge.observation import TYPE_OF, Look, Promise, Reading
from svcdns.message import Question


def order(service: str, times: int) -> Promise:
    """The same addresses come every time; whether their order varies is observed, not required (L15)."""

    def judge(look: Look) -> Iterator[Reading]:
        found = look.service(service)
        family = looking.families(look, found)[0]
        expected = [looking.address_row(one) for one in looking.addresses(looking.backends(look, found), family)]
        orders = set()
        for left in reversed(range(times)):
            answer = look.ask(Question(look.name(service), TYPE_OF[family]))
            orders.add(tuple(looking.row(record.rdata) for record in answer.answer))
            kept = looking.expect_rows(answer, expected)
            if not kept.kept or left:
                yield kept
                continue
            seen = "the order varies" if len(orders) > 1 else "the order is always the same"
            yield looking.reading(answer, kept.expected, observed=seen)

    return Promise(judge)
