"""What the lines of a Corefile and a version change in the answers."""

from __future__ import annotations

import dns.rcode
import pytest

from svcdns import coredns, message, records
from svcdns.coredns.cache import Bounds, Cache
from svcdns.message import Reply
from svcdns.state import ClusterState, Endpoint, EndpointPort, EndpointSlice, Key, Namespace, Service, ServicePort
from tests.corefiles import KUBEADM_OPTIONS

HTTP = ServicePort("http", "TCP", 80, 8080)
STATE = ClusterState().changed(
    put=[
        Namespace("n"),
        Service(Key("n", "vip"), cluster_ips=("10.96.0.9",), ports=(HTTP,)),
        Service(Key("n", "empty"), cluster_ips=("10.96.0.8",), ports=(HTTP,)),
        Service(Key("n", "headless"), families=("IPv6",), ports=(HTTP,)),
        *(
            EndpointSlice(
                Key("n", name),
                name,
                "IPv6" if ":" in address else "IPv4",
                (Endpoint((address,), ready=True, pod=f"{name}-abcde"),),
                (EndpointPort("http", "TCP", 8080),),
            )
            for name, address in (("vip", "10.244.0.1"), ("headless", "fd00::"))
        ),
    ]
)


def answered(name: str, type_: str, version: str = "1.14.7", *lines: str) -> list[str]:
    """The answer section, or the rcode where it is empty."""
    reply = records.answer(STATE, message.question(name, type_), coredns.profile(version, lines))
    return [str(record.rdata) for record in reply.answer] or [dns.rcode.to_text(reply.rcode)]


def test_the_options_of_kubeadm_are_read():
    options = coredns.read(KUBEADM_OPTIONS)
    assert (options.ttl_seconds, options.pods, options.forwards) == (30, "insecure", True)
    assert options.falls_through == ("in-addr.arpa", "ip6.arpa")
    exempt = ("cluster.local",)
    assert options.cache == Cache(Bounds(30, 5, exempt), Bounds(30, 5, exempt), (".",))


def test_a_corefile_that_says_nothing_has_the_defaults():
    options = coredns.read(("kubernetes cluster.local",))
    assert options == coredns.Options()


@pytest.mark.parametrize(
    ("lines", "success", "denial", "zones"),
    [
        (("cache",), Bounds(3600, 5, ()), Bounds(1800, 5, ()), (".",)),
        (("cache 10 cluster.local",), Bounds(10, 5, ()), Bounds(10, 5, ()), ("cluster.local",)),
        (("cache 30", "success 9984 20 2", "denial 100"), Bounds(20, 2, ()), Bounds(30, 5, ()), (".",)),
        (("cache 30", "disable denial"), Bounds(30, 5, ()), Bounds(30, 5, (".",)), (".",)),
    ],
)
def test_a_cache_is_read(lines: tuple[str, ...], success: Bounds, denial: Bounds, zones: tuple[str, ...]):
    assert coredns.read(lines).cache == Cache(success, denial, zones)


@pytest.mark.parametrize(
    ("name", "remembered"),
    [("web.n.svc.cluster.local", False), ("1.0.96.10.in-addr.arpa", True), ("example.com", True)],
)
def test_a_cache_remembers_what_is_not_exempt(name: str, remembered: bool):
    cache = coredns.read(KUBEADM_OPTIONS).cache
    assert cache is not None
    assert cache.remembers(message.name(name)) is remembered


def test_a_cache_levels_every_ttl_even_where_it_remembers_nothing():
    cache = coredns.read(KUBEADM_OPTIONS).cache
    assert cache is not None
    version = message.question("dns-version.cluster.local", "TXT")
    reply = cache.passed(records.answer(STATE, version, records.COREDNS), version.name)
    assert [record.ttl for record in reply.answer] == [30]
    assert cache.passed(Reply(dns.rcode.NXDOMAIN), version.name) == Reply(dns.rcode.NXDOMAIN)


def test_without_lines_nothing_but_the_version_is_known():
    assert coredns.profile("1.14.7", ()) == records.COREDNS


@pytest.mark.parametrize(
    ("name", "type_", "lines", "without", "with_"),
    [
        ("10-1-2-3.n.pod.cluster.local", "A", ("pods insecure",), ["NXDOMAIN"], ["10.1.2.3"]),
        ("vip-abcde.vip.n.svc.cluster.local", "A", ("endpoint_pod_names",), ["NXDOMAIN"], ["10.244.0.1"]),
        ("headless.n.svc.cluster.local", "AAAA", ("noendpoints",), ["fd00::"], ["NXDOMAIN"]),
        ("1.0.244.10.in-addr.arpa", "PTR", ("noendpoints",), ["10-244-0-1.vip.n.svc.cluster.local."], ["NXDOMAIN"]),
        ("empty.n.svc.cluster.local", "A", ("ignore empty_service",), ["10.96.0.8"], ["NXDOMAIN"]),
        ("vip.n.svc.cluster.local", "A", ("ignore empty_service",), ["10.96.0.9"], ["10.96.0.9"]),
    ],
)
def test_an_option_decides(name: str, type_: str, lines: tuple[str, ...], without: list[str], with_: list[str]):
    assert answered(name, type_, "1.14.7", "kubernetes cluster.local") == without
    assert answered(name, type_, "1.14.7", "kubernetes cluster.local", *lines) == with_


def test_the_ttl_is_the_corefile_s():
    profile = coredns.profile("1.14.7", ("kubernetes cluster.local", "ttl 12"))
    reply = records.answer(STATE, message.question("vip.n.svc.cluster.local", "A"), profile)
    assert [record.ttl for record in reply.answer] == [12]


@pytest.mark.parametrize(
    ("version", "pointer"),
    [
        ("v1.11.3", "10-244-0-1.vip.n.svc.cluster.local."),
        ("v1.11.4", "NXDOMAIN"),
        ("1.12.0", "NXDOMAIN"),
        ("v1.12.1-patched.2", "10-244-0-1.vip.n.svc.cluster.local."),
    ],
)
def test_endpoints_without_hostname_have_no_pointer_in_some_versions(version: str, pointer: str):
    assert answered("1.0.244.10.in-addr.arpa", "PTR", version) == [pointer]


@pytest.mark.parametrize(("version", "label"), [("1.12.2", "fd00--"), ("1.12.3", "fd00--0")])
def test_an_ipv6_label_ends_in_a_dash_in_old_versions(version: str, label: str):
    assert answered(f"{label}.headless.n.svc.cluster.local", "AAAA", version) == ["fd00::"]
