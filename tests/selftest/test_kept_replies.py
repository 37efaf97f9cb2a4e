"""Replies that are kept are those that would be made again."""

from __future__ import annotations

import pytest

from svcdns.client import Transport, encode
from svcdns.faults import FAULTS
from svcdns.manifests import read_text
from svcdns.message import question
from svcdns.selftest.faulty import faulty_reference
from svcdns.selftest.kept_replies import KeptReplies

QUERY = question("web.default.svc.cluster.local", "A")
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.77, ports: [{port: 80}]}
"""


class Server:
    """Replies with the id and a count; its state is the list that it holds."""

    def __init__(self) -> None:
        self.asked = 0
        self.state: object = object()
        self.steady = True
        self.replies = KeptReplies(self.respond, lambda: self.state, lambda: self.steady)

    def respond(self, wire: bytes, transport: Transport) -> tuple[bytes, ...]:
        self.asked += 1
        return (wire[:2] + bytes([self.asked]), b"\xff\xff" + transport.encode())


def test_a_reply_is_made_once_for_each_query_and_transport_and_gets_the_id_of_each():
    server = Server()
    assert server.replies(b"\0\1abc", "udp") == (b"\0\1\1", b"\xff\xffudp")
    assert server.replies(b"\0\7abc", "udp") == (b"\0\7\1", b"\xff\xf9udp")
    assert server.replies(b"\0\7abc", "tcp")[0] == b"\0\7\2"
    assert server.replies(b"\0\7abd", "udp")[0] == b"\0\7\3"
    assert server.asked == 3


def test_a_reply_is_made_anew_after_a_change_and_by_a_server_that_has_a_memory():
    server = Server()
    server.replies(b"\0\1abc", "udp")
    server.state = object()
    assert server.replies(b"\0\1abc", "udp")[0] == b"\0\1\2"
    server.replies.forget()
    assert server.replies(b"\0\1abc", "udp")[0] == b"\0\1\3"
    server.steady = False
    assert server.replies(b"\0\1abc", "udp")[0] == b"\0\1\4"


@pytest.mark.parametrize("wire", [b"", b"\0", b"\0\0"])
def test_a_message_without_an_id_is_replied_to_each_time(wire: bytes):
    replies = KeptReplies(lambda wire, _: (wire,), object, lambda: True)
    assert [replies(wire, "udp") for _ in range(2)] == [(wire,)] * 2


def test_a_fault_that_counts_queries_is_not_kept():
    with faulty_reference(FAULTS["servfail-one-in-7"]) as target:
        (channel,) = target.vantages[0].channels
        wires = [encode(question("kubernetes.default.svc.cluster.local", "A"), edns=None) for _ in range(14)]
        rcodes = [
            received.wire[3] & 15
            for wire in wires
            for received in channel.exchange([wire], "udp", 1.0)
            if received.wire
        ]
    assert rcodes.count(2) == 2


def test_a_fault_sees_each_change_of_the_cluster():
    with faulty_reference(FAULTS["wrong-virtual-ip"]) as target:
        (channel,) = target.vantages[0].channels

        def answered() -> int:
            (received,) = channel.exchange([encode(QUERY, edns=None)], "udp", 1.0)
            assert received.wire
            return int.from_bytes(received.wire[6:8])

        assert answered() == answered() == 0
        target.apply(read_text(SERVICE, "web.yaml"), "default")
        assert answered() == answered() == 1
