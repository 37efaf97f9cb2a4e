"""Questions through the relay, to right and wrong servers on the loopback."""

from __future__ import annotations

import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from dns.rcode import Rcode
from hypothesis import given
from hypothesis import strategies as st

from svcdns.client import ask, ask_all, encode, objection, send
from svcdns.message import Record, Reply, lines, question, rdata
from svcdns.server import Server
from svcdns.targets.cluster.vantages.probe import relay as script
from svcdns.targets.cluster.vantages.probe.relaying import Relayed
from tests.client.servers import (
    PATIENCE,
    SHORT,
    STRAYS,
    WEB,
    Elsewhere,
    changed,
    closed_port,
    datagrams,
    framed,
    received,
    reply_to,
    right,
    serving,
    stream,
    without_question,
)

MANY = [question(f"web-{number}.t.svc.cluster.local", "A") for number in range(300)]


def answered(asked) -> Reply:
    return Reply(Rcode.NOERROR, (Record(asked.name, 30, rdata(asked.type, "10.96.0.1")),))


@pytest.fixture(scope="module")
def server():
    with Server(answered) as running:
        yield running


def through(relay, channel) -> Relayed:
    return Relayed(relay, channel.address, channel.port)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_every_question_of_a_batch_gets_its_own_answer(relay, server, transport, address):
    if address not in server.addresses:
        pytest.skip("this machine has no IPv6 loopback")
    answers = ask_all(Relayed(relay, address, server.port), MANY, transport=transport, timeout_seconds=PATIENCE)

    assert [one.failure for one in answers] == [None] * len(MANY)
    assert [one.answer[0].owner for one in answers] == [one.name for one in MANY]


def test_several_threads_may_ask_at_once(relay, server):
    channel = Relayed(relay, "127.0.0.1", server.port)

    def asked(number):
        return ask(channel, MANY[number], transport=("udp", "tcp")[number % 2], timeout_seconds=PATIENCE)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(asked, range(100)))

    assert [one.answer[0].owner for one in answers] == [one.name for one in MANY[:100]]


def test_a_slow_server_does_not_delay_other_queries(relay, server):
    released = threading.Event()

    def work(sock):
        query, client = sock.recvfrom(65535)
        assert released.wait(PATIENCE)
        sock.sendto(right(query), client)

    with serving(work, socket.SOCK_DGRAM) as slow, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, through(relay, slow), WEB, timeout_seconds=PATIENCE)
        assert ask(Relayed(relay, "127.0.0.1", server.port), WEB, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR
        assert not waiting.done()
        released.set()
        assert waiting.result().rcode == Rcode.NOERROR


@pytest.mark.parametrize(("reason", "stray"), STRAYS.items(), ids=STRAYS)
def test_a_stray_datagram_is_kept_and_the_wait_goes_on(relay, reason, stray):
    with datagrams(stray, right) as wrong:
        answer = ask(through(relay, wrong), WEB, timeout_seconds=PATIENCE)

    assert [one.reason for one in answer.discarded] == [reason]
    assert lines(answer.answer) == ["web.t.svc.cluster.local. 30 A 10.96.0.1"]


def test_a_datagram_from_another_port_is_kept_and_the_wait_goes_on(relay):
    with datagrams(Elsewhere(right), right) as wrong:
        answer = ask(through(relay, wrong), WEB, timeout_seconds=PATIENCE)

    assert answer.rcode == Rcode.NOERROR
    assert [one.reason.rpartition(":")[0] for one in answer.discarded] == ["from 127.0.0.1"]


def test_a_stray_message_on_a_connection_is_kept_too(relay):
    def talk(queries):
        return b"".join(framed(stray(queries[0])) for stray in STRAYS.values()) + framed(right(queries[0]))

    with stream(talk) as wrong:
        answer = ask(through(relay, wrong), WEB, transport="tcp", timeout_seconds=PATIENCE)

    assert [one.reason for one in answer.discarded] == list(STRAYS)
    assert answer.rcode == Rcode.NOERROR


def test_answers_on_one_connection_may_come_in_any_order(relay):
    with stream(lambda queries: b"".join(framed(reply_to(query)) for query in reversed(queries)), 20) as server:
        answers = ask_all(through(relay, server), MANY[:20], timeout_seconds=PATIENCE)

    assert all(one.question_echoed for one in answers)


def test_queries_with_the_same_id_are_distinguished_by_their_questions(relay):
    wires = [b"\1\2" + encode(question(owner, "A"))[2:] for owner in ("a.local", "b.local", "b.local")]
    with stream(lambda queries: b"".join(framed(reply_to(query)) for query in reversed(queries)), 3) as server:
        found = through(relay, server).exchange(wires, "tcp", PATIENCE)

    assert [one.wire for one in found] == [reply_to(wire) for wire in wires]


def test_further_answers_to_an_answered_query_are_ignored(relay):
    with stream(lambda queries: framed(right(queries[0])) * 3) as server:
        answer = ask(through(relay, server), WEB, transport="tcp", timeout_seconds=PATIENCE)

    assert (answer.failure, answer.rcode) == (None, Rcode.NOERROR)


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        (0, "connection closed without an answer"),
        (1, "connection closed after 1 of 2 bytes of the length"),
        (2, "connection closed after 0 of 57 bytes of the answer"),
        (20, "connection closed after 18 of 57 bytes of the answer"),
    ],
)
def test_a_connection_closed_too_early_is_a_failure_that_says_how_much_came(relay, end, failure):
    with stream(lambda queries: framed(right(queries[0]))[:end]) as server:
        answer = ask(through(relay, server), WEB, transport="tcp", timeout_seconds=PATIENCE)

    assert (answer.failure, answer.wire) == (failure, None)


def test_silence_is_a_failure_over_udp(relay):
    with datagrams(lambda query: query) as wrong:
        answer = ask(through(relay, wrong), WEB, timeout_seconds=SHORT)

    assert answer.failure == f"no answer within {SHORT} s"
    assert [one.reason for one in answer.discarded] == ["not a reply"]


def test_silence_is_a_failure_over_tcp(relay):
    released = threading.Event()

    def talk(queries):
        released.wait(PATIENCE)
        return framed(right(queries[0]))

    with stream(talk) as server:
        answer = ask(through(relay, server), WEB, transport="tcp", timeout_seconds=SHORT)
        released.set()

    assert answer.failure == f"no answer within {SHORT} s"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a closed UDP port may show as a timeout")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_closed_port_is_a_refused_connection_at_once(relay, transport):
    answers = ask_all(through(relay, closed_port()), [WEB, WEB], transport=transport, timeout_seconds=PATIENCE)

    assert [one.failure for one in answers] == ["connection refused"] * 2


def test_a_datagram_too_long_to_send_is_a_failure(relay):
    assert send(through(relay, closed_port()), bytes(65_530), timeout_seconds=PATIENCE).failure == "message too long"


@pytest.mark.parametrize("rcode", [Rcode.FORMERR, Rcode.SERVFAIL, Rcode.NOTIMP, Rcode.REFUSED])
def test_an_error_may_leave_out_the_question(relay, rcode):
    with datagrams(lambda query: without_question(query, rcode)) as server:
        answer = ask(through(relay, server), WEB, timeout_seconds=PATIENCE)

    assert (answer.rcode, answer.discarded) == (rcode, ())


def test_questions_are_answered_before_all_are_sent(relay):
    wires = [number.to_bytes(2) + encode(WEB)[2:] + bytes(60_000) for number in range(200)]
    replies = [changed(wire, (2, 0x80)) for wire in wires]

    def work(sock):
        with ExitStack() as opened:
            connection = opened.enter_context(sock.accept()[0])
            connection.settimeout(PATIENCE)
            connection.sendall(b"".join(map(framed, replies)))
            incoming = opened.enter_context(connection.makefile("rb"))
            assert [received(incoming) for _ in wires] == wires

    with serving(work, socket.SOCK_STREAM) as server:
        found = through(relay, server).exchange([*wires, b"\xff\xff" + encode(WEB)[2:]], "tcp", PATIENCE)

    assert [one.wire for one in found] == [*replies, None]


WIRES = st.one_of(
    st.binary(max_size=80),
    st.builds(
        lambda wire, header, cut: header + wire[len(header) : len(wire) - cut],
        st.sampled_from([encode(WEB), right(encode(WEB)), encode(question("WEB.t.svc.cluster.local", "A"))]),
        st.binary(max_size=8),
        st.integers(0, 30),
    ),
)


@given(WIRES, WIRES, st.booleans())
def test_the_relay_objects_to_what_the_client_objects_to(query, reply, same_id):
    if same_id:
        reply = query[:2] + reply[2:]

    assert script.objection(query, reply) == objection(query, reply)
