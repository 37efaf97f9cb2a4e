"""How CoreDNS calls itself, by the source of its ``ns.go``."""

from __future__ import annotations

from dataclasses import replace

import dns.rcode
import pytest

from svcdns import message
from svcdns.message import question
from svcdns.recordings import replay
from svcdns.recordings.files import Meta
from svcdns.records import COREDNS, SPEC, Profile, answer, rrsets
from svcdns.state import ClusterState, Endpoint, EndpointPort, EndpointSlice, Key, Namespace, Service, ServicePort

OWN, IPV6 = "10.244.0.53", "fe80::53"
STATE = ClusterState().changed(
    put=[
        Namespace("n"),
        Namespace("kube-system"),
        Service(Key("kube-system", "kube-dns"), cluster_ips=("10.96.0.10",), ports=(ServicePort("dns", "UDP", 53),)),
        Service(Key("n", "alias"), type="ExternalName", external_name="ns.dns.cluster.local.x.svc.cluster.local"),
        EndpointSlice(
            Key("kube-system", "dns"),
            "kube-dns",
            "IPv4",
            (Endpoint((OWN,), ready=True), Endpoint(("10.244.0.54",), ready=False)),
            (EndpointPort("dns", "UDP", 53),),
        ),
    ]
)

#: A server that knows itself, and where it cannot find itself: no slice, one that is not ready, no endpoints at all.
SEEN = replace(COREDNS, own_addresses=(OWN, IPV6))
UNSEEN = {
    "elsewhere": replace(COREDNS, own_addresses=("10.244.9.9", IPV6)),
    "unready": replace(COREDNS, own_addresses=("10.244.0.54", IPV6)),
    "noendpoints": replace(SEEN, endpoints=False),
}


def asked(name: str, type_: str, profile: Profile) -> tuple[str, list[str], list[str]]:
    reply = answer(STATE, question(name, type_), profile)
    rcode = dns.rcode.to_text(reply.rcode)
    if not reply.answer:
        assert [str(record).split()[2] for record in reply.authority] == ["SOA"]
    return rcode, message.lines(reply.answer), message.lines(reply.additional)


@pytest.mark.parametrize(
    "below", ["", ".t.svc.cluster.local", ".x.y.z.cluster.local", ".cluster.local", ".pod.CLUSTER.cluster.local"]
)
@pytest.mark.parametrize("spelled", ["ns.dns.cluster.local", "NS.dNs.cluster.local"])
def test_what_begins_like_its_name_is_taken_for_it(below: str, spelled: str):
    name = spelled + below
    assert asked(name, "A", SEEN) == ("NOERROR", [f"{name}. 30 A 10.96.0.10"], [])
    for type_ in ("AAAA", "SRV", "CNAME", "MX", "HTTPS", "SOA", "NS"):
        assert asked(name, type_, SEEN) == ("NOERROR", [], []), type_
    for type_ in ("TXT", "PTR"):
        assert asked(name, type_, SEEN) == ("NXDOMAIN", [], []), type_


@pytest.mark.parametrize(
    "name",
    [
        "ns.dns.Cluster.local",
        "ns.dns.cluster.local.t.svc.Cluster.local",
        "x.ns.dns.cluster.local",
        "ns.dns.x.cluster.local",
        "ns.dnscluster.local.cluster.local",
        r"ns.dns.cluster.local\.x.cluster.local",
        r"ns\.dns.cluster.local",
    ],
)
def test_what_does_not_is_not(name: str):
    assert asked(name, "A", SEEN)[0] == "NXDOMAIN"


def test_the_name_is_read_so_in_a_reverse_zone_and_behind_an_alias_too():
    assert asked("ns.dns.in-addr.arpa", "A", SEEN)[1] == ["ns.dns.in-addr.arpa. 30 A 10.96.0.10"]
    assert asked("alias.n.svc.cluster.local", "A", SEEN)[1] == [
        "alias.n.svc.cluster.local. 30 CNAME ns.dns.cluster.local.x.svc.cluster.local.",
        "ns.dns.cluster.local.x.svc.cluster.local. 30 A 10.96.0.10",
    ]


def test_another_family_of_servers_reads_names_by_the_tree():
    assert asked("ns.dns.cluster.local.t.svc.cluster.local", "A", SPEC)[0] == "NXDOMAIN"


@pytest.mark.parametrize("case", UNSEEN)
def test_a_server_that_sees_itself_behind_no_service_answers_its_own_addresses(case: str):
    profile = UNSEEN[case]
    assert profile.own_addresses is not None
    ipv4, ipv6 = (f"ns.dns.cluster.local. 30 {type_}" for type_ in ("A", "AAAA"))
    addresses = [f"{ipv4} {profile.own_addresses[0]}", f"{ipv6} {IPV6}"]
    assert asked("cluster.local", "NS", profile) == (
        "NOERROR",
        ["cluster.local. 30 NS ns.dns.cluster.local."],
        addresses,
    )
    assert asked("ns.dns.cluster.local", "A", profile)[1] == addresses[:1]
    assert asked("ns.dns.cluster.local", "AAAA", profile)[1] == addresses[1:]
    listed = rrsets(STATE, profile)
    assert len(listed[question("ns.dns.cluster.local", "A")]) == 1


def test_a_server_behind_a_slice_without_a_service_names_nobody():
    orphan = EndpointSlice(Key("n", "orphan"), "gone", "IPv4", (Endpoint(("10.0.0.9",)),))
    profile = replace(COREDNS, own_addresses=("10.0.0.9",))
    reply = answer(STATE.changed(put=[orphan]), question("cluster.local", "NS"), profile)
    assert (reply.rcode, reply.answer) == (dns.rcode.NOERROR, ())


@pytest.mark.parametrize(("addresses", "named"), [((), False), ((OWN,), True)])
def test_only_the_addresses_that_were_recorded_are_known_of_a_recorded_server(addresses: tuple[str, ...], named: bool):
    reply = replay.server_of(STATE, Meta(addresses=addresses))(question("cluster.local", "NS"))
    assert (reply.rcode, bool(reply.answer)) == (dns.rcode.NOERROR, named)


def test_the_reference_takes_itself_for_the_first_pod_behind_the_dns_service():
    assert asked("cluster.local", "NS", COREDNS)[1] == ["cluster.local. 30 NS kube-dns.kube-system.svc.cluster.local."]
