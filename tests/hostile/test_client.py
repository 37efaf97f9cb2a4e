"""Whatever a server sends, the client ends in time, with an answer or with words."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdns.client import Received, ask, ask_all, read
from svcdns.client.channel import MOST_DISCARDED
from svcdns.recordings import files
from tests.client.servers import WEB, framed, reply_to, right
from tests.hostile.messages import CORPUS, mangled
from tests.hostile.servers import Talk, asked_by, datagrams, streaming

SHORT = 0.3
#: Long enough for more datagrams than are kept, on a busy machine too.
FLOODED = 1.5
PATIENCE = 10
ways = pytest.mark.parametrize("way", ["direct", "relay"])


def stray(query: bytes) -> bytes:
    """A right answer to another query."""
    return bytes([query[0] ^ 0xFF]) + right(query)[1:]


def without_length(received: bytes) -> bytes:
    return received[2:]


ENDLESS: dict[str, Talk] = {
    "strays": lambda received: repeat(framed(stray(without_length(received))) * 50),
    "empty frames": lambda _: repeat(bytes(20_000)),
    "garbage": lambda _: repeat(b"\x00\x20" + b"\xff" * 0x20),
    "the longest frames": lambda _: repeat(framed(bytes(0xFFFF))),
    "questions": repeat,
}


@ways
@pytest.mark.parametrize("talk", ENDLESS.values(), ids=list(ENDLESS))
def test_a_stream_that_never_ends_ends_at_the_deadline(talk: Talk, way: str):
    with streaming(talk) as direct, asked_by(way, direct) as channel:
        answer = ask(channel, WEB, transport="tcp", timeout_seconds=SHORT)
    assert answer.failure == f"no answer within {SHORT} s"
    assert 0 < len(answer.discarded) <= MOST_DISCARDED


@ways
def test_an_answer_behind_a_flood_is_found(way: str):
    def talk(received: bytes) -> Iterator[bytes]:
        query = without_length(received)
        yield framed(stray(query)) * 1_000
        yield framed(right(query))

    with streaming(talk) as direct, asked_by(way, direct) as channel:
        answer = ask(channel, WEB, transport="tcp", timeout_seconds=PATIENCE)
    assert len(answer.answer) == 1
    assert len(answer.discarded) == MOST_DISCARDED


@ways
def test_an_answer_that_comes_octet_by_octet_does_not_move_the_deadline(way: str):
    def talk(received: bytes) -> Iterator[bytes]:
        for octet in framed(right(without_length(received))):
            time.sleep(SHORT / 3)
            yield bytes([octet])

    with streaming(talk) as direct, asked_by(way, direct) as channel:
        answer = ask(channel, WEB, transport="tcp", timeout_seconds=SHORT)
    assert answer.failure == f"no answer within {SHORT} s"


@ways
def test_a_flood_of_datagrams_ends_at_the_deadline(way: str):
    with datagrams(lambda query: repeat(stray(query))) as direct, asked_by(way, direct) as channel:
        answer = ask(channel, WEB, timeout_seconds=FLOODED)
    assert answer.failure == f"no answer within {FLOODED} s"
    assert len(answer.discarded) == MOST_DISCARDED


def test_a_flood_does_not_fill_the_memory():
    tracemalloc.start()
    try:
        with streaming(lambda _: repeat(framed(bytes(0xFFFF)))) as channel:
            ask(channel, WEB, transport="tcp", timeout_seconds=SHORT)
        with datagrams(lambda query: repeat(stray(query) + bytes(60_000))) as channel:
            ask(channel, WEB, timeout_seconds=SHORT)
        assert tracemalloc.get_traced_memory()[1] < 2 * (MOST_DISCARDED + 8) * 0x10000
    finally:
        tracemalloc.stop()


@given(cuts=st.sets(st.integers(1, 200)), order=st.permutations(range(3)))
def test_frames_cut_at_any_octet_and_in_any_order_are_put_together(cuts: set[int], order: list[int]):
    def talk(received: bytes) -> Iterator[bytes]:
        length = 2 + int.from_bytes(received[:2])
        queries = [received[start + 2 : start + length] for start in range(0, len(received), length)]
        stream = b"".join(framed(right(queries[index])) for index in order)
        edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
        for start, end in pairwise(edges):
            yield stream[start:end]

    with streaming(talk) as channel:
        found = ask_all(channel, [WEB] * 3, timeout_seconds=PATIENCE)
    assert [len(one.answer) for one in found] == [1, 1, 1]


QUERY = bytes(2) + b"\x01\x00\x00\x01" + bytes(6) + b"\3web\1t\3svc\7cluster\5local\0\0\1\0\1"
RDATA = {
    "A": "10.0.0.1",
    "AAAA": "fd00::1",
    "SRV": "0 100 80 a.t.svc.cluster.local.",
    "TXT": '"1.1.0"',
    "PTR": "a.t.svc.cluster.local.",
    "CNAME": "www.example.com.",
    "SOA": "ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 30",
}
REPLIES = [reply_to(QUERY, ("web.t.svc.cluster.local.", 30, "IN", type_, rdata)) for type_, rdata in RDATA.items()]


def everything_can_be_read(wire: bytes) -> None:
    """An answer has an rcode or a failure, and every part of it can be shown."""
    answer = read(Received(wire), WEB, transport="tcp", server="192.0.2.1:53", edns=None, seconds=0.0)
    assert (answer.message is None) == bool(answer.failure)
    assert isinstance(answer.question_echoed, bool)
    assert answer.opt is None or answer.opt.payload >= 0
    assert files.of(answer).lines()


@pytest.mark.parametrize("wire", CORPUS.values(), ids=list(CORPUS))
def test_a_malformed_answer_is_reported_as_malformed(wire: bytes):
    everything_can_be_read(wire)


@given(wire=mangled(st.sampled_from(REPLIES)) | st.binary(max_size=300))
def test_any_octets_are_an_answer_or_reported_as_malformed(wire: bytes):
    everything_can_be_read(wire)


@pytest.mark.parametrize("field", ["questions", "answers", "authorities", "additionals"])
def test_an_answer_whose_counts_lie_is_malformed(field: str):
    place = 4 + 2 * ["questions", "answers", "authorities", "additionals"].index(field)
    wire = bytearray(right(QUERY))
    wire[place : place + 2] = b"\xff\xff"
    answer = read(Received(bytes(wire)), WEB, transport="tcp", server="192.0.2.1:53", edns=None, seconds=0.0)
    assert answer.failure is not None
    assert answer.failure.startswith("malformed: ")
