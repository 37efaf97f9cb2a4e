"""Whatever a message holds, the server answers it or keeps silent, and goes on."""

from __future__ import annotations

import gc
import tracemalloc

import dns.message
import pytest
from dns.rcode import Rcode
from hypothesis import given
from hypothesis import strategies as st

from svcdns import records, resources, state
from svcdns.client import encode
from svcdns.message import Question, name
from svcdns.server import Handler
from tests.hostile.messages import CORPUS, QUESTION, mangled, queries, questions

STATE = state.load(resources.fixtures() / "recorded" / "combo1-deployment-clusterip" / "ready" / "state.json")
MOST = {"udp": 65_507, "tcp": 65_535}
transports = pytest.mark.parametrize("transport", ["udp", "tcp"])


def handled(wire: bytes, transport: str, profile: records.Profile = records.COREDNS) -> bytes | None:
    """What the server answers with the real rules behind it; it must be an answer to just that message, or nothing."""
    handler = Handler(lambda asked: records.answer(STATE, asked, profile))
    answer = handler.handle(wire, transport=transport)
    assert handler.failure is None
    if answer is not None:
        assert answer[:2] == wire[:2]
        assert answer[2] & 0x80
        assert len(answer) <= MOST[transport]
        dns.message.from_wire(answer)
    return answer


@transports
@pytest.mark.parametrize("wire", CORPUS.values(), ids=list(CORPUS))
def test_a_malformed_message_is_answered_or_passed_over(wire: bytes, transport: str):
    handled(wire, transport)


@transports
@given(wire=st.binary(max_size=600))
def test_any_octets_are_answered_or_passed_over(transport: str, wire: bytes):
    handled(wire, transport)


@transports
@given(wire=mangled(queries()))
def test_a_question_that_was_mangled_is_answered_or_passed_over(transport: str, wire: bytes):
    handled(wire, transport)


@pytest.mark.parametrize("profile", records.PROFILES.values(), ids=list(records.PROFILES))
@given(asked=questions())
def test_any_name_and_type_has_an_answer_that_can_be_read(profile: records.Profile, asked: Question):
    answer = handled(encode(asked), "tcp", profile)
    assert answer is not None
    assert dns.message.from_wire(answer).rcode() in {Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.REFUSED, Rcode.SERVFAIL}


@pytest.mark.parametrize(
    ("owner", "type_"),
    [
        (r"1\.2\.3\.4.default.pod.cluster.local", "A"),
        (r"10\.96\.0\.1.in-addr.arpa", "PTR"),
        (r"1.0\.96.10.in-addr.arpa", "PTR"),
        (r"kubernetes\.default.svc.cluster.local", "A"),
    ],
)
@pytest.mark.parametrize("profile", records.PROFILES.values(), ids=list(records.PROFILES))
def test_a_dot_inside_a_label_separates_nothing(owner: str, type_: str, profile: records.Profile):
    asked = Question(name(owner), dns.rdatatype.from_text(type_))
    assert records.answer(STATE, asked, profile).rcode == Rcode.NXDOMAIN


def test_the_longest_datagram_is_one_that_can_be_sent():
    everything = records.answer(STATE, QUESTION, records.COREDNS)
    handler = Handler(lambda _: records.Reply(everything.rcode, everything.answer * 5_000))
    answer = handler.handle(encode(QUESTION, edns=0xFFFF), transport="udp")
    assert answer is not None
    assert MOST["udp"] - 16 < len(answer) <= MOST["udp"]
    assert answer[2] & 0x02


def test_malformed_messages_leave_nothing_behind_in_memory():
    handler = Handler(lambda asked: records.answer(STATE, asked, records.COREDNS))

    def work(times: int) -> int:
        for _ in range(times):
            for wire in (*CORPUS.values(), encode(QUESTION)):
                for transport in MOST:
                    handler.handle(wire, transport=transport)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = work(3)
        assert work(30) - before < 20_000
    finally:
        tracemalloc.stop()
