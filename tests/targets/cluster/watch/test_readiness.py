"""The wished readiness of pods, also where the API server refuses its changes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from svcdns.errors import ManifestError, TargetError, UndeterminedError
from svcdns.manifests import READINESS_GATE, read_text
from svcdns.state import ClusterState
from svcdns.targets.cluster import ClusterSettings, LiveCluster
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.watch import readiness, workloads
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.view import ClusterView
from svcdns.targets.cluster.watch.watching import Watching
from tests.waiting import within

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "uid": "n", "resourceVersion": "1"}}


def pod(name: str, *, ready: bool | None = None, version: int = 2) -> dict[str, Any]:
    conditions = [] if ready is None else [{"type": READINESS_GATE, "status": str(ready)}]
    return {
        "kind": "Pod",
        "metadata": {"namespace": "n", "name": name, "uid": name, "resourceVersion": str(version)},
        "spec": {"containers": [], "readinessGates": [{"conditionType": READINESS_GATE}]},
        "status": {"phase": "Running", "conditions": conditions},
    }


class Server:
    """What a run owns: pods in a Namespace, of which the API server refuses the first changes of each with some codes."""

    def __init__(self, refusals: dict[str, list[int]]) -> None:
        self.watching = Watching(cast("Api", self), "cluster.local")
        self.refusals = refusals
        self.patched: list[str] = []
        self.ours = {"n"}
        self.watching._view = ClusterView(ClusterState()).put(NAMESPACE)
        for name in refusals:
            self.watching._update(ClusterView.put, pod(name))

    def holds(self, namespace: str) -> bool:
        return namespace in self.ours

    def require(self, namespace: str) -> None:
        assert self.holds(namespace)

    def set_condition(self, name: str, namespace: str, uid: str, condition: dict[str, Any]) -> dict[str, Any]:
        assert (namespace, uid) == ("n", name)
        self.patched.append(name)
        if self.refusals[name]:
            code = self.refusals[name].pop(0)
            raise RefusedError("trouble in the server", code=code)
        said = pod(name, ready=condition["status"] == "True", version=10 + len(self.patched))
        self.watching._update(ClusterView.put, said)
        return said

    def is_told(self, *names: str) -> bool:
        progress = {key.name: one.conditions for key, one in self.watching.view().progress.items()}
        return all(progress[name].get(READINESS_GATE) for name in names)


@contextmanager
def kept(refusals: dict[str, list[int]]) -> Iterator[tuple[Server, Readiness]]:
    server = Server(refusals)
    with Readiness(cast("Ownership", server), server.watching) as keeping:
        keeping.wish("n", ready=True)
        yield server, keeping


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_PAUSE_SECONDS", 0.001)


@pytest.mark.parametrize("code", [409, 422, 429, 500, 503])
def test_a_refused_condition_is_sent_again_and_the_others_are_sent_too(code: int):
    with kept({"a": [code, code], "b": []}) as (server, _):
        assert within(20, lambda: server.is_told("a", "b"))
        assert server.patched.count("a") == 3


def test_a_pod_that_is_gone_gets_no_condition():
    with kept({"a": [404], "b": []}) as (server, _):
        assert within(20, lambda: server.is_told("b"))
        time.sleep(0.05)
        assert server.patched.count("a") == 1


def test_pods_of_a_replaced_namespace_are_not_changed():
    with kept({"a": []}) as (server, keeping):
        assert within(20, lambda: server.is_told("a"))
        server.ours = set()
        server.refusals["b"] = []
        server.watching._update(ClusterView.put, pod("b", version=99))
        assert within(20, lambda: "n" not in keeping._of_namespace)
        assert server.patched == ["a"]


def test_without_the_right_to_patch_pods_the_thread_ends():
    with kept({"a": [403]}) as (server, _):
        assert within(20, lambda: bool(server.watching._failures))
        with pytest.raises(UndeterminedError, match=r"^trouble in the server$"):
            server.watching.view()
        assert server.patched == ["a"]


def test_endless_refusals_end_the_thread_with_the_last_of_them():
    with kept({"a": [500] * 1000}) as (server, _):
        assert within(20, lambda: bool(server.watching._failures))
        with pytest.raises(UndeterminedError) as caught:
            server.watching.view()
    assert str(caught.value) == (
        "setting readiness has stopped after 50 refusals in a row; the last one, of "
        'Pod "a" in the namespace "n": trouble in the server'
    )


def test_refusals_that_are_not_in_a_row_do_not_end_the_thread():
    with kept({"a": [500] * 40}) as (server, _):
        assert within(20, lambda: server.is_told("a"))
        server.refusals["b"] = [500] * 40
        server.watching._update(ClusterView.put, pod("b", version=99))
        assert within(20, lambda: server.is_told("b"))


def test_a_refused_readiness_is_set_afterwards():
    with kept({"a": []}) as (server, keeping):
        assert within(20, lambda: server.is_told("a"))
        server.refusals["a"] = [500]
        with pytest.raises(RefusedError):
            keeping.set_ready("a", "n", ready=False)
        server.watching.wake()
        assert within(20, lambda: server.patched.count("a") == 3)


def manifest(kind: str, **spec: Any) -> str:
    """An object whose pods have these fields beside their container, as a file has it."""
    inner = {"containers": [{"name": "c", "image": "example.com/app:1"}], **spec}
    pod = {"metadata": {"labels": {"app": "q"}}, "spec": inner}
    if kind == "Pod":
        return json.dumps({"apiVersion": "v1", "kind": "Pod", **pod, "metadata": {"name": "q"}}, indent=1)
    if kind == "Job":
        inner["restartPolicy"] = "Never"
        return json.dumps(
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "q"}, "spec": {"template": pod}}, indent=1
        )
    if kind == "ReplicationController":
        whole = {"replicas": 1, "template": pod}
        return json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": "q"}, "spec": whole}, indent=1)
    whole = {"selector": {"matchLabels": {"app": "q"}}, "template": pod}
    return json.dumps({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "q"}, "spec": whole}, indent=1)


PODS = ["Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"]


@pytest.mark.parametrize("kind", PODS)
def test_where_no_pod_is_to_be_ready_workloads_without_the_gate_are_refused(kind: str):
    cluster = LiveCluster(ClusterSettings(context="nowhere", run="r"))
    objects = read_text(manifest(kind), "q.yaml")
    with kept({}) as (_, cluster._readiness):
        cluster._readiness.wish("n", ready=False)
        with pytest.raises(ManifestError) as caught:
            cluster.apply(objects, "n")
    line = objects[0].line("spec") if kind == "Pod" else objects[0].line("spec", "template", "spec")
    said = str(caught.value)
    assert said.startswith(f'q.yaml:{line}: {kind} "q": spec')
    assert 'has no readiness gate svcdns.dev/ready, so "no pod is ready" cannot hold: add "readinessGates:' in said
    assert "\n" not in said


def test_every_kind_of_workload_is_among_those_refused():
    assert set(PODS) == {"Pod", *workloads.KINDS}


@pytest.mark.parametrize("kind", PODS)
@pytest.mark.parametrize(
    ("ready", "spec"),
    [
        pytest.param(False, {"readinessGates": [{"conditionType": READINESS_GATE}]}, id="with the gate"),
        pytest.param(False, {"schedulingGates": [{"name": "example.com/held"}]}, id="never given a node"),
        pytest.param(True, {}, id="where pods are to be ready"),
    ],
)
def test_pods_whose_readiness_can_be_as_wished_are_accepted(kind: str, ready: bool, spec: dict[str, Any]):
    with kept({}) as (_, keeping):
        keeping.wish("n", ready=ready)
        keeping.accept(read_text(manifest(kind, **spec), "q.yaml"), "n")


def test_objects_without_pods_are_accepted_everywhere():
    service = '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "q"}, "spec": {"ports": [{"port": 1}]}}'
    with kept({}) as (_, keeping):
        keeping.wish("n", ready=False)
        keeping.accept(read_text(service, "q.yaml"), "n")


def test_a_pod_without_the_gate_cannot_be_made_unready():
    with kept({}) as (server, keeping):
        ungated = pod("a")
        ungated["spec"].pop("readinessGates")
        server.watching._update(ClusterView.put, ungated)
        with pytest.raises(TargetError, match=r'has no readiness gate .* add "readinessGates: .* spec of its template'):
            keeping.set_ready("a", "n", ready=False)
