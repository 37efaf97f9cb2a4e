from __future__ import annotations

import re

import pytest

ALPHABET = "[bcdfghjklmnpqrstvwxz2456789]"


def _labels(world):
    return [dict(pod.labels) for pod in world.pods]


def test_a_deployment_names_its_replica_set_by_template_and_its_pods_after_that(world, workload):
    world.apply(workload("Deployment", replicas=3))
    (replica_set,) = world.kinds("ReplicaSet")
    assert re.fullmatch(rf"web-{ALPHABET}{{1,10}}", replica_set["metadata"]["name"])
    assert len(world.pods) == 3
    for pod in world.pods:
        assert re.fullmatch(rf"{replica_set['metadata']['name']}-{ALPHABET}{{5}}", pod.key.name)
        assert pod.owner == f"ReplicaSet/{replica_set['metadata']['name']}"
        assert pod.labels["pod-template-hash"] == replica_set["metadata"]["name"].removeprefix("web-")
        assert (pod.hostname, pod.subdomain) == ("", "")
        assert pod.ready
        assert pod.phase == "Running"


def test_equal_templates_have_equal_hashes_and_other_templates_another(world, workload):
    world.apply(workload("Deployment", "a"), workload("Deployment", "b"), workload("Deployment", "c", app="c"))
    a, b, c = (item["metadata"]["name"][2:] for item in world.kinds("ReplicaSet"))
    assert a == b != c


def test_the_base_of_a_generated_name_is_cut_to_58_characters(world, workload):
    name = "w" * 60
    world.apply(workload("ReplicaSet", name))
    assert re.fullmatch(rf"w{{58}}{ALPHABET}{{5}}", world.names[0])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ReplicaSet", rf"web-{ALPHABET}{{5}}"),
        ("ReplicationController", rf"web-{ALPHABET}{{5}}"),
        ("DaemonSet", rf"web-{ALPHABET}{{5}}"),
        ("Job", rf"web-{ALPHABET}{{5}}"),
        ("StatefulSet", "web-0"),
    ],
)
def test_every_controller_names_its_pods_in_its_own_way(world, workload, kind, name):
    world.apply(workload(kind))
    (pod,) = world.pods
    assert re.fullmatch(name, pod.key.name)
    assert pod.owner == f"{kind}/web"


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"])
def test_a_workload_is_scaled_up_down_and_to_zero(world, workload, kind):
    world.apply(workload(kind))
    for replicas in (4, 2, 0, 1):
        world.cluster.scale(kind, "web", replicas, "t")
        assert len(world.pods) == replicas


def test_scaling_down_keeps_the_ready_and_then_the_oldest_pods(world, workload):
    world.apply(workload("ReplicaSet", replicas=2, gated=True))
    oldest = world.names
    world.cluster.scale("ReplicaSet", "web", 4, "t")
    world.cluster.set_ready(oldest[0], "t", ready=False)
    world.cluster.scale("ReplicaSet", "web", 3, "t")
    assert oldest[0] not in world.names
    world.cluster.scale("ReplicaSet", "web", 1, "t")
    assert world.names == [oldest[1]]


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "ReplicationController", "DaemonSet", "Job"])
def test_a_deleted_pod_comes_back_under_a_new_name_and_address(world, workload, kind):
    world.apply(workload(kind))
    (before,) = world.pods
    world.cluster.delete("Pod", before.key.name, "t")
    (after,) = world.pods
    assert after.key != before.key
    assert set(after.addresses).isdisjoint(before.addresses)


def test_a_deleted_pod_of_a_stateful_set_comes_back_under_its_name_with_a_new_address(world, workload):
    world.apply(workload("StatefulSet", replicas=2))
    before = world.pod("web-0")
    world.cluster.delete("Pod", "web-0", "t")
    after = world.pod("web-0")
    assert world.names == ["web-0", "web-1"]
    assert set(after.addresses).isdisjoint(before.addresses)
    assert after.hostname == "web-0"


def test_a_bare_pod_does_not_come_back(world, bare_pod):
    world.apply(bare_pod())
    world.cluster.delete("pod", "p", "t")
    assert world.pods == []


@pytest.mark.parametrize(
    "kind", ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job"]
)
def test_what_a_workload_owns_goes_with_it(world, workload, kind):
    world.apply(workload(kind))
    assert world.pods
    world.cluster.delete(kind, "web", "t")
    assert [item["kind"] for item in world.cluster.objects("t")] == []


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_restart_replaces_every_pod_also_twice_within_a_second(world, workload, kind):
    spec = {} if kind == "DaemonSet" else {"replicas": 3}
    world.apply(workload(kind, **spec))
    for _ in range(2):
        before = world.pods
        world.cluster.restart(kind, "web", "t")
        after = world.pods
        assert len(after) == len(before)
        assert not {pod.addresses for pod in before} & {pod.addresses for pod in after}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_applying_the_same_manifest_again_changes_nothing_also_after_a_restart(world, workload, kind):
    world.apply(workload(kind))
    world.cluster.restart(kind, "web", "t")
    before = world.cluster.state
    world.apply(workload(kind))
    assert world.cluster.state == before


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_another_template_makes_other_pods(world, workload, kind):
    world.apply(workload(kind))
    (before,) = world.pods
    world.apply(workload(kind, pod={"hostname": "h", "subdomain": "s"}))
    (after,) = world.pods
    assert before.addresses != after.addresses
    # The StatefulSet controller sets the pod's hostname and subdomain itself.
    assert (after.hostname, after.subdomain) == (("web-0", "web") if kind == "StatefulSet" else ("h", "s"))


def test_a_replica_set_of_its_own_keeps_its_pods_when_its_template_changes(world, workload):
    world.apply(workload("ReplicaSet"))
    before = world.pods
    world.apply(workload("ReplicaSet", pod={"hostname": "h"}))
    assert world.pods == before


def test_a_number_of_replicas_that_the_manifest_leaves_open_stays(world, workload):
    world.apply(workload("Deployment"))
    world.cluster.scale("Deployment", "web", 3, "t")
    world.apply(workload("Deployment"))
    assert len(world.pods) == 3
    world.apply(workload("Deployment", replicas=2))
    assert len(world.pods) == 2


def test_returning_to_an_old_template_returns_to_its_replica_set(world, workload):
    world.apply(workload("Deployment"))
    world.apply(workload("Deployment", pod={"hostname": "h"}))
    world.apply(workload("Deployment"))
    sizes = [item["spec"]["replicas"] for item in world.kinds("ReplicaSet")]
    assert sizes == [1, 0]


def test_old_replica_sets_are_kept_up_to_the_history_limit(world, workload):
    for number in range(4):
        world.apply(workload("Deployment", revisionHistoryLimit=2, pod={"hostname": f"h{number}"}))
    assert len(world.kinds("ReplicaSet")) == 3


@pytest.mark.parametrize(
    ("strategy", "old", "new"),
    [
        # 25 % of 4 may be added and 25 % may be missing: one old pod goes, two new ones come and never become ready.
        ({}, 3, 2),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, 4, 1),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 2}}, 2, 2),
        ({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}}, 2, 2),
        ({"type": "Recreate"}, 0, 4),
    ],
)
def test_a_rollout_whose_pods_never_become_ready_stops_where_its_strategy_says(world, workload, strategy, old, new):
    strategy = {"strategy": strategy} if strategy else {}
    world.apply(workload("Deployment", replicas=4, gated=True, **strategy))
    before = set(world.names)
    world.cluster.wish_ready("t", ready=False)
    for name in before:
        world.cluster.set_ready(name, "t", ready=True)
    world.apply(workload("Deployment", replicas=4, gated=True, pod={"hostname": "h"}, **strategy))
    assert (len(before & set(world.names)), len(set(world.names) - before)) == (old, new)
    for pod in world.names:
        world.cluster.set_ready(pod, "t", ready=True)
    while unready := [pod.key.name for pod in world.pods if not pod.ready]:
        world.cluster.set_ready(unready[0], "t", ready=True)
    assert len(world.pods) == 4
    assert {pod.hostname for pod in world.pods} == {"h"}


def test_a_rollout_replaces_pods_that_are_not_ready_first(world, workload):
    world.apply(workload("Deployment", replicas=4, gated=True))
    first, *others = world.names
    world.cluster.wish_ready("t", ready=False)
    for name in others:
        world.cluster.set_ready(name, "t", ready=True)
    world.apply(workload("Deployment", replicas=4, gated=True, pod={"hostname": "h"}))
    assert first not in world.names
    assert set(others) <= set(world.names)


def test_a_paused_deployment_keeps_its_pods_and_can_be_scaled(world, workload):
    world.apply(workload("Deployment", replicas=2))
    before = world.names
    world.apply(workload("Deployment", replicas=3, paused=True, pod={"hostname": "h"}))
    assert set(before) < set(world.names)
    assert {pod.hostname for pod in world.pods} == {""}
    world.apply(workload("Deployment", replicas=3, pod={"hostname": "h"}))
    assert {pod.hostname for pod in world.pods} == {"h"}


def test_a_deployment_waits_while_the_name_of_its_replica_set_is_taken(world, workload):
    world.apply(workload("Deployment"))
    taken = world.kinds("ReplicaSet")[0]["metadata"]["name"]
    world.cluster.delete("Deployment", "web", "t")
    world.apply(workload("ReplicaSet", taken, app="other"), workload("Deployment"))
    assert [pod.owner for pod in world.pods] == [f"ReplicaSet/{taken}"]
    assert [pod.labels["app"] for pod in world.pods] == ["other"]


def test_a_deployment_that_begins_paused_has_no_pods(world, workload):
    world.apply(workload("Deployment", paused=True))
    assert world.pods == []


def test_a_daemon_set_has_one_pod_on_the_one_node(world, workload):
    world.apply(workload("DaemonSet"))
    (pod,) = world.pods
    assert set(pod.labels) == {"app", "controller-revision-hash", "pod-template-generation"}


def test_a_daemon_set_that_updates_on_delete_keeps_its_pod_until_then(world, workload):
    world.apply(workload("DaemonSet", updateStrategy={"type": "OnDelete"}))
    (before,) = world.pods
    world.apply(workload("DaemonSet", updateStrategy={"type": "OnDelete"}, pod={"hostname": "h"}))
    assert world.pods == [before]
    world.cluster.delete("Pod", before.key.name, "t")
    assert world.pods[0].hostname == "h"


@pytest.mark.parametrize(
    ("spec", "pods"),
    [
        ({}, 1),
        ({"parallelism": 3}, 3),
        ({"completions": 2}, 1),
        ({"parallelism": 3, "completions": 2}, 2),
        ({"parallelism": 3, "suspend": True}, 0),
        ({"parallelism": 0}, 0),
    ],
)
def test_a_job_runs_as_many_pods_as_may_run_at_once(world, workload, spec, pods):
    world.apply(workload("Job", **spec))
    assert len(world.pods) == pods
    names = {"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
    assert all(set(pod.labels) == {"app", *names} for pod in world.pods)


def test_an_indexed_job_gives_its_pods_numbered_hostnames(world, workload):
    indexed = {"parallelism": 3, "completions": 3, "completionMode": "Indexed"}
    world.apply(workload("Job", pod={"subdomain": "web"}, **indexed))
    assert [(pod.hostname, pod.subdomain) for pod in world.pods] == [(f"web-{index}", "web") for index in range(3)]
    assert all(re.fullmatch(rf"web-[012]-{ALPHABET}{{5}}", name) for name in world.names)
    world.cluster.delete("Pod", world.names[1], "t")
    assert [pod.hostname for pod in world.pods] == ["web-0", "web-1", "web-2"]


def test_an_indexed_job_that_is_narrowed_keeps_fewer_pods(world, workload):
    indexed = {"completions": 3, "completionMode": "Indexed"}
    world.apply(workload("Job", parallelism=3, **indexed))
    world.apply(workload("Job", parallelism=2, **indexed))
    assert len(world.pods) == 2


def test_a_job_that_is_suspended_loses_its_pods(world, workload):
    world.apply(workload("Job", parallelism=2))
    world.apply(workload("Job", parallelism=2, suspend=True))
    assert world.pods == []


def test_a_deleted_namespace_takes_everything_along_and_can_be_made_anew(world, workload, service):
    world.apply(workload("StatefulSet", replicas=2), service())
    before = world.cluster.state.pods_by_address
    world.cluster.delete("Namespace", "t", "")
    assert world.cluster.objects("t") == []
    assert world.cluster.state.only("t") == world.cluster.state.only("nowhere")
    world.cluster.create_namespace("t")
    world.apply(workload("StatefulSet", replicas=2))
    assert not {address for pod in world.pods for address in pod.addresses} & set(before)


def test_pods_in_the_host_network_share_the_node_address(world, bare_pod):
    world.apply(bare_pod("a", hostNetwork=True), bare_pod("b", hostNetwork=True))
    assert [pod.addresses for pod in world.pods] == [("172.18.0.2", "fc00:f853:ccd:e793::2")] * 2


def test_labels_of_a_bare_pod_change_in_place(world, bare_pod):
    world.apply(bare_pod())
    before = world.pod("p")
    world.apply(bare_pod(app="other"))
    after = world.pod("p")
    assert (before.labels["app"], after.labels["app"]) == ("web", "other")
    assert before.addresses == after.addresses
