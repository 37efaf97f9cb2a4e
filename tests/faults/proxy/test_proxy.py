"""The proxy: real sockets, nothing changed where no fault changes it, and faults that compose."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import pytest

from svcdns import faults, records
from svcdns.client import Channel, Received, Transport, ask, ask_all, encode, send
from svcdns.errors import UndeterminedError
from svcdns.faults import Fault
from svcdns.faults.proxy import FaultSetup, FaultyServer, fronted
from svcdns.message import question
from svcdns.selftest.in_process import InProcessChannel
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Namespace, Service, ServicePort
from svcdns.targets.reference import Reference
from svcdns.targets.target import Vantage

API = question("kubernetes.default.svc.cluster.local", "A")
MANY = question("many.default.svc.cluster.local", "A")


class Long(Reference):
    """The reference with a headless Service whose addresses do not fit into a datagram."""

    @cached_property
    def _long(self) -> ClusterState:
        key = Key("default", "many")
        endpoints = tuple(Endpoint((f"192.0.2.{last}",), ready=True) for last in range(100))
        return (
            super()
            .state()
            .changed(
                put=[
                    Namespace("default"),
                    Service(key, ports=(ServicePort("metrics", "TCP", 9100),)),
                    EndpointSlice(Key("default", "many-1"), "many", "IPv4", endpoints),
                ]
            )
        )

    def state(self) -> ClusterState:
        return self._long

    def respond(self, question):
        return records.answer(self._long, question, self.profile)


@contextmanager
def behind(*names: str | Fault):
    with Long(records.COREDNS) as target:
        chosen = tuple(faults.find(one) if isinstance(one, str) else one for one in names)
        setup = FaultSetup(chosen, target.state, target.profile, timeout_seconds=2.0)
        with fronted(target.vantages, setup) as (vantage,):
            yield target.channel, vantage.channels


def asked(channel: Channel, one=API, transport: Transport = "udp", edns: int | None = None):
    return ask(channel, one, transport=transport, edns=edns, timeout_seconds=2.0)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("edns", [None, 1232])
def test_without_a_fault_every_octet_passes_as_it_is(transport, edns):
    nothing = Fault("nothing", "Nothing is changed.")
    with behind(nothing) as (server, (proxy,)):
        wire = encode(API, edns=edns)
        direct = send(server, wire, transport=transport, timeout_seconds=2.0)
        assert send(proxy, wire, transport=transport, timeout_seconds=2.0).wire == direct.wire


def test_what_is_no_question_passes_as_it_is():
    with behind("wrong-virtual-ip") as (server, (proxy,)):
        twice = encode(API)
        twice = twice[:5] + b"\2" + twice[6:] + twice[12:]
        chaos = encode(API)[:-2] + b"\0\3"
        for wire in (twice, chaos):
            direct = send(server, wire, timeout_seconds=2.0)
            assert send(proxy, wire, timeout_seconds=2.0).wire == direct.wire


def test_a_fault_sees_the_whole_answer_and_what_it_makes_of_it_is_cut_again():
    with behind("ttl-0") as (_, (proxy,)):
        cut, whole = asked(proxy, MANY), asked(proxy, MANY, "tcp")
    assert cut.truncated
    assert len(cut.wire) <= 512
    assert {record.ttl for record in cut.answer} == {0}
    assert (len(whole.answer), whole.truncated) == (100, False)


def test_a_message_without_compression_says_the_same_and_points_nowhere():
    with behind("compression-off") as (server, (proxy,)):
        plain, long = asked(proxy), asked(proxy, MANY, "tcp", 1232)
        assert set(plain.answer) == set(asked(server).answer)
        assert set(long.answer) == set(asked(server, MANY, "tcp", 1232).answer)
        assert long.opt
        assert long.wire.count(b"\x04many\x07default") == 101
        cut = asked(proxy, MANY)
    assert cut.truncated
    assert len(cut.wire) <= 512


def test_several_questions_over_one_connection_are_all_answered():
    with behind("ttl-0") as (_, (proxy,)):
        answers = ask_all(proxy, [API, MANY, API], timeout_seconds=2.0)
    assert [len(answer.answer) for answer in answers] == [1, 100, 1]


def test_faults_compose():
    with behind("wrong-virtual-ip", "ttl-5", "wrong-id") as (_, (proxy,)):
        answer = ask(proxy, API, timeout_seconds=0.2)
    assert [one.reason.partition(":")[0] for one in answer.discarded] == ["another id"]
    with behind("wrong-virtual-ip", "ttl-5", "ra-set") as (_, (proxy,)):
        answer = asked(proxy)
    assert [str(record) for record in answer.answer] == [f"{API.name} 5 A 10.96.255.254"]
    assert "RA" in answer.flags


def test_one_server_stands_for_two_where_a_fault_needs_two():
    with behind("stale-on-one-replica") as (_, channels):
        assert len({channel.server for channel in channels}) == 2


@pytest.mark.parametrize(("name", "refused", "served"), [("tcp-refused", "tcp", "udp"), ("udp-refused", "udp", "tcp")])
def test_a_transport_that_nothing_listens_on_is_refused(name, refused, served):
    with behind(name) as (_, (proxy,)):
        assert asked(proxy, transport=served).answer
        assert asked(proxy, transport=refused).message is None


def test_a_connection_that_ends_after_its_first_answer_leaves_the_others_without():
    with behind("one-query-per-connection") as (_, (proxy,)):
        first, second = ask_all(proxy, [API, MANY], timeout_seconds=2.0)
    assert first.answer
    assert second.failure == "connection closed without an answer"


@dataclass(frozen=True)
class Broken:
    """A way to a server that breaks."""

    server: str = "192.0.2.53:53"

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        raise UndeterminedError("the relay is gone")


def test_a_way_that_breaks_behind_the_proxy_is_no_silent_server():
    setup = FaultSetup((Fault("nothing", "Nothing is changed."),), ClusterState, records.COREDNS, timeout_seconds=1.0)
    with (
        fronted([Vantage("probe", (Broken(),))], setup) as (vantage,),
        pytest.raises(UndeterminedError, match="the relay is gone"),
    ):
        ask(vantage.channels[0], API, timeout_seconds=0.3)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_whatever_is_asked_no_fault_fails_in_itself(transport):
    names = ("kubernetes.default.svc", "*.default.svc", "a.b.pod")
    asked_for = [question(f"{name}.cluster.local", type_) for name in names for type_ in ("A", "ANY")]
    asked_for += [question("1.0.96.10.in-addr.arpa", "PTR"), question("x.in-addr.arpa", "PTR"), question(".", "NS")]
    asked_for += [question("cluster.local", "SOA"), question("dns-version.cluster.local", "TXT")]
    with Reference(records.COREDNS) as target:
        upstream = InProcessChannel("here", lambda wire, over: [target.handle(wire, over)])
        for fault in (*faults.FAULTS.values(), *faults.VARIATIONS.values(), *faults.NETWORK.values()):
            setup = FaultSetup([fault], target.state, target.profile, timeout_seconds=2.0)
            server = FaultyServer(upstream, setup, replica=0)
            for one in asked_for:
                for sending in server.sendings(encode(one, edns=1232), transport):
                    assert len(sending.wire) >= 12, fault.name
