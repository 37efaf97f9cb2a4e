"""What others have on a cluster is as it was, whatever is run beside it and whatever manifests and features name."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from tests.live.environment import CONTEXT, KUBECONFIG
from tests.live.ownership.conftest import Svcdns
from tests.live.runs import ROOT, command, interrupted, within
from tests.live.somebody import SomebodysApi

from svcdns import resources
from svcdns.errors import TargetError, UsageError
from svcdns.manifests import read_text
from svcdns.targets.cluster import ClusterSettings, LiveCluster, lease, leftovers, marks
from svcdns.targets.cluster.ownership import Ownership

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: b}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
"""
CLUSTER_SCOPED = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: trial}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: trial}
value: 10
"""
OTHERS_NAME = """
apiVersion: v1
kind: ConfigMap
metadata: {name: kube-root-ca.crt}
data: {theirs: "yes"}
"""
HOSTILE_NAMES = """Feature: A hostile feature

  Background:
    Given the manifest "specification/web.yaml"

  @core @B01
  Scenario: delete a Service of another namespace
    When the Service "../../shop/services/web" is deleted
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: scale a Deployment of another namespace
    When the Deployment "../../shop/deployments/tomcat" is scaled to 7 replicas
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: delete a whole namespace through a Service
    When the Service "../../../namespaces/shop" is deleted
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: delete a ClusterRole
    When the ClusterRole "trial" is deleted
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: restart a workload of another namespace
    When the StatefulSet "../../shop/statefulsets/web" is restarted
    Then the Service "web" answers its virtual IP, and nothing else
"""
HOSTILE_STEPS = """Feature: A hostile feature

  Background:
    Given the manifest "specification/web.yaml"

  @core @B01
  Scenario: delete a Namespace
    When the Namespace "shop" is deleted
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: restart another Deployment of kube-system
    When the Deployment "coredns" of the DNS servers is restarted while a client asks for "web"
    Then the Service "web" answers its virtual IP, and nothing else

  @core @B01
  Scenario: expose what another namespace has
    When kubectl is told to expose the Deployment "--namespace=shop" as the Service "x", from port 80 to port 80
    Then the Service "web" answers its virtual IP, and nothing else
"""


@pytest.mark.parametrize(
    ("manifest", "options", "words"),
    [
        (SHOP, (), 'Namespace "shop": declares a Namespace'),
        (SHOP, ("--create-namespaces",), 'Namespace "shop": the namespace "shop" already exists'),
        (
            SHOP.partition("---")[2].replace("name: web", "name: web, namespace: shop"),
            (),
            '"shop" is not the namespace',
        ),
        (
            SHOP.partition("---")[2].replace("name: web", "name: web, namespace: kube-system"),
            ("--create-namespaces",),
            'the namespace "kube-system" already exists',
        ),
        (CLUSTER_SCOPED, ("--create-namespaces",), 'ClusterRole "trial": is cluster-scoped'),
        (OTHERS_NAME, (), "exists and was not made by this run"),
    ],
)
def test_a_manifest_that_names_what_others_have_is_refused_by_name(
    svcdns: Svcdns, unchanged: Callable[[], None], tmp_path: Path, manifest: str, options: tuple[str, ...], words: str
):
    (tmp_path / "app.yaml").write_text(manifest)
    done = svcdns("record", "out", "-f", "app.yaml", *options)
    assert done.returncode != 0, done.stdout
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    unchanged()


def test_a_set_over_several_namespaces_is_recorded_in_those_that_are_made_for_it(
    svcdns: Svcdns, api: SomebodysApi, unchanged: Callable[[], None], tmp_path: Path
):
    (tmp_path / "app.yaml").write_text(SHOP.replace("shop", "svcdns-made-for-it"))
    done = svcdns("record", "out", "-f", "app.yaml", "--create-namespaces", "--namespace", "svcdns-main")
    assert done.returncode == 0, done.stderr
    assert "web.svcdns-main.svc" in (tmp_path / "out" / "answers.jsonl").read_text()
    names = {item["metadata"]["name"] for item in api.list("Namespace")}
    assert not {"svcdns-made-for-it", "svcdns-main"} & names
    unchanged()


def test_hostile_features_reach_nothing_outside_their_namespace(
    svcdns: Svcdns, unchanged: Callable[[], None], tmp_path: Path
):
    (tmp_path / "names.feature").write_text(HOSTILE_NAMES)
    (tmp_path / "steps.feature").write_text(HOSTILE_STEPS)
    (tmp_path / "pytest.toml").write_text((resources.features() / "pytest.toml").read_text())
    refused = svcdns("run", "names.feature", "-q")
    assert refused.returncode == 4, refused.stdout
    assert "so nothing was run" in refused.stdout
    assert len({line for line in refused.stdout.splitlines() if line.startswith("names.feature:")}) == 5, refused.stdout
    unchanged()
    done = svcdns("run", "steps.feature", "-q")
    assert "3 not determined" in done.stdout, done.stdout
    for run in (refused, done):
        assert "Traceback" not in run.stdout + run.stderr
    unchanged()


def test_what_exists_already_is_never_taken_over(api: SomebodysApi, unchanged: Callable[[], None]):
    own = Ownership(api, "abcde")
    for name in ("shop", "svcdns-abcde-fghij", "svcdns-abcde-copied"):
        with pytest.raises(TargetError, match=f'Namespace "{name}" exists and was not made by this run'):
            own.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        own.undo("Namespace", name)
    unchanged()


def test_clean_names_what_carries_our_label_and_leaves_it(svcdns: Svcdns, unchanged: Callable[[], None]):
    done = svcdns("clean", "--yes")
    assert done.returncode == 0, done.stderr
    for name in ("Namespace shop", "Namespace svcdns-abcde-fghij", "Namespace svcdns-abcde-copied"):
        assert f"not created by a run: {name} (run abcde)" in done.stderr
    assert "removed" not in done.stdout
    unchanged()


def test_a_namespace_that_was_replaced_during_the_run_is_not_changed(api: SomebodysApi, unchanged: Callable[[], None]):
    run = letters()
    web = read_text(SHOP.partition("---")[2], "app.yaml")
    with LiveCluster(settings(run)) as cluster:
        name = f"svcdns-{run}-taken"
        cluster.create_namespace(name)
        cluster.apply(web, name)
        cluster.settle(name)
        theirs = replaced(api, name)
        service = api.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web", "namespace": name, "labels": {marks.RUN: run}},
                "spec": {"ports": [{"port": 81}]},
            }
        )
        for attempt in (
            lambda: cluster.apply(web, name),
            lambda: cluster.delete("Service", "web", name),
            lambda: cluster.resolver(name),
        ):
            with pytest.raises(TargetError):
                attempt()
        cluster.delete_namespace(name)
        assert cluster.await_deleted(60) == []
    now = api.get("Namespace", name)
    assert now
    assert now["metadata"]["uid"] == theirs
    assert "deletionTimestamp" not in now["metadata"]
    assert (api.get("Service", "web", name) or {})["metadata"]["uid"] == service["metadata"]["uid"]
    api.delete("Namespace", name)
    unchanged()


def test_two_runs_of_one_id_do_not_begin_and_the_first_goes_on(api: SomebodysApi):
    run = letters()
    with LiveCluster(settings(run)) as first:
        with pytest.raises(UsageError, match=f"the run's id {run} is in use"), LiveCluster(settings(run)):
            pass
        lease = api.get("Lease", f"svcdns-{run}", "default")
        assert lease
        assert "deletionTimestamp" not in lease["metadata"]
        first.create_namespace(f"svcdns-{run}-still")
        first.delete_namespace(f"svcdns-{run}-still")
        assert first.await_deleted(60) == []


@pytest.mark.parametrize("how", ["deleted", "an hour behind", "an hour ahead"])
def test_clean_leaves_a_live_run_alone_even_without_its_lease(api: SomebodysApi, svcdns: Svcdns, how: str):
    run = letters()
    with LiveCluster(settings(run)) as cluster:
        name = f"svcdns-{run}-alive"
        cluster.create_namespace(name)
        if how == "deleted":
            api.delete("Lease", f"svcdns-{run}", "default")
        else:
            # What this process takes for the API server's time from now on.
            cluster.api.client.clock_offset += timedelta(hours=-1 if how == "an hour behind" else 1)
            assert within(30, lambda: not lease.is_live(api.get("Lease", f"svcdns-{run}", "default") or {}, api.now()))
            assert name in {one.name for one in leftovers.find(api).present}
        done = svcdns("clean", "--yes")
        assert name not in done.stdout, done.stdout
        assert "deletionTimestamp" not in (api.get("Namespace", name) or {})["metadata"]
        cluster.delete_namespace(name)
        assert cluster.await_deleted(60) == []


def test_clean_with_a_context_that_points_elsewhere_by_then_removes_nothing_there(
    api: SomebodysApi, unchanged: Callable[[], None], tmp_path: Path
):
    """The other cluster is this one: its objects with that run's names and labels belong to others."""
    config = yaml.safe_load(Path(KUBECONFIG).read_text())
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    done = subprocess.run(
        [sys.executable, "-m", "svcdns", "clean", "--yes", "--context", CONTEXT, "--kubeconfig", tmp_path / "config"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert "removed" not in done.stdout
    unchanged()


@pytest.mark.timeout(600)
def test_interrupted_runs_leave_nothing_and_touch_nothing_of_others(api: SomebodysApi, unchanged: Callable[[], None]):
    feature = str(resources.features() / "combinations" / "deployment_headless.feature")
    stops = [lambda pid: os.killpg(pid, signal.SIGINT), lambda pid: os.kill(pid, signal.SIGTERM)]
    for number, stop in zip(range(4), itertools.cycle(stops), strict=False):
        status, output = interrupted((feature, *(("-n", "2") if number % 2 else ())), stop, 15)
        assert status in (0, 2), output
    assert [one for one in leftovers.find(api).present if one.run != "abcde"] == []
    unchanged()


@pytest.mark.timeout(600)
def test_a_killed_run_is_cleaned_and_only_that(api: SomebodysApi, svcdns: Svcdns, unchanged: Callable[[], None]):
    feature = str(resources.features() / "combinations" / "deployment_headless.feature")
    with subprocess.Popen(command(feature), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        assert within(120, lambda: bool(made_by_runs(api)) or process.poll() is not None)
        time.sleep(3)
        process.kill()
    left = made_by_runs(api)
    assert left
    assert within(120, lambda: len(leftovers.find(api).present) >= len(left))
    done = svcdns("clean", "--yes")
    assert done.returncode == 0, done.stderr
    assert all(f"removed Namespace {name} " in done.stdout for name in left), done.stdout
    assert made_by_runs(api) == []
    unchanged()


def settings(run: str) -> ClusterSettings:
    return ClusterSettings(run=run, context=CONTEXT, kubeconfig=Path(KUBECONFIG), vantage="probe")


def letters() -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=5))


def made_by_runs(api: SomebodysApi) -> list[str]:
    """The Namespaces that runs made and that are not being deleted."""
    items = api.list("Namespace", labels={marks.RUN: None})
    return [
        item["metadata"]["name"]
        for item in items
        if item["metadata"].get("annotations", {}).get(marks.UID) == item["metadata"]["uid"]
    ]


def replaced(api: SomebodysApi, name: str) -> str:
    """Delete a Namespace and make another of its name and labels; its uid."""
    labels = (api.get("Namespace", name) or {})["metadata"]["labels"]
    api.delete("Namespace", name)
    assert within(60, lambda: api.get("Namespace", name) is None)
    made = api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    return str(made["metadata"]["uid"])
