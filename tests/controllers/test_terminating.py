from __future__ import annotations

import pytest

HELD = {
    "containers": [
        {"name": "c", "image": "pause", "lifecycle": {"preStop": {"sleep": {"seconds": 30}}}},
    ]
}


def _conditions(world):
    return {
        endpoint.addresses[0]: (endpoint.ready, endpoint.serving, endpoint.terminating)
        for item in world.slices()
        for endpoint in item.endpoints
    }


READY, TERMINATING = (True, True, False), (False, True, True)


def test_a_deleted_pod_that_sleeps_before_it_stops_serves_on_as_terminating(world, workload, service):
    world.apply(workload("ReplicaSet", pod=HELD), service())
    (old,) = world.pods
    world.cluster.delete("Pod", old.key.name, "t")
    (new,) = (pod for pod in world.pods if not pod.terminating)
    assert _conditions(world) == {old.addresses[0]: TERMINATING, new.addresses[0]: READY}
    world.cluster.finish_terminating("t")
    assert _conditions(world) == {new.addresses[0]: READY}
    assert world.pods == [new]


def test_an_unready_pod_that_terminates_does_not_serve(world, workload, service):
    world.apply(workload("ReplicaSet", gated=True, pod=HELD), service())
    (pod,) = world.pods
    world.cluster.set_ready(pod.key.name, "t", ready=False)
    world.cluster.scale("ReplicaSet", "web", 0, "t")
    assert _conditions(world) == {pod.addresses[0]: (False, False, True)}


def test_published_pods_stay_ready_while_they_terminate(world, workload, service):
    world.apply(workload("ReplicaSet", pod=HELD), service(publishNotReadyAddresses=True))
    (pod,) = world.pods
    world.cluster.scale("ReplicaSet", "web", 0, "t")
    assert _conditions(world) == {pod.addresses[0]: (True, True, True)}


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_a_replacement_of_the_same_place_waits_until_the_old_pod_is_gone(world, workload, kind):
    world.apply(workload(kind, pod=HELD))
    (old,) = world.pods
    world.cluster.delete("Pod", old.key.name, "t")
    assert [pod.terminating for pod in world.pods] == [True]
    world.cluster.finish_terminating("t")
    assert [pod.terminating for pod in world.pods] == [False]
    assert world.pods[0].addresses != old.addresses


def test_an_ordered_stateful_set_does_nothing_while_a_pod_terminates(world, workload):
    world.apply(workload("StatefulSet", replicas=3, pod=HELD))
    world.cluster.scale("StatefulSet", "web", 1, "t")
    assert [pod.terminating for pod in world.pods] == [False, False, True]
    world.cluster.finish_terminating("t")
    assert [pod.terminating for pod in world.pods] == [False, True]
    world.cluster.finish_terminating("t")
    assert world.names == ["web-0"]


def test_a_parallel_stateful_set_lets_all_surplus_pods_terminate_at_once(world, workload):
    world.apply(workload("StatefulSet", replicas=3, podManagementPolicy="Parallel", pod=HELD))
    world.cluster.scale("StatefulSet", "web", 1, "t")
    assert [pod.terminating for pod in world.pods] == [False, True, True]


def test_recreating_waits_until_the_old_pods_are_gone(world, workload):
    recreate = {"strategy": {"type": "Recreate"}, "replicas": 2, "pod": HELD}
    world.apply(workload("Deployment", **recreate))
    world.cluster.restart("Deployment", "web", "t")
    assert [pod.terminating for pod in world.pods] == [True, True]
    world.cluster.finish_terminating("t")
    assert [pod.terminating for pod in world.pods] == [False, False]


def test_pods_of_a_deleted_workload_terminate_too(world, workload):
    world.apply(workload("Deployment", pod=HELD))
    world.cluster.delete("Deployment", "web", "t")
    assert [pod.terminating for pod in world.pods] == [True]
    world.cluster.delete("Pod", world.names[0], "t")
    assert [pod.terminating for pod in world.pods] == [True]
    world.cluster.finish_terminating("t")
    assert world.cluster.objects("t") == []


def test_a_namespace_does_not_wait_for_terminating_pods(world, workload):
    world.apply(workload("Deployment", pod=HELD))
    world.cluster.delete("Namespace", "t", "")
    assert world.cluster.objects("t") == []


def test_a_pod_without_grace_is_gone_at_once(world, bare_pod):
    world.apply(bare_pod(terminationGracePeriodSeconds=0, **HELD))
    world.cluster.delete("Pod", "p", "t")
    assert world.pods == []
