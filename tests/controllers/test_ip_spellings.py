"""Addresses in other spellings than the canonical one: kept, compared as addresses, and answered as CoreDNS 1.14 answers."""

from __future__ import annotations

import pytest

from svcdns import records
from svcdns.errors import ManifestError
from svcdns.message import lines, question
from svcdns.records import COREDNS

HERE = "t.svc.cluster.local"


def answers(world, owner: str, type_: str) -> list[str]:
    return lines(records.answer(world.cluster.state, question(owner, type_), COREDNS).answer)


def test_a_virtual_ip_stays_as_written_and_is_taken_in_every_spelling(world, service):
    [note] = world.apply(service(clusterIP="10.096.0.78"))
    assert note.text.startswith(
        'is accepted with the warning: spec.clusterIPs[0]: non-standard IP address "10.096.0.78"'
    )
    assert world.service().cluster_ips == ("10.096.0.78",)
    assert world.service().families == ("IPv4",)
    for taken in ("10.96.0.78", "::ffff:10.96.0.78"):
        with pytest.raises(ManifestError, match="is taken by"):
            world.apply(service("other", clusterIP=taken))
    with pytest.raises(ManifestError, match="cannot change"):
        world.apply(service(clusterIP="10.96.0.78"))
    world.apply(service())
    assert world.service().cluster_ips == ("10.096.0.78",)
    # CoreDNS takes what its parser does not know for a name.
    assert answers(world, f"web.{HERE}", "A") == [f"web.{HERE}. 30 CNAME 10.096.0.78."]
    assert answers(world, "78.0.96.10.in-addr.arpa", "PTR") == []


def test_a_mapped_virtual_ip_is_an_ipv4_address(world, service):
    world.apply(service(clusterIP="::ffff:10.96.0.79"), service("six", clusterIP="FD00:10:96::78"))
    assert (world.service().families, world.service("six").families) == (("IPv4",), ("IPv6",))
    assert answers(world, f"web.{HERE}", "A") == [f"web.{HERE}. 30 A 10.96.0.79"]
    assert answers(world, f"six.{HERE}", "AAAA") == [f"six.{HERE}. 30 AAAA fd00:10:96::78"]


def test_endpoints_are_mirrored_in_canonical_spelling_and_slices_stay_as_written(world, service):
    endpoints = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "web"},
        "subsets": [{"addresses": [{"ip": "192.000.2.10"}, {"ip": "::ffff:192.0.2.11"}], "ports": [{"port": 80}]}],
    }
    written = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "m-1", "labels": {"kubernetes.io/service-name": "m"}},
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": ["192.0.2.30"]},
            {"addresses": ["::ffff:192.0.2.31"]},
            {"addresses": ["192.0.2.032"]},
        ],
    }
    headless = {"clusterIP": "None", "selector": None}
    world.apply(service(**headless), endpoints, service("m", **headless), written)
    assert [end.addresses for end in world.slices()[0].endpoints] == [("192.0.2.10",), ("192.0.2.11",)]
    assert answers(world, f"m.{HERE}", "A") == [
        f"m.{HERE}. 30 A 192.0.2.30",
        f"m.{HERE}. 30 A 192.0.2.31",
        f"m.{HERE}. 30 CNAME 192.0.2.032.",
    ]
