"""Ports that have no room for an underscore, and Services without any."""

from __future__ import annotations

import dns.rcode
import pytest

from svcdns.message import question
from svcdns.records import COREDNS, SPEC, Profile, answer, rrsets
from svcdns.state import (
    ClusterState,
    Endpoint,
    EndpointPort,
    EndpointSlice,
    Key,
    Namespace,
    Service,
    ServicePort,
    listing,
    read,
)

LONG = 63 * "p"
HTTP, TOO_LONG = ServicePort("http", "TCP", 80), ServicePort(LONG, "TCP", 81)
STATE = ClusterState().changed(
    put=[
        Namespace("n"),
        Service(Key("n", "vip"), cluster_ips=("10.96.0.9",), ports=(HTTP, TOO_LONG)),
        Service(Key("n", "headless"), ports=(HTTP, TOO_LONG)),
        Service(Key("n", "bare"), cluster_ips=("10.96.0.8", "fd00::8")),
        EndpointSlice(
            Key("n", "headless-1"),
            "headless",
            "IPv4",
            (Endpoint(("10.244.0.1",), hostname="a"),),
            (EndpointPort("http", "TCP", 80), EndpointPort(LONG, "TCP", 81)),
        ),
    ]
)


@pytest.mark.parametrize("profile", [COREDNS, SPEC], ids=lambda profile: profile.name)
@pytest.mark.parametrize("service", ["vip", "headless"])
def test_a_port_whose_name_fills_a_label_has_no_srv_name_and_harms_no_other(service: str, profile: Profile):
    reply = answer(STATE, question(f"_http._tcp.{service}.n.svc.cluster.local", "SRV"), profile)
    assert [record.rdata.port for record in reply.answer] == [80]
    assert answer(STATE, question(f"{service}.n.svc.cluster.local", "A"), profile).answer
    owners = {asked.name.to_text() for asked in rrsets(STATE, profile)}
    assert f"_http._tcp.{service}.n.svc.cluster.local." in owners
    assert not [owner for owner in owners if LONG in owner]


@pytest.mark.parametrize("profile", [COREDNS, SPEC], ids=lambda profile: profile.name)
def test_a_service_without_ports_answers_its_virtual_ips_and_no_srv(profile: Profile):
    def asked(labels: str, type_: str) -> tuple[dns.rcode.Rcode, list[str]]:
        reply = answer(STATE, question(f"{labels}.n.svc.cluster.local", type_), profile)
        return reply.rcode, [record.rdata.to_text() for record in reply.answer]

    assert asked("bare", "A") == (dns.rcode.NOERROR, ["10.96.0.8"])
    assert asked("bare", "AAAA") == (dns.rcode.NOERROR, ["fd00::8"])
    assert asked("bare", "SRV") == (dns.rcode.NOERROR, [])
    assert asked("_http._tcp.bare", "SRV") == (dns.rcode.NXDOMAIN, [])


@pytest.mark.parametrize("number", [0, 80, None])
def test_whatever_number_a_port_has_stands_in_a_recorded_state(number: int | None):
    one = EndpointSlice(Key("n", "s"), "s", "IPv4", (Endpoint(("10.0.0.1",)),), (EndpointPort("http", "TCP", number),))
    again = read(listing.of(ClusterState().changed(put=[one]))["items"])
    assert again.slices[one.key] == one
