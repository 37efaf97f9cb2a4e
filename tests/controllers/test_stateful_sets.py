from __future__ import annotations

import re

import pytest


def test_pods_are_numbered_and_carry_their_identity(world, workload):
    world.apply(workload("StatefulSet", replicas=2))
    assert world.names == ["web-0", "web-1"]
    assert [(pod.hostname, pod.subdomain) for pod in world.pods] == [("web-0", "web"), ("web-1", "web")]
    labels = dict(world.pod("web-1").labels)
    assert re.fullmatch(r"web-[bcdf4-9]{1,10}", labels.pop("controller-revision-hash"))
    assert labels == {
        "app": "web",
        "apps.kubernetes.io/pod-index": "1",
        "statefulset.kubernetes.io/pod-name": "web-1",
    }


def test_numbers_begin_where_the_ordinals_say(world, workload):
    world.apply(workload("StatefulSet", replicas=2, ordinals={"start": 5}))
    assert world.names == ["web-5", "web-6"]
    world.apply(workload("StatefulSet", replicas=2, ordinals={"start": 6}))
    assert world.names == ["web-6", "web-7"]


def test_without_a_service_name_pods_have_no_subdomain(world, workload):
    stateful_set = workload("StatefulSet")
    del stateful_set["spec"]["serviceName"]
    world.apply(stateful_set)
    assert (world.pod("web-0").hostname, world.pod("web-0").subdomain) == ("web-0", "")


def test_without_a_service_name_a_subdomain_of_the_template_is_overwritten(world, workload):
    stateful_set = workload("StatefulSet", pod={"subdomain": "web", "hostname": "other"})
    del stateful_set["spec"]["serviceName"]
    world.apply(stateful_set)
    assert (world.pod("web-0").hostname, world.pod("web-0").subdomain) == ("web-0", "")


@pytest.mark.parametrize(("length", "pods"), [(52, 1), (56, 0), (63, 0)])
def test_a_name_that_leaves_no_room_for_the_hash_of_the_revision_has_no_pod(world, workload, length, pods):
    world.apply(workload("StatefulSet", "w" * length))
    assert len(world.names) == pods


def test_ordered_pods_come_one_after_the_other_as_each_becomes_ready(world, workload):
    world.cluster.wish_ready("t", ready=False)
    world.apply(workload("StatefulSet", replicas=3, gated=True))
    for names in (["web-0"], ["web-0", "web-1"], ["web-0", "web-1", "web-2"]):
        assert world.names == names
        world.cluster.set_ready(names[-1], "t", ready=True)
    assert [pod.ready for pod in world.pods] == [True, True, True]


def test_parallel_pods_come_at_once(world, workload):
    world.cluster.wish_ready("t", ready=False)
    world.apply(workload("StatefulSet", replicas=3, gated=True, podManagementPolicy="Parallel"))
    assert world.names == ["web-0", "web-1", "web-2"]


@pytest.mark.parametrize("policy", ["OrderedReady", "Parallel"])
def test_scaling_down_takes_the_highest_numbers(world, workload, policy):
    world.apply(workload("StatefulSet", replicas=4, podManagementPolicy=policy))
    kept = world.pods[:2]
    world.cluster.scale("StatefulSet", "web", 2, "t")
    assert world.pods == kept


def test_ordered_scaling_down_waits_for_the_pods_that_stay(world, workload):
    world.apply(workload("StatefulSet", replicas=3, gated=True))
    world.cluster.set_ready("web-0", "t", ready=False)
    world.cluster.scale("StatefulSet", "web", 1, "t")
    assert world.names == ["web-0", "web-1", "web-2"]
    world.cluster.set_ready("web-0", "t", ready=True)
    assert world.names == ["web-0"]


def test_ordered_scaling_down_waits_for_an_unready_pod_below_the_highest(world, workload):
    world.apply(workload("StatefulSet", replicas=3, gated=True))
    for name in ("web-1", "web-2"):
        world.cluster.set_ready(name, "t", ready=False)
    world.cluster.scale("StatefulSet", "web", 1, "t")
    assert world.names == ["web-0", "web-1", "web-2"]
    world.cluster.set_ready("web-2", "t", ready=True)
    assert world.names == ["web-0"]


def test_an_update_goes_from_the_highest_number_down_and_waits_for_each(world, workload):
    world.apply(workload("StatefulSet", replicas=3, gated=True, podManagementPolicy="Parallel"))
    before = {pod.key.name: pod.addresses for pod in world.pods}
    world.cluster.wish_ready("t", ready=False)
    for name in world.names:
        world.cluster.set_ready(name, "t", ready=True)
    world.cluster.restart("StatefulSet", "web", "t")
    replaced = []
    while not all(pod.ready for pod in world.pods):
        (name,) = [pod.key.name for pod in world.pods if not pod.ready]
        assert world.pod(name).addresses != before[name]
        replaced.append(name)
        world.cluster.set_ready(name, "t", ready=True)
    assert replaced == ["web-2", "web-1", "web-0"]


def test_an_update_stops_at_the_partition(world, workload):
    strategy = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}
    world.apply(workload("StatefulSet", replicas=3, **strategy))
    before = world.pods
    world.cluster.restart("StatefulSet", "web", "t")
    assert [old == new for old, new in zip(before, world.pods, strict=True)] == [True, False, False]


def test_an_update_on_delete_leaves_the_pods_to_the_user(world, workload):
    strategy = {"updateStrategy": {"type": "OnDelete"}}
    world.apply(workload("StatefulSet", replicas=2, **strategy))
    before = world.pods
    world.cluster.restart("StatefulSet", "web", "t")
    assert world.pods == before
    world.cluster.delete("Pod", "web-0", "t")
    new, old = (pod.labels["controller-revision-hash"] for pod in world.pods)
    assert new != old


def test_a_pod_that_bears_the_name_already_holds_the_set_up(world, workload, bare_pod):
    world.apply(bare_pod("web-1", app="other"))
    world.apply(workload("StatefulSet", replicas=3))
    assert world.names == ["web-0", "web-1"]
    world.cluster.delete("Pod", "web-1", "t")
    assert world.names == ["web-0", "web-1", "web-2"]
    assert world.pod("web-1").owner == "StatefulSet/web"
