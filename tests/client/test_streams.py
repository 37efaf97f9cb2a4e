from __future__ import annotations

import socket
import struct
import threading
from contextlib import ExitStack

import pytest
from dns.rcode import Rcode

from svcdns.client import ask, ask_all, encode
from svcdns.message import question
from tests.client.servers import (
    PATIENCE,
    SHORT,
    STRAYS,
    WEB,
    changed,
    closed_port,
    framed,
    received,
    reply_to,
    right,
    serving,
    stream,
)


def test_a_closed_port_is_a_refused_connection_over_tcp():
    answers = ask_all(closed_port(), [WEB, WEB], timeout_seconds=PATIENCE)

    assert [answer.failure for answer in answers] == ["connection refused"] * 2


def test_answers_on_one_connection_may_come_in_any_order():
    questions = [question(f"web-{number}.t.svc.cluster.local", "A") for number in range(20)]
    with stream(lambda queries: b"".join(framed(reply_to(query)) for query in reversed(queries)), 20) as server:
        answers = ask_all(server, questions, timeout_seconds=PATIENCE)

    assert [answer.question for answer in answers] == questions
    assert all(answer.question_echoed for answer in answers)


def test_questions_of_one_id_are_told_apart_by_what_they_ask():
    wires = [b"\1\2" + encode(question(owner, "A"))[2:] for owner in ("a.local", "b.local", "b.local")]
    with stream(lambda queries: b"".join(framed(reply_to(query)) for query in reversed(queries)), 3) as server:
        found = server.exchange(wires, "tcp", PATIENCE)

    assert [one.wire for one in found] == [reply_to(wire) for wire in wires]


def test_what_is_no_answer_on_a_connection_is_kept_too():
    def talk(queries):
        return b"".join(framed(stray(queries[0])) for stray in STRAYS.values()) + framed(right(queries[0]))

    with stream(talk) as server:
        answer = ask(server, WEB, transport="tcp", timeout_seconds=PATIENCE)

    assert [discarded.reason for discarded in answer.discarded] == list(STRAYS)
    assert answer.rcode == Rcode.NOERROR


def test_an_answer_that_nobody_asked_for_is_kept_with_the_first_question_that_waits():
    def talk(queries):
        stray = changed(right(queries[0]), (0, queries[0][0] ^ queries[1][0] ^ 0xFF), (1, 0))
        return framed(right(queries[0])) + framed(stray) + framed(right(queries[1]))

    wires = [b"\1\1" + encode(WEB)[2:], b"\2\2" + encode(WEB)[2:]]
    with stream(talk, 2) as server:
        first, second = server.exchange(wires, "tcp", PATIENCE)

    assert (first.failure, first.discarded, second.failure) == (None, (), None)
    assert [discarded.reason for discarded in second.discarded] == ["another id: fc00 instead of 0202"]


@pytest.mark.parametrize(
    ("end", "failure"),
    [
        (0, "connection closed without an answer"),
        (1, "connection closed after 1 of 2 bytes of the length"),
        (2, "connection closed after 0 of 57 bytes of the answer"),
        (20, "connection closed after 18 of 57 bytes of the answer"),
    ],
)
def test_a_connection_closed_too_early_says_how_far_it_came(end, failure):
    with stream(lambda queries: framed(right(queries[0]))[:end]) as server:
        answer = ask(server, WEB, transport="tcp", timeout_seconds=PATIENCE)

    assert (answer.failure, answer.wire) == (failure, None)


def test_what_was_answered_before_a_connection_closed_stays_answered():
    with stream(lambda queries: framed(right(queries[1])), 2) as server:
        first, second = ask_all(server, [WEB, WEB], timeout_seconds=PATIENCE)

    assert (first.failure, first.rcode) == ("connection closed without an answer", None)
    assert (second.failure, second.rcode) == (None, Rcode.NOERROR)


def test_silence_on_a_connection_is_a_failure():
    released = threading.Event()

    def talk(queries):
        released.wait(PATIENCE)
        return framed(right(queries[0]))

    with stream(talk) as server:
        answer = ask(server, WEB, transport="tcp", timeout_seconds=SHORT)
        released.set()

    assert answer.failure == f"no answer within {SHORT} s"


def test_the_timeout_is_for_each_answer():
    timeout_seconds = 0.8

    def work(sock):
        with ExitStack() as opened:
            connection = opened.enter_context(sock.accept()[0])
            incoming = opened.enter_context(connection.makefile("rb"))
            queries = [received(incoming) for _ in range(2)]
            for query in queries:
                threading.Event().wait(timeout_seconds / 2 + 0.05)
                connection.sendall(framed(right(query)))

    with serving(work, socket.SOCK_STREAM) as server:
        answers = ask_all(server, [WEB, WEB], timeout_seconds=timeout_seconds)

    assert [answer.failure for answer in answers] == [None, None]


def test_a_server_that_answers_before_it_reads_on_does_not_lock_up():
    wires = [struct.pack("!H", number) + encode(WEB)[2:] + bytes(60_000) for number in range(200)]
    replies = [changed(wire, (2, 0x80)) for wire in wires]

    def work(sock):
        with ExitStack() as opened:
            connection = opened.enter_context(sock.accept()[0])
            connection.settimeout(PATIENCE)
            connection.sendall(b"".join(map(framed, replies)))
            incoming = opened.enter_context(connection.makefile("rb"))
            assert [received(incoming) for _ in wires] == wires

    with serving(work, socket.SOCK_STREAM) as server:
        # Answers are complete before the questions are sent; one that never comes keeps the questions going.
        found = server.exchange([*wires, b"\xff\xff" + encode(WEB)[2:]], "tcp", PATIENCE)

    assert [one.wire for one in found] == [*replies, None]
