from __future__ import annotations

import pytest

from svcdns.errors import TargetError


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


#: Containers of a user's own pods: with an ordinary probe, and with none.
ORDINARY = [
    {"name": "c", "image": "qdrant/qdrant:v1", "readinessProbe": {"httpGet": {"path": "/readyz", "port": 6333}}},
    {"name": "c", "image": "qdrant/qdrant:v1"},
]


@pytest.fixture(params=ORDINARY, ids=["with a probe", "without a probe"])
def ordinary(request, world, workload, service):
    """Three pods without the gate, applied by the function that it gives."""

    def apply(kind, **spec):
        world.apply(workload(kind, replicas=3, pod={"containers": [request.param]}, **spec))
        world.apply(service(clusterIP="None"))

    world.apply_ordinary = apply
    return world


def conditions(world, pod):
    return {one["type"]: one["status"] for one in world.stored("Pod", pod)["status"]["conditions"]}


def test_a_pod_without_the_gate_is_as_ready_as_its_namespace_is_wished(ordinary):
    ordinary.cluster.wish_ready("t", ready=False)
    ordinary.apply_ordinary("Deployment")
    assert [pod.ready for pod in ordinary.pods] == [False] * 3
    assert list(ordinary.ready().values()) == [False] * 3
    ordinary.cluster.wish_ready("t", ready=True)
    assert list(ordinary.ready().values()) == [True] * 3
    ordinary.cluster.wish_ready("t", ready=False)
    assert list(ordinary.ready().values()) == [False] * 3


def test_one_pod_without_the_gate_becomes_unready_and_ready_again(ordinary):
    ordinary.apply_ordinary("StatefulSet", podManagementPolicy="Parallel")
    ordinary.cluster.set_ready("web-1", "t", ready=False)
    assert ordinary.ready() == {"web-0": True, "web-1": False, "web-2": True}
    ordinary.cluster.set_ready("web-1", "t", ready=True)
    assert ordinary.ready() == {"web-0": True, "web-1": True, "web-2": True}


def test_without_the_gate_the_containers_are_what_is_not_ready(ordinary):
    ordinary.apply_ordinary("StatefulSet")
    ordinary.cluster.set_ready("web-1", "t", ready=False)
    assert conditions(ordinary, "web-1") == {
        "PodScheduled": "True",
        "Initialized": "True",
        "ContainersReady": "False",
        "Ready": "False",
    }


def test_an_ordered_stateful_set_without_the_gate_goes_on_behind_no_unready_pod(ordinary):
    ordinary.cluster.wish_ready("t", ready=False)
    ordinary.apply_ordinary("StatefulSet")
    assert ordinary.names == ["web-0"]
    ordinary.cluster.set_ready("web-0", "t", ready=True)
    assert ordinary.ready() == {"web-0": True, "web-1": False}
    ordinary.cluster.set_ready("web-1", "t", ready=True)
    assert ordinary.ready() == {"web-0": True, "web-1": True, "web-2": False}


def test_the_rollout_of_a_deployment_without_the_gate_waits_for_ready_pods(ordinary):
    ordinary.apply_ordinary("Deployment")
    before = set(ordinary.names)
    ordinary.cluster.wish_ready("t", ready=False)
    for name in before:
        ordinary.cluster.set_ready(name, "t", ready=True)
    ordinary.cluster.restart("Deployment", "web", "t")
    assert len(before & set(ordinary.names)) == 3
    (new,) = set(ordinary.names) - before
    ordinary.cluster.set_ready(new, "t", ready=True)
    assert len(before & set(ordinary.names)) == 2


def test_a_replaced_pod_without_the_gate_forgets_what_was_set_for_the_old_one(ordinary):
    ordinary.apply_ordinary("StatefulSet")
    ordinary.cluster.set_ready("web-1", "t", ready=False)
    ordinary.cluster.delete("Pod", "web-1", "t")
    assert ordinary.pod("web-1").ready


def test_a_pod_that_cannot_be_ready_does_not_become_so(world, bare_pod):
    probed = bare_pod("probed")
    probed["spec"]["containers"][0]["readinessProbe"] = {"tcpSocket": {"port": 8080}}
    held = bare_pod("held", schedulingGates=[{"name": "t.dev/held"}])
    world.apply(probed, held, bare_pod("over", activeDeadlineSeconds=1))
    for name in ("probed", "held", "over"):
        world.cluster.set_ready(name, "t", ready=True)
    assert [pod.ready for pod in world.pods] == [False] * 3


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
        TargetError, match=r'Pod "web-9" does not exist in the namespace "t": it has web-0, web-1, web-2'
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
