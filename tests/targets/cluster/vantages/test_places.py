"""Where servers are, as users name them and as they move."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
from dns.rcode import Rcode

from svcdns.client import Direct, ask
from svcdns.errors import UsageError
from svcdns.message import Reply, question
from svcdns.server import Server
from svcdns.targets.cluster.vantages import images, nameservers
from svcdns.targets.cluster.vantages.following import Following
from svcdns.targets.cluster.vantages.plan import Plan
from svcdns.targets.cluster.vantages.servers import DnsService, Replica, Replicas, reassigned

A, B, C, D = (Replica(f"dns-{letter}", f"10.244.0.{number}", 53) for number, letter in enumerate("abcd"))


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("10.0.0.1", "10.0.0.1", 53),
        ("10.0.0.1:5353", "10.0.0.1", 5353),
        ("fd00::1", "fd00::1", 53),
        ("[fd00::1]", "fd00::1", 53),
        ("[fd00::1]:5353", "fd00::1", 5353),
    ],
)
def test_a_nameserver_is_an_address_and_perhaps_a_port(text, address, port):
    assert nameservers.server(text) == Direct(address, port)


def test_a_nameserver_may_be_named():
    assert nameservers.server("localhost:5353") in {Direct("127.0.0.1", 5353), Direct("::1", 5353)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10.0.0.1:domain", "--nameserver 10.0.0.1:domain: 'domain' is not a port number"),
        ("10.0.0.1:70000", "port 70000 is out of range"),
        ("no.such.host.invalid", "is neither an address nor a name that this host knows"),
        ("", "is neither an address nor a name that this host knows"),
    ],
)
def test_what_is_no_nameserver_is_refused_with_what_is_wrong(text, words):
    with pytest.raises(UsageError) as caught:
        nameservers.server(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("current", "found", "expected"),
    [
        ((A, B), (A, B), (A, B)),
        ((A, B), (B, A), (A, B)),
        ((A, B), (B, C), (C, B)),
        ((A, B), (C, D), (C, D)),
        ((A, B), (B,), (B, B)),
        ((A, B), (A, B, C), (A, B)),
        ((A, B), (), (A, B)),
        ((), (A,), ()),
        ((A,), (A._replace(address="10.244.0.9"),), (A._replace(address="10.244.0.9"),)),
    ],
)
def test_pods_keep_their_places_and_newcomers_take_those_that_are_free(current, found, expected):
    assert reassigned(current, found) == expected


def test_places_follow_what_is_found():
    found = [A, B]
    places = Replicas(found, lambda: found)
    found[:] = [B, C]
    assert [places.at(0), places.at(1)] == [A, B]
    places.refresh()
    assert [places.at(0), places.at(1)] == [C, B]


def test_a_server_that_moved_is_found_by_the_next_exchange():
    where = question("web.t.svc.cluster.local", "A")
    with ExitStack() as first, Server(lambda _: Reply(Rcode.NXDOMAIN)) as second:
        gone = first.enter_context(Server(lambda _: Reply(Rcode.NOERROR)))
        channel = Following(Direct("127.0.0.1", gone.port), lambda: Direct("127.0.0.1", second.port))
        assert ask(channel, where, timeout_seconds=5).rcode == Rcode.NOERROR
        first.close()
        assert ask(channel, where, transport="tcp", timeout_seconds=5).rcode is None
        assert ask(channel, where, transport="tcp", timeout_seconds=5).rcode == Rcode.NXDOMAIN
        assert channel.server == f"127.0.0.1:{second.port}"


@pytest.mark.parametrize(
    "plan",
    [
        Plan("direct", servers=(("127.0.0.1", 5353),), note="named"),
        Plan(
            "probe",
            DnsService("kube-system", "kube-dns", {"k8s-app": "kube-dns"}, "IPv6", ("fd00::a",), "dns"),
            (A, B),
            (("fd00::a", 53),),
            (("127.0.0.1", 30053),),
            "svcdns-abcde-probe",
            "python:3",
            "python:3",
            "why",
        ),
    ],
)
def test_a_plan_passes_through_json(plan):
    assert Plan.shared(json.loads(json.dumps(plan.share()))) == plan


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.12", "docker.io/library/python:3.12"),
        ("mirror/python", "docker.io/mirror/python:latest"),
        ("localhost/python:3", "localhost/python:3"),
        ("registry.example:5000/python", "registry.example:5000/python:latest"),
        ("python@sha256:00", "docker.io/library/python@sha256:00"),
    ],
)
def test_images_are_known_by_their_full_names(name, full):
    assert images.full_name(name) == full
