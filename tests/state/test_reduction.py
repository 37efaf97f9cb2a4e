"""Of a state as much is kept as the answers about a Namespace need, and nothing of anybody else's beside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from svcdns import records
from svcdns.cli import main
from svcdns.manifests import read_text
from svcdns.message import Question, Reply
from svcdns.recordings import files, recorder
from svcdns.recordings.questions import planned_queries
from svcdns.records import COREDNS, SPEC, Profile
from svcdns.state import ClusterState, EndpointSlice, Key, Namespace, Pod, Service, reduction
from svcdns.targets.reference import Reference
from tests.records.states import states


def elsewhere(state: ClusterState, namespace: str) -> ClusterState:
    """The same objects in another Namespace, with names that tell whose they are."""

    def key(one: Key) -> Key:
        return Key(namespace, f"{namespace}-{one.name}")

    services = [replace(item, key=key(item.key)) for item in state.services.values()]
    slices = [replace(item, key=key(item.key), service=f"{namespace}-{item.service}") for item in state.slices.values()]
    return ClusterState().changed(put=[Namespace(namespace), *services, *slices])


def answers(profile: Profile, state: ClusterState, questions: Iterable[Question]) -> dict[Question, Reply]:
    return {question: records.answer(state, question, profile) for question in questions}


def everything(state: ClusterState) -> list[Namespace | Service | EndpointSlice | Pod]:
    tables = (state.namespaces, state.services, state.slices, state.pods)
    return [item for table in tables for item in table.values()]


@given(own=states(), others=states(), profile=st.sampled_from([COREDNS, SPEC]))
def test_the_part_gives_the_answers_of_the_whole_and_no_object_of_others_could_go(
    own: ClusterState, others: ClusterState, profile: Profile
):
    whole = own.changed(put=everything(elsewhere(others, "m")))
    # Every one of some hundred names is asked for in a type or two.
    questions = list(dict.fromkeys(asked.question for asked in planned_queries(whole, ["n"])))[::7]
    says = partial(answers, profile)
    right = says(whole, questions)
    part = reduction.reduced(whole, ["n"], questions, says)
    assert says(part, questions) == right
    assert part.only("n") == replace(whole.only("n"), serial=part.serial)
    for item in everything(part):
        if (item.name if isinstance(item, Namespace) else item.key.namespace) != "n":
            fewer = replace(part.changed(removed=[item]), serial=part.serial)
            assert says(fewer, questions) != right, f"{item} is kept for nothing"


TENANT = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, labels: {{owner: {name}-team}}, annotations: {{note: {name}-secret}}}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}-0, labels: {{app: {name}, cost-centre: {name}-4711}}}}
spec: {{containers: [{{name: c, image: "registry.k8s.io/pause:3.10", ports: [{{name: odd, containerPort: 81}}]}}]}}
"""

ALIAS = """\
apiVersion: v1
kind: Service
metadata: {name: away}
spec: {type: ExternalName, externalName: needed.friend.svc.cluster.local}
"""


@pytest.fixture(params=[COREDNS, SPEC], ids=["coredns", "spec"])
def shared(request: pytest.FixtureRequest) -> Iterator[Reference]:
    """A cluster of several tenants; one of them has an alias for a Service of another."""
    with Reference(request.param) as target:
        for namespace, names in {"mine": ["web"], "friend": ["needed", "idle"], "stranger": ["hidden"]}.items():
            target.create_namespace(namespace)
            for name in names:
                target.apply(read_text(TENANT.format(name=name)), namespace)
        target.apply(read_text(ALIAS), "mine")
        yield target


def test_a_recording_of_one_namespace_has_what_its_answers_need_and_replays_equal(shared: Reference, tmp_path: Path):
    made = recorder.record(shared, ["mine"])
    files.write(made, tmp_path)
    text = (tmp_path / "state.json").read_text()
    items = json.loads(text)["items"]
    found = {(item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]) for item in items}
    others = {(kind, namespace, name) for kind, namespace, name in found if namespace != "mine"} - {
        ("Namespace", "", "mine")
    }
    needed = {("Service", "friend", "needed")}
    # By the position of its labels a name is found only in a Namespace that is there.
    needed |= {("Namespace", "", "friend")} if shared.profile.name == "coredns" else set()
    dns = {one for one in others if one[1:] == ("kube-system", "kube-dns") or one[2].startswith("kube-dns-")}
    assert others == needed | dns
    assert {kind for kind, _, _ in dns} == ({"Service", "EndpointSlice"} if shared.profile.name == "coredns" else set())
    assert {name for kind, namespace, name in found if namespace == "mine"} >= {"web", "away", "web-0"}
    for word in ("stranger", "hidden", "idle", "secret", "team", "4711", "cost-centre", "annotations", "odd"):
        assert word not in text, word
    result = CliRunner().invoke(main, ["replay", str(tmp_path)])
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == f"{len(made.answers)} of {len(made.answers)} equal in all"


def test_a_recording_of_everything_has_no_labels_but_those_that_services_select(shared: Reference, tmp_path: Path):
    files.write(recorder.record(shared), tmp_path)
    text = (tmp_path / "state.json").read_text()
    assert '"app": "hidden"' in text
    assert "4711" not in text
    assert CliRunner().invoke(main, ["replay", str(tmp_path)]).exit_code == 0
