from __future__ import annotations

import pytest

from harness.errors import TargetError


@pytest.fixture
def gated(world, workload, service):
    world.apply(workload("StatefulSet", replicas=3, gated=True, podManagementPolicy="Parallel"))
    world.apply(service(clusterIP="None"))
    return world


def test_pods_are_ready_unless_told_otherwise(gated):
    assert gated.ready() == {"web-0": True, "web-1": True, "web-2": True}


def test_one_pod_becomes_unready_and_ready_again(gated):
    gated.cluster.set_ready("web-1", "t", ready=False)
    assert gated.ready() == {"web-0": True, "web-1": False, "web-2": True}
    gated.cluster.set_ready("web-1", "t", ready=True)
    assert gated.ready() == {"web-0": True, "web-1": True, "web-2": True}


def test_a_wish_is_for_present_and_later_pods(gated):
    gated.cluster.wish_ready("t", ready=False)
    assert set(gated.ready().values()) == {False}
    gated.cluster.scale("StatefulSet", "web", 4, "t")
    gated.cluster.delete("Pod", "web-0", "t")
    assert gated.ready() == dict.fromkeys(["web-0", "web-1", "web-2", "web-3"], False)
    gated.cluster.wish_ready("t", ready=True)
    assert set(gated.ready().values()) == {True}


def test_a_replaced_pod_forgets_what_was_set_for_the_old_one(gated):
    gated.cluster.set_ready("web-1", "t", ready=False)
    gated.cluster.delete("Pod", "web-1", "t")
    assert gated.pod("web-1").ready


def test_a_pod_without_the_gate_is_ready_always(world, workload):
    world.cluster.wish_ready("t", ready=False)
    world.apply(workload("Deployment", replicas=2))
    world.cluster.wish_ready("t", ready=False)
    assert [pod.ready for pod in world.pods] == [True, True]


def test_a_pod_without_the_gate_cannot_be_made_unready(world, bare_pod):
    world.apply(bare_pod())
    with pytest.raises(TargetError, match=r'Pod "p" of the namespace "t" has no readiness gate svcdns\.dev/ready'):
        world.cluster.set_ready("p", "t", ready=False)


def test_a_gate_that_nobody_sets_keeps_a_pod_unready(world, bare_pod):
    world.apply(bare_pod(readinessGates=[{"conditionType": "example.com/other"}]))
    assert not world.pod("p").ready


def test_only_the_ready_condition_follows_the_gate(gated):
    gated.cluster.set_ready("web-1", "t", ready=False)
    conditions = gated.stored("Pod", "web-1")["status"]["conditions"]
    assert {condition["type"]: condition["status"] for condition in conditions} == {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": "True",
        "Ready": "False",
        "svcdns.dev/ready": "False",
    }


def test_wishes_end_with_their_namespace(gated):
    gated.cluster.wish_ready("t", ready=False)
    gated.cluster.delete("Namespace", "t", "")
    gated.cluster.create_namespace("t")
    gated.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p"},
            "spec": {
                "containers": [{"name": "c", "image": "pause"}],
                "readinessGates": [{"conditionType": "svcdns.dev/ready"}],
            },
        }
    )
    assert gated.pod("p").ready


def test_readiness_of_what_is_not_there_is_refused(gated):
    with pytest.raises(
        TargetError, match=r'Pod "web-9" does not exist in the namespace "t": there is web-0, web-1, web-2'
    ):
        gated.cluster.set_ready("web-9", "t", ready=True)
    with pytest.raises(TargetError, match='Namespace "nowhere" does not exist'):
        gated.cluster.wish_ready("nowhere", ready=True)


def test_a_pod_with_a_scheduling_gate_has_no_address_and_is_no_endpoint(world, service):
    world.apply(service(clusterIP="None"), _pod("held", schedulingGates=[{"name": "t.dev/held"}]), _pod("runs"))
    assert (world.pod("held").addresses, world.pod("held").phase) == ((), "Pending")
    assert world.ready() == {"runs": True}


def test_a_pod_whose_deadline_is_over_has_failed_and_is_no_endpoint(world, service):
    world.apply(service(clusterIP="None"), _pod("over", activeDeadlineSeconds=1), _pod("runs"))
    assert (world.pod("over").ready, world.pod("over").phase) == (False, "Failed")
    assert world.ready() == {"runs": True}


def _pod(name, **spec):
    containers = [{"name": "web", "image": "registry.k8s.io/pause:3.10"}]
    metadata = {"name": name, "labels": {"app": "web"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers, **spec}}


@pytest.mark.parametrize(
    ("image", "ready"),
    [("registry.k8s.io/pause:3.10", False), ("pause", False), ("docker.io/library/nginx:1", True)],
)
def test_a_probe_of_a_pause_container_fails_and_every_other_passes(image, ready, world, bare_pod):
    pod = bare_pod()
    pod["spec"]["containers"][0] |= {"image": image, "readinessProbe": {"tcpSocket": {"port": 8080}}}
    world.apply(pod)
    assert [pod.ready for pod in world.pods] == [ready]
