"""What a run leaves behind, or does not, and what it shows of a real cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live.somebody import SomebodysApi

from svcdns.manifests import Manifest, read_text
from svcdns.targets.cluster import ClusterSettings, LiveCluster, clean, facts, leftovers, marks, nodes
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.scenario_namespaces import ScenarioNamespaces
from svcdns.targets.kind import KindCluster, KindSettings

SECRET = "hunter2-is-planted-here"

DEAD = "dead0"


@pytest.fixture
def dead(api: SomebodysApi) -> Iterator[str]:
    """What a run has left that was killed a while ago: a Lease, a Namespace with something in it, a Service elsewhere."""
    labels = {"svcdns.dev/run": DEAD}
    lease = {"holderIdentity": "svcdns-dead0", "leaseDurationSeconds": 60, "renewTime": "2020-02-02T02:02:02.000000Z"}
    made: list[dict[str, Any]] = [
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"namespace": "default"}, "spec": lease},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "svcdns-dead0"}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"namespace": "kube-system"},
            "spec": {"ports": [{"port": 53}], "selector": {"no": "body"}},
        },
    ]
    for item in made:
        put = api.apply({**item, "metadata": {**item["metadata"], "name": "svcdns-dead0", "labels": labels}})
        # As a run does with what it has made.
        own = {"metadata": {"annotations": {marks.UID: put["metadata"]["uid"]}}}
        api.patch(item["kind"], "svcdns-dead0", item["metadata"].get("namespace", ""), own)
    yield DEAD
    for item in reversed(made):
        api.delete(item["kind"], "svcdns-dead0", item["metadata"].get("namespace", ""))


def test_what_a_dead_run_left_is_found_and_removed_and_a_live_runs_own_stays(
    dead: str, cluster: LiveCluster, namespace: str, api: SomebodysApi, kubeconfig: Path, context: str
):
    named = [
        "Lease svcdns-dead0 in default (run dead0)",
        "Namespace svcdns-dead0 (run dead0)",
        "Service svcdns-dead0 in kube-system (run dead0)",
    ]
    assert sorted(str(one) for one in leftovers.find(api).present if one.run == dead) == named
    assert [line for line in cluster.notes if all(name in line for name in named)]
    removed = clean(kubeconfig, context).removed
    assert sorted(line for line in removed if dead in line) == named
    assert not [line for line in removed if cluster.settings.run in line]
    assert [one for one in leftovers.find(api).present if one.run == dead] == []
    assert api.get("Service", "svcdns-dead0", "kube-system") is None
    assert "deletionTimestamp" not in (api.get("Namespace", namespace) or {})["metadata"]


def test_a_namespace_that_does_not_go_is_named_with_what_holds_it(api: SomebodysApi, cluster: LiveCluster, run: str):
    namespaces = ScenarioNamespaces(Ownership(api, f"{run}h"), cluster._watching)
    namespaces.create(f"svcdns-{run}-held")
    held = {"name": "held", "namespace": f"svcdns-{run}-held", "finalizers": ["svcdns.dev/held"]}
    api.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held})
    try:
        namespaces.delete(f"svcdns-{run}-held")
        (line,) = namespaces.await_deleted(12)
    finally:
        api.patch("ConfigMap", "held", f"svcdns-{run}-held", {"metadata": {"finalizers": None}})
    assert line.startswith(f'Namespace "svcdns-{run}-held" is not gone yet: ')
    assert "configmaps. has 1 resource instances" in line
    assert "svcdns.dev/held in 1 resource instances" in line
    assert namespaces.await_deleted(60) == []


def test_namespaces_that_a_process_of_the_run_left_when_it_died_are_deleted_at_the_end(
    api: SomebodysApi, cluster: LiveCluster, run: str
):
    ScenarioNamespaces(Ownership(api, f"{run}d"), cluster._watching).create(f"svcdns-{run}-died")
    assert ScenarioNamespaces(Ownership(api, f"{run}d"), cluster._watching).await_deleted(60) == []
    assert api.get("Namespace", f"svcdns-{run}-died") is None


def test_a_run_holds_its_lease_as_long_as_it_lives(
    api: SomebodysApi, kubeconfig: Path, context: str, cluster: LiveCluster
):
    run = f"{cluster.settings.run}2"
    with LiveCluster(ClusterSettings(run=run, context=context, kubeconfig=kubeconfig)):
        lease = api.get("Lease", f"svcdns-{run}", "default")
        assert lease is not None
        assert lease["metadata"]["labels"] == {"svcdns.dev/run": run}
        assert lease["spec"]["leaseDurationSeconds"] == 60
        assert [one for one in leftovers.find(api).present if one.run == run] == []
    assert api.get("Lease", f"svcdns-{run}", "default") is None
    assert [one for one in leftovers.find(api).present if one.run == run] == []


def test_another_process_of_the_run_opens_the_cluster_from_plain_data_and_leaves_it_as_it_is(
    cluster: LiveCluster, namespace: str, api: SomebodysApi
):
    shared = json.loads(json.dumps(cluster.share()))
    with LiveCluster(cluster.settings, shared) as worker:
        assert worker.facts == cluster.facts
        assert worker.capabilities == cluster.capabilities
        assert namespace in worker.state().namespaces
        worker.settle(namespace)
    assert api.get("Lease", f"svcdns-{cluster.settings.run}", "default") is not None


def planted() -> list[Manifest]:
    """A Deployment and a Service with a secret in every field that a run need not read."""
    return list(
        read_text(
            f"""
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    example.com/token: {SECRET}
spec:
  selector:
    app: web
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    example.com/token: {SECRET}
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
      annotations:
        example.com/token: {SECRET}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext:
        runAsNonRoot: true
        runAsUser: 65535
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: web
          image: registry.k8s.io/pause:3.10
          env:
            - name: TOKEN
              value: {SECRET}
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop: ["ALL"]
"""
        )
    )


def test_a_planted_secret_shows_nowhere(
    cluster: LiveCluster, namespace: str, api: SomebodysApi, context: str, run: str, tmp_path: Path
):
    cluster.apply(planted(), namespace)
    cluster.settle(namespace)
    (planted_pod,) = api.list("Pod", namespace)
    whole = api.get("Pod", planted_pod["metadata"]["name"], namespace)
    assert SECRET in json.dumps(whole), "the plant itself failed"
    assert SECRET not in json.dumps(planted_pod)
    evidence = cluster.evidence(namespace)
    assert {"services.yaml", "endpointslices.yaml", "pods.yaml", "events.txt"} < set(evidence)
    assert any(name.endswith(".log") for name in evidence)
    (pod,) = (pod for key, pod in cluster.state().pods.items() if key.namespace == namespace)
    assert pod.addresses[0] in evidence["pods.yaml"]
    assert "ContainersReady" in evidence["pods.yaml"]
    assert f"Pod {pod.key.name}: Scheduled: Successfully assigned" in evidence["events.txt"]
    for seen in (*evidence.items(), repr(cluster.state()), repr(cluster._watching.view()), repr(cluster.share())):
        assert SECRET not in str(seen)
    if context.startswith("kind-"):
        with KindCluster(KindSettings(run=run, cluster_name=context.removeprefix("kind-")), print) as kind:
            kind.export_logs(tmp_path)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.name == "inspect.json" for path in files)
        assert any(path.match("*-control-plane/pods/*coredns*/*/*.log") for path in files)
        assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_the_facts_of_a_cluster_are_read(cluster: LiveCluster, api: SomebodysApi):
    found = cluster.facts
    assert found.kubernetes == api.version
    assert found.families
    assert found.domain
    assert cluster.dns_profile == ("coredns" if found.dns_server == "CoreDNS" else "spec")
    assert any(found.kubernetes in line for line in cluster.notes)


def test_with_named_nameservers_nothing_else_is_read(api: SomebodysApi, kubeconfig: Path, context: str, run: str):
    settings = ClusterSettings(
        run=run, context=context, kubeconfig=kubeconfig, nameservers=("127.0.0.1",), domain="a.b"
    )
    found = facts.read(Ownership(api, run), settings)
    assert (found.dns_server, found.dns_version, found.corefile, found.domain) == ("", "", (), "a.b")
    assert found.profile == "spec"


def test_a_run_takes_a_part_of_what_the_nodes_can_still_take(api: SomebodysApi):
    free = sum(int(node["status"]["allocatable"]["pods"]) for node in api.list("Node"))
    assert 0 < nodes.capacity(api) <= free * 0.6
