from __future__ import annotations

import errno
import socket
import struct
from contextlib import suppress

from svcdns.client import Direct, ask_all, encode
from svcdns.server import Server, TcpLimits
from svcdns.server.connection import TcpConnection
from tests.server.serving import (
    BIG,
    PATIENCE,
    WEB,
    answers,
    connected,
    fill,
    framed,
    respond,
    still_serves,
)


def test_questions_on_one_connection_are_answered_in_order(server):
    wires = [encode(BIG if number % 3 else WEB) for number in range(300)]
    with connected(server) as sock:
        sock.sendall(framed(*wires))
        sock.shutdown(socket.SHUT_WR)

        assert [answer[:2] for answer in answers(sock)] == [wire[:2] for wire in wires]


def test_a_question_may_come_octet_by_octet(server):
    with connected(server) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in framed(encode(WEB)):
            sock.send(bytes([octet]))
        sock.shutdown(socket.SHUT_WR)

        assert len(answers(sock)) == 1


def test_a_message_without_an_answer_does_not_end_the_connection(server):
    wire = encode(WEB)
    with connected(server) as sock:
        sock.sendall(framed(b"short", wire))
        sock.shutdown(socket.SHUT_WR)

        assert [answer[:2] for answer in answers(sock)] == [wire[:2]]


def test_an_empty_message_ends_the_connection_after_the_answers_due(server):
    wire = encode(WEB)
    with connected(server) as sock:
        sock.sendall(framed(wire, b""))

        assert [answer[:2] for answer in answers(sock)] == [wire[:2]]


def test_a_client_that_stops_in_the_middle_of_a_question_gets_no_answer(server):
    with connected(server) as sock:
        sock.sendall(framed(encode(WEB))[:-1])
        sock.shutdown(socket.SHUT_WR)

        assert answers(sock) == []


def test_slow_half_open_and_flooding_clients_do_not_keep_others_waiting(server):
    with connected(server) as slow, connected(server) as half_open, connected(server) as flooding:
        slow.send(b"\0")
        half_open.send(framed(encode(WEB))[:10])
        half_open.shutdown(socket.SHUT_WR)
        fill(flooding, framed(encode(BIG)) * 1000)

        assert still_serves(server)


def test_a_client_that_vanishes_leaves_the_others_alone(server):
    sock = connected(server)
    sock.sendall(framed(encode(BIG)) * 100)
    # Closing with a linger time of 0 resets the connection.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()

    assert still_serves(server)


def test_what_a_client_does_not_read_is_bounded_and_not_lost():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as theirs:
        ours, _ = listener.accept()
        with ours:
            connection = TcpConnection(ours, lambda _: bytes(60_000), most_unsent=100_000)
            theirs.sendall(framed(b"question") * 1000)
            while connection.turn():
                pass

            assert not connection.busy
            assert 100_000 <= len(connection._unsent) < 100_000 + 60_002

            theirs.shutdown(socket.SHUT_WR)
            theirs.settimeout(0)
            taken = 0
            while not connection.finished:
                connection.turn()
                with suppress(BlockingIOError):
                    taken += len(theirs.recv(30_000))
            theirs.settimeout(PATIENCE)
            while taken < 1000 * 60_002:
                taken += len(theirs.recv(1 << 20))

            assert taken == 1000 * 60_002


def test_beyond_its_limit_the_server_closes_the_connection_that_was_idle_for_longest():
    running = Server(respond, limits=TcpLimits(connections=2))
    with running as server, connected(server) as first, connected(server) as second:
        for sock in (second, first):
            sock.sendall(framed(encode(WEB)))
            assert len(sock.recv(1000)) > 2
        with connected(server) as third:
            third.sendall(framed(encode(WEB)))
            assert len(third.recv(1000)) > 2
            assert second.recv(1000) == b""
        first.sendall(framed(encode(WEB)))
        assert len(first.recv(1000)) > 2


def test_a_connection_without_a_whole_question_is_closed_in_time():
    with Server(respond, limits=TcpLimits(idle_seconds=0.02)) as server, connected(server) as sock:
        sock.sendall(b"\0")

        assert sock.recv(1000) == b""


def test_more_connections_than_file_descriptors_cost_the_oldest(monkeypatch):
    with Server(respond) as server, connected(server) as first:
        first.sendall(framed(encode(WEB)))
        assert len(first.recv(1000)) > 2
        refused = [OSError(errno.EMFILE, "Too many open files")]
        accept = socket.socket.accept

        def accept_or_refuse(listener):
            if refused:
                raise refused.pop()
            return accept(listener)

        monkeypatch.setattr(socket.socket, "accept", accept_or_refuse)
        with connected(server) as second:
            second.sendall(framed(encode(WEB)))
            assert len(second.recv(1000)) > 2
            assert first.recv(1000) == b""


def test_garbage_is_survived(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, connected(server) as tcp:
        for wire in (b"", b"x", bytes(11), b"\xff" * 500, bytes(60_000)):
            udp.sendto(wire, ("127.0.0.1", server.port))
        tcp.sendall(b"GET / HTTP/1.1\r\nHost: dns\r\n\r\n")

        assert still_serves(server)


def test_answers_beyond_what_may_wait_unsent_are_given_as_the_client_reads():
    with Server(respond, limits=TcpLimits(unsent_octets=1)) as server:
        client = Direct("127.0.0.1", server.port)
        found = ask_all(client, [BIG] * 50, timeout_seconds=PATIENCE)

        assert {(len(answer.answer), answer.failure) for answer in found} == {(100, None)}
