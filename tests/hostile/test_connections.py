"""Whatever clients do to the server, it goes on serving the others, within its limits."""

from __future__ import annotations

import gc
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import pairwise

import pytest
from dns.rcode import Rcode
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdns import records, resources, state
from svcdns.client import Direct, ask, encode
from svcdns.server import Server, TcpLimits
from tests.hostile.messages import CORPUS, QUESTION, queries
from tests.server.serving import answers, connected, fill, framed

STATE = state.load(resources.fixtures() / "recorded" / "combo1-deployment-clusterip" / "ready" / "state.json")
LIMITS = TcpLimits(connections=50)
#: More than the limit; thousands where the tests are asked to be thorough.
MANY = 3_000 if settings.default.max_examples > 100 else 200
HALF_A_QUESTION = framed(encode(QUESTION))[:20]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(lambda asked: records.answer(STATE, asked, records.COREDNS), limits=LIMITS) as running:
        yield running


def serves(server: Server) -> bool:
    """Whether an honest client is answered; a datagram may be lost in a flood, and is asked again as a client would."""
    client = Direct("127.0.0.1", server.port)
    tries = [ask(client, QUESTION, timeout_seconds=1) for _ in range(3)]
    over_tcp = ask(client, QUESTION, transport="tcp", timeout_seconds=10)
    assert server.failure is None
    return any(one.rcode == Rcode.NOERROR for one in tries) and over_tcp.rcode == Rcode.NOERROR


@contextmanager
def talking(server: Server, *octets: bytes) -> Iterator[list[socket.socket]]:
    """Connections on which these octets were sent."""
    with ExitStack() as opened:
        made = [opened.enter_context(connected(server)) for _ in octets]
        for sock, said in zip(made, octets, strict=True):
            sock.sendall(said)
        yield made


def test_malformed_messages_over_the_wire_are_survived(server: Server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for wire in CORPUS.values():
            with suppress(OSError):  # longer than a datagram can be
                udp.sendto(wire, ("127.0.0.1", server.port))
    with talking(server, *(framed(wire) for wire in CORPUS.values() if wire)):
        assert serves(server)


@given(wires=st.lists(queries() | st.binary(min_size=1, max_size=40), max_size=8), cuts=st.sets(st.integers(1, 300)))
def test_messages_cut_at_any_octet_are_answered_as_if_whole(server: Server, wires: list[bytes], cuts: set[int]):
    stream = framed(*wires)
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    with connected(server) as sock:
        for start, end in pairwise(edges):
            sock.sendall(stream[start:end])
        sock.shutdown(socket.SHUT_WR)
        asked = {wire[:2] for wire in wires if len(wire) >= 12}
        assert {answer[:2] for answer in answers(sock)} <= asked


@pytest.mark.parametrize(
    "said",
    [b"", b"\0", HALF_A_QUESTION, b"\xff\xff", b"\0\0" * 1_000, framed(bytes(0xFFFF)) * 3, b"\x16\x03\x01" * 200],
    ids=[
        "nothing",
        "one octet",
        "half a question",
        "a length",
        "empty frames",
        "the longest frames",
        "another protocol",
    ],
)
def test_many_clients_that_all_do_the_same_do_not_keep_another_waiting(server: Server, said: bytes):
    with talking(server, *[said] * 20):
        assert serves(server)


def test_half_open_connections_do_not_keep_another_waiting(server: Server):
    with talking(server, *[HALF_A_QUESTION] * 20) as made:
        for sock in made:
            sock.shutdown(socket.SHUT_WR)
        assert serves(server)


def test_clients_that_ask_without_reading_do_not_keep_another_waiting(server: Server):
    with talking(server, *[b""] * 5) as made:
        for sock in made:
            fill(sock, framed(*[encode(QUESTION)] * 1_000))
        assert serves(server)


def test_a_flood_of_datagrams_does_not_end_the_server(server: Server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for _ in range(20):
            for wire in (encode(QUESTION), *(wire for wire in CORPUS.values() if len(wire) < 1_000)):
                udp.sendto(wire, ("127.0.0.1", server.port))
    assert serves(server)


def test_however_many_connect_the_server_keeps_no_more_than_its_limit(server: Server):
    with ExitStack() as opened:
        for _ in range(MANY):
            opened.enter_context(connected(server))
            if len(opened._exit_callbacks) > LIMITS.connections * 2:
                opened._exit_callbacks.popleft()[1](None, None, None)
        assert serves(server)
        assert len(server._loop._connections) <= LIMITS.connections


def test_what_clients_did_is_forgotten_when_they_are_gone(server: Server):
    def besieged() -> int:
        unread = framed(*[encode(QUESTION)] * 100)
        for _ in range(2):
            with talking(server, unread, HALF_A_QUESTION, *(framed(wire) for wire in CORPUS.values() if wire)):
                pass
        while len(server._loop._connections) > 1:
            assert serves(server)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        besieged()
        before = besieged()
        assert max(besieged() for _ in range(2)) - before < 100_000
    finally:
        tracemalloc.stop()
