"""What is worth asking of a state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dns.rdatatype import SRV, A
from hypothesis import given

from svcdns import message, resources, state
from svcdns.message import Question
from svcdns.recordings.questions import ALIKE, TYPES, PlannedQuery, planned_queries
from svcdns.state import ClusterState, Endpoint, EndpointSlice, Key, Namespace, Service
from tests.records.states import states

GIVEN = sorted((resources.fixtures() / "recorded").glob("*/*/state.json"))


def names(found: ClusterState, *namespaces: str) -> set[str]:
    return {str(asked.question.name) for asked in planned_queries(found, namespaces or None)}


@pytest.mark.parametrize("path", GIVEN, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}")
def test_every_name_that_gave_records_in_a_recording_is_asked_in_every_type(path: Path):
    recorded = [json.loads(line) for line in (path.parent / "answers.jsonl").read_text().splitlines()]
    meta = path.parent / "meta.json"
    domain = json.loads(meta.read_text())["domain"] if meta.exists() else "cluster.local"
    asked = {one.question for one in planned_queries(state.load(path, domain=domain))}
    answering = {
        message.name(one["name"]).canonicalize()
        for one in recorded
        # Names that no object has, and that a CoreDNS with "pods insecure" answers all the same, are too many.
        if one["answer"] and ".pod." not in one["name"]
    }
    folded = {Question(question.name.canonicalize(), question.type) for question in asked}
    assert answering
    assert {Question(name, type_) for name in answering for type_ in TYPES} <= folded


def test_names_are_also_asked_in_another_case_over_tcp_and_in_other_sizes():
    found = ClusterState().changed(put=[Namespace("n"), Service(Key("n", "web"), cluster_ips=("10.96.0.9",))])
    asked = planned_queries(found)
    service = message.name("web.n.svc.cluster.local")
    ways = {(one.transport, one.edns) for one in asked if one.question == Question(service, A)}
    assert ways == {("udp", 4096), ("udp", None), ("udp", 512), ("udp", 1232), ("tcp", None)}
    assert "WEB.N.SVC.Cluster.Local." in names(found)


def test_only_the_wanted_namespaces_are_asked_about():
    services = [Service(Key(name, "web"), cluster_ips=("10.96.0.9",)) for name in ("one", "two")]
    found = ClusterState().changed(put=[Namespace("one"), Namespace("two"), *services])
    assert "web.one.svc.cluster.local." in names(found, "one")
    assert "web.two.svc.cluster.local." not in names(found, "one")


def test_of_many_endpoints_that_are_alike_a_few_are_asked_for():
    endpoints = tuple(Endpoint((f"10.244.0.{number}",), ready=True) for number in range(1, 131))
    found = ClusterState().changed(
        put=[Namespace("n"), Service(Key("n", "web")), EndpointSlice(Key("n", "web"), "web", "IPv4", endpoints)]
    )
    assert len([name for name in names(found) if name.startswith("10-244-0-")]) == ALIKE


def test_a_name_that_no_message_can_carry_is_left_out():
    endpoint = Endpoint(("db.example.com",), ready=True, pod="p" * 64)
    found = ClusterState().changed(
        put=[Namespace("n"), Service(Key("n", "web")), EndpointSlice(Key("n", "web"), "web", "FQDN", (endpoint,))]
    )
    assert "web.n.svc.cluster.local." in names(found)
    assert not any("p" * 64 in name for name in names(found))


@given(states())
def test_any_state_has_questions_and_each_of_them_once(found: ClusterState):
    asked = planned_queries(found)
    assert len(asked) == len(set(asked))
    assert PlannedQuery(f"{found.domain}.", SRV) in asked
