"""Names that must be there, and one that must not: what no comparison of two ways of reading names shows."""

from __future__ import annotations

from dataclasses import replace

import dns.rcode
import pytest
from dns.rdatatype import PTR

from svcdns.message import Question, question, reverse_name
from svcdns.records import COREDNS, SPEC, Profile, answer, rrsets
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Namespace, Service

DNS = Key("kube-system", "kube-dns")
STATE = ClusterState().changed(
    put=[
        Namespace("kube-system"),
        Service(Key("kube-system", "web"), cluster_ips=("10.96.0.10",)),
        Service(DNS),
        EndpointSlice(
            Key("kube-system", "kube-dns-1"),
            "kube-dns",
            "IPv4",
            (
                Endpoint(("10.244.0.1",), ready=True, hostname="a"),
                Endpoint(("10.244.0.2",), ready=True, hostname="b"),
                Endpoint(("10.244.0.3",), ready=False, hostname="c"),
            ),
            (),
        ),
    ]
)


@pytest.mark.parametrize("profile", [COREDNS, SPEC])
@pytest.mark.parametrize("address", ["10.96.0.10", "10.244.0.1", "10.244.0.2"])
def test_reverse_names_are_listed(address: str, profile: Profile):
    assert Question(reverse_name(address), PTR) in rrsets(STATE, profile)


@pytest.mark.parametrize("profile", [COREDNS, SPEC])
def test_a_namespace_that_does_not_exist_has_no_name(profile: Profile):
    assert answer(STATE, question("nobody.svc.cluster.local", "A"), profile).rcode == dns.rcode.NXDOMAIN
    assert answer(STATE, question("kube-system.svc.cluster.local", "A"), profile).rcode == dns.rcode.NOERROR


def test_the_names_of_servers_behind_a_headless_service_are_its_endpoints():
    profile = replace(COREDNS, own_addresses=("10.244.0.1",))
    reply = answer(STATE, question("cluster.local", "NS"), profile)
    below = "kube-dns.kube-system.svc.cluster.local."
    assert sorted(str(record.rdata) for record in reply.answer) == [f"a.{below}", f"b.{below}"]
    addresses = answer(STATE, question("ns.dns.cluster.local", "A"), profile)
    assert sorted(str(record.rdata) for record in addresses.answer) == ["10.244.0.1", "10.244.0.2"]
