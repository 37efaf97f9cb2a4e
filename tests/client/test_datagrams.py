from __future__ import annotations

import socket
import sys

import pytest
from dns.rcode import Rcode

from svcdns.client import ask, ask_all, send
from svcdns.message import lines
from tests.client.servers import (
    PATIENCE,
    SHORT,
    STRAYS,
    WEB,
    Elsewhere,
    changed,
    closed_port,
    datagrams,
    right,
    serving,
    without_question,
)


@pytest.mark.parametrize(("reason", "stray"), STRAYS.items(), ids=STRAYS)
def test_what_is_no_answer_is_kept_and_the_wait_goes_on(reason, stray):
    with datagrams(stray, right) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert [discarded.reason for discarded in answer.discarded] == [reason]
    assert lines(answer.answer) == ["web.t.svc.cluster.local. 30 A 10.96.0.1"]
    assert answer.failure is None


@pytest.mark.parametrize(
    "position",
    [pytest.param(0, id="id"), pytest.param(1, id="id's second octet")],
)
def test_an_answer_to_another_id_is_none(position):
    with datagrams(lambda query: changed(right(query), (position, query[position] ^ 1)), right) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert answer.rcode == Rcode.NOERROR
    assert len(answer.discarded) == 1
    assert answer.discarded[0].reason.startswith("another id: ")


@pytest.mark.parametrize("missing", [1, 4, 5])
def test_an_answer_whose_question_is_cut_short_is_none(missing):
    with datagrams(lambda query: changed(query, (2, 0x80))[:-missing], right) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert [discarded.reason for discarded in answer.discarded] == ["malformed question section"]


@pytest.mark.parametrize("position", [-1, -3], ids=["class", "type"])
def test_an_answer_to_another_type_or_class_is_none(position):
    def other(query):
        return right(changed(query, (position, query[position] ^ 2)))

    with datagrams(other, right) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert [discarded.reason for discarded in answer.discarded] == ["another question"]


def test_an_answer_from_another_port_is_none():
    with datagrams(Elsewhere(right)) as server:
        answer = ask(server, WEB, timeout_seconds=SHORT)

    assert answer.failure == f"no answer within {SHORT} s"
    assert [discarded.reason.rpartition(":")[0] for discarded in answer.discarded] == ["from 127.0.0.1"]
    assert answer.message is answer.rcode is answer.wire is None


def test_an_answer_from_the_right_port_is_found_behind_one_from_another():
    with datagrams(Elsewhere(right), right) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert answer.rcode == Rcode.NOERROR
    assert len(answer.discarded) == 1


def test_silence_is_a_failure_with_what_came_instead():
    with datagrams(lambda query: query) as server:
        answer = ask(server, WEB, timeout_seconds=SHORT)

    assert answer.failure == f"no answer within {SHORT} s"
    assert [discarded.reason for discarded in answer.discarded] == ["not a reply"]
    assert (answer.flags, answer.answer, answer.authority, answer.additional, answer.opt) == ([], (), (), (), None)
    assert not answer.question_echoed
    assert not answer.truncated


def test_a_question_whose_case_changed_is_answered_but_not_echoed():
    with datagrams(lambda query: right(query).replace(b"\3web", b"\3WEB")) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert answer.rcode == Rcode.NOERROR
    assert not answer.question_echoed


@pytest.mark.parametrize("rcode", [Rcode.FORMERR, Rcode.SERVFAIL, Rcode.NOTIMP, Rcode.REFUSED])
def test_an_error_may_leave_out_the_question(rcode):
    with datagrams(lambda query: without_question(query, rcode)) as server:
        answer = ask(server, WEB, timeout_seconds=PATIENCE)

    assert (answer.rcode, answer.discarded, answer.question_echoed) == (rcode, (), False)


def test_every_datagram_leaves_from_a_port_of_its_own():
    ports = []

    def work(sock):
        for _ in range(20):
            query, client = sock.recvfrom(65535)
            ports.append(client[1])
            sock.sendto(right(query), client)

    with serving(work, socket.SOCK_DGRAM) as server:
        answers = ask_all(server, [WEB] * 20, transport="udp", timeout_seconds=PATIENCE)

    assert {answer.rcode for answer in answers} == {Rcode.NOERROR}
    assert len(set(ports)) > 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a closed UDP port may show as a timeout")
def test_a_closed_port_is_a_refused_connection_at_once_over_udp():
    assert ask(closed_port(), WEB, timeout_seconds=PATIENCE).failure == "connection refused"


def test_a_datagram_too_long_to_send_is_a_failure():
    assert send(closed_port(), bytes(65_530), timeout_seconds=PATIENCE).failure == "message too long"


def test_nothing_is_asked_twice():
    asked = []

    def work(sock):
        asked.append(sock.recvfrom(65535))
        sock.settimeout(4 * SHORT)
        with pytest.raises(TimeoutError):
            sock.recvfrom(65535)

    with serving(work, socket.SOCK_DGRAM) as server:
        assert ask(server, WEB, timeout_seconds=SHORT).failure

    assert len(asked) == 1
