from __future__ import annotations

import pytest
from dns.rcode import Rcode

from svcdns.client import Direct, ask
from svcdns.message import lines, question
from svcdns.server import Server
from tests.server.serving import (
    BIG,
    BROKEN,
    PATIENCE,
    TRANSPORTS,
    WEB,
    BrokenRuleError,
    respond,
    still_serves,
)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_both_transports_answer_on_every_address_and_one_port(direct, transport):
    answer = ask(direct, WEB, transport=transport, timeout_seconds=PATIENCE)

    assert answer.failure is None
    assert lines(answer.answer) == ["web.t.svc.cluster.local. 30 A 10.96.0.1"]
    assert answer.flags == ["QR", "AA", "RD"]
    assert answer.question_echoed


def test_the_case_of_the_question_is_kept(direct):
    answer = ask(direct, question("wEb.T.SVC.cluster.local", "A"), timeout_seconds=PATIENCE)

    assert answer.question_echoed
    assert lines(answer.answer) == ["wEb.T.SVC.cluster.local. 30 A 10.96.0.1"]


@pytest.mark.parametrize(("edns", "limit"), [(None, 512), (512, 512), (1232, 1232), (4096, 4096)])
def test_a_datagram_stays_within_what_the_client_takes(direct, edns, limit):
    answer = ask(direct, BIG, edns=edns, timeout_seconds=PATIENCE)

    assert answer.wire is not None
    assert len(answer.wire) <= limit
    assert answer.truncated == (limit < 4096)
    assert (len(answer.answer) == 100) == (limit == 4096)
    assert set(lines(answer.answer)) <= {f"{BIG.name} 30 A 10.96.0.{number}" for number in range(1, 101)}


@pytest.mark.parametrize("edns", [None, 512])
def test_everything_arrives_over_tcp(direct, edns):
    answer = ask(direct, BIG, transport="tcp", edns=edns, timeout_seconds=PATIENCE)

    assert len(set(lines(answer.answer))) == 100
    assert not answer.truncated


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_rule_that_raises_is_a_server_failure_and_the_server_lives_on(transport):
    with Server(respond) as server:
        client = Direct("127.0.0.1", server.port)
        assert server.failure is None
        answer = ask(client, BROKEN, transport=transport, timeout_seconds=PATIENCE)

        assert answer.rcode == Rcode.SERVFAIL
        assert isinstance(server.failure, BrokenRuleError)
        assert still_serves(server)


def test_a_server_can_be_started_again_after_it_was_stopped():
    server = Server(respond, addresses=["127.0.0.1"])
    for _ in range(3):
        with server:
            assert server.addresses == ("127.0.0.1",)
            assert still_serves(server)
        assert ask(Direct("127.0.0.1", server.port), WEB, transport="tcp", timeout_seconds=PATIENCE).failure
