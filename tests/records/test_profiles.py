"""The two profiles, the two views, and what the specification leaves free."""

from __future__ import annotations

from dataclasses import fields

import dns.name
import dns.rcode
import pytest
from dns.rdatatype import AAAA, CNAME, NS, PTR, SOA, SRV, TXT, A
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdns.message import Question, Record, question, reverse_name
from svcdns.records import COREDNS, PROFILES, SPEC, Profile, answer, rrsets
from svcdns.state import ClusterState, Endpoint, EndpointPort, EndpointSlice, Key, Namespace, Pod, Service, ServicePort
from tests.records.states import states

PROFILE = st.sampled_from([COREDNS, SPEC])

HTTP = ServicePort("http", "TCP", 80, 8080)
STATE = ClusterState().changed(
    put=[
        Namespace("n"),
        Namespace("kube-system"),
        Service(Key("n", "vip"), cluster_ips=("10.96.0.9",), ports=(HTTP,)),
        Service(Key("n", "headless"), ports=(HTTP,)),
        Service(Key("n", "alias"), type="ExternalName", external_name="gone.n.svc.cluster.local"),
        Service(Key("kube-system", "kube-dns"), cluster_ips=("10.96.0.10",), ports=(ServicePort("dns", "UDP", 53),)),
        *(
            EndpointSlice(
                Key("n", name), name, "IPv4", (Endpoint((address,), ready=True),), (EndpointPort("http", "TCP", 8080),)
            )
            for name, address in (("vip", "10.244.0.1"), ("headless", "10.244.0.2"))
        ),
        EndpointSlice(
            Key("kube-system", "dns"),
            "kube-dns",
            "IPv4",
            (Endpoint(("10.244.0.53",), ready=True, pod="coredns-1"),),
            (EndpointPort("dns", "UDP", 53),),
        ),
        Pod(Key("kube-system", "coredns-1"), addresses=("10.244.0.53",), ready=True),
    ]
)

#: One question for each freedom, by the field of the table that it shows.
SHOWN_BY = {
    "ttl_seconds": ("vip.n.svc.cluster.local", "A"),
    "schema_ttl_seconds": ("dns-version.cluster.local", "TXT"),
    "soa_names": ("cluster.local", "SOA"),
    "soa_timers_seconds": ("nosuch.n.svc.cluster.local", "A"),
    "endpoint_label": ("10-244-0-2.headless.n.svc.cluster.local", "A"),
    "srv_numbers": ("_http._tcp.vip.n.svc.cluster.local", "SRV"),
    "headless_port": ("_http._tcp.headless.n.svc.cluster.local", "SRV"),
    "additional": ("_http._tcp.vip.n.svc.cluster.local", "SRV"),
    "endpoints_behind_virtual_ip": ("1.0.244.10.in-addr.arpa", "PTR"),
    "name_servers": ("cluster.local", "NS"),
    "pod_records": ("10-1-2-3.n.pod.cluster.local", "A"),
    "reading": ("vip.n.svc.cluster.local", "SRV"),
    "foreign_rcode": ("www.example.com", "A"),
}


@pytest.mark.parametrize(("field", "asked"), SHOWN_BY.items(), ids=SHOWN_BY)
def test_each_freedom_of_the_table_differs_between_the_profiles(field: str, asked: tuple[str, str]):
    assert getattr(COREDNS, field) != getattr(SPEC, field)
    assert answer(STATE, question(*asked), COREDNS) != answer(STATE, question(*asked), SPEC)


def test_the_freedoms_that_are_not_in_a_reply_differ_too():
    on_the_wire = {"shuffled", "edns_payload_octets"}
    of_one_server = {"endpoints", "empty_services", "own_addresses", "deviations"}
    assert {field.name for field in fields(Profile)} == {"name", *SHOWN_BY, *on_the_wire, *of_one_server}
    assert all(getattr(COREDNS, field) == getattr(SPEC, field) for field in of_one_server)
    assert all(getattr(COREDNS, field) != getattr(SPEC, field) for field in on_the_wire)
    assert PROFILES == {"coredns": COREDNS, "spec": SPEC}


@given(states(), PROFILE)
def test_what_can_be_listed_is_what_is_answered(state: ClusterState, profile: Profile):
    for asked, listed in rrsets(state, profile).items():
        reply = answer(state, asked, profile)
        own = [record for record in reply.answer if record.owner == asked.name]
        if profile.reading == "positional" and asked.type == CNAME:
            # CoreDNS answers a CNAME question with the first alias it finds.
            assert own == list(listed[:1])
        else:
            assert sorted(map(str, own)) == sorted(map(str, listed)), asked


@given(states())
def test_in_the_tree_what_is_answered_can_be_listed(state: ClusterState):
    listed = rrsets(state, SPEC)
    owners = {asked.name for asked in listed}
    asked_of = owners | {owner.parent() for owner in owners} | {dns.name.from_text("x", owner) for owner in owners}
    for owner in asked_of:
        for type_ in (A, AAAA, SRV, TXT, PTR, SOA, NS, CNAME):
            reply = answer(state, Question(owner, type_), SPEC)
            own = [record for record in reply.answer if record.owner == owner and record.type == type_]
            assert sorted(map(str, own)) == sorted(map(str, listed.get(Question(owner, type_), ())))
            if reply.rcode == dns.rcode.NXDOMAIN and not reply.answer:
                assert not any(other.is_subdomain(owner) for other in owners)


@given(states(), PROFILE)
def test_every_answer_keeps_the_case_of_the_question_and_ignores_it(state: ClusterState, profile: Profile):
    for asked, listed in rrsets(state, profile).items():
        if asked.name.to_text().startswith("ns.dns.") or asked.type == NS:
            continue  # G19: CoreDNS compares these as they are spelled
        upper = Question(dns.name.from_text(asked.name.to_text().upper()), asked.type)
        own = [record for record in answer(state, upper, profile).answer if record.owner == upper.name]
        assert {record.owner.to_text() for record in own} == {upper.name.to_text()}
        if asked.type != CNAME:
            assert {record.rdata for record in own} == {record.rdata for record in listed}


@given(states(), PROFILE)
def test_no_rrset_holds_a_record_twice(state: ClusterState, profile: Profile):
    for asked, listed in rrsets(state, profile).items():
        if asked.type != CNAME:
            assert len({record.rdata for record in listed}) == len(listed)


@given(states())
def test_the_same_addresses_are_promised_by_both_profiles(state: ClusterState):
    for service in state.services.values():
        owner = f"{service.key.name}.{service.key.namespace}.svc.cluster.local"
        for type_ in ("A", "AAAA"):
            replies = [answer(state, question(owner, type_), profile) for profile in (COREDNS, SPEC)]
            if not service.external:
                assert {reply.rcode for reply in replies} in ({dns.rcode.NOERROR}, {dns.rcode.NXDOMAIN})
                assert len({frozenset(record.rdata for record in reply.answer) for reply in replies}) == 1


@settings(max_examples=50)
@given(states(), PROFILE)
def test_every_ptr_leads_to_a_name_that_answers_the_address(state: ClusterState, profile: Profile):
    for asked, listed in rrsets(state, profile).items():
        for record in listed if asked.type == PTR else ():
            target = record.rdata.target
            if Key("n", target.labels[-6].decode()) not in state.services:
                continue  # an EndpointSlice whose Service is gone
            service = state.services[Key("n", target.labels[-6].decode())]
            back = {
                reverse_name(found.rdata.address)
                for type_ in (A, AAAA)
                for found in answer(state, Question(target, type_), profile).answer
                if isinstance(found, Record) and found.type == type_
            }
            assert asked.name in back or service.external
