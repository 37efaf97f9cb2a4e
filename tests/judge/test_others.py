"""The answers of other servers, read against the promise that one of them breaks."""

from __future__ import annotations

import pytest

from svcdns.client import Answer, read
from svcdns.judge.others import other_answer
from svcdns.judge.reading import Reading
from svcdns.results import Promised
from tests.judge.answers import Reply, asked, says

QUESTION = asked("web.shop.svc.cluster.local. A")


def answered(reply: Reply) -> Answer:
    return read(reply.received(QUESTION), QUESTION, transport="udp", server="10.0.0.2:53", edns=None, seconds=0.0)


@pytest.mark.parametrize(
    ("promised", "expected", "unexpected", "reply", "came", "kept"),
    [
        ("records", ("A 1.1.1.1",), (), says("A 1.1.1.1"), "records", True),
        ("records", ("A 1.1.1.1",), (), says("A 1.1.1.2"), "records", False),
        ("records", ("A 1.1.1.1", "A 1.1.1.2"), (), says("A 1.1.1.2"), "records", False),
        ("records", ("A 1.1.1.1", "A 1.1.1.2"), (), says("A 1.1.1.2", flags="QR AA TC"), "records", True),
        ("records", ("A 1.1.1.1",), ("A 9.9.9.9",), says("A 1.1.1.1", "A 9.9.9.9"), "records", False),
        ("records", ("A 1.1.1.1",), (), says(rcode="NXDOMAIN"), "NXDOMAIN", False),
        ("records", ("A 1.1.1.1",), (), Reply(failure="no answer within 1 s"), "", False),
        ("records", ("one record per endpoint, of 2",), (), says("A 1.1.1.1"), "records", True),
        ("records", ("PTR <identifier>.web.shop.svc.cluster.local.",), (), says(), "NODATA", False),
        ("NODATA", ("NODATA (NOERROR, no records)",), (), says(), "NODATA", True),
        ("NODATA", ("NODATA (NOERROR, no records)",), (), says(rcode="REFUSED"), "REFUSED", False),
        ("NXDOMAIN", ("NXDOMAIN",), (), says(rcode="NXDOMAIN"), "NXDOMAIN", True),
        ("rcode", ("NOTIMP",), (), says(rcode="NOTIMP"), "NOTIMP", True),
        ("choice", ("A", "NODATA"), (), says(), "NODATA", False),
    ],
)
def test_another_answer_keeps_the_promise_or_not(
    promised: Promised, expected: tuple[str, ...], unexpected: tuple[str, ...], reply: Reply, came: str, kept: bool
):
    broken = Reading(answered(says(rcode="SERVFAIL")), expected, unexpected=unexpected, promised=promised)
    other = other_answer(answered(reply), broken)
    assert (other.came, other.kept, other.server) == (came, kept, "10.0.0.2:53")
