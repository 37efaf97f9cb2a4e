"""When the controller of a workload has nothing left to do."""

from __future__ import annotations

from typing import Any

import pytest

from svcdns.targets.cluster.watch.workloads import unfinished
from tests.targets.cluster.watch.items import DELETED, PRE_STOP, metadata, pod, view


def owned(name: str, owner: str, revision: str = "r", **more: Any) -> dict[str, Any]:
    kind, _, owner_name = owner.partition("/")
    item = pod(name, **more)
    item["metadata"]["ownerReferences"] = [{"kind": kind, "name": owner_name, "uid": owner_name, "controller": True}]
    item["metadata"]["labels"] |= {
        "pod-template-hash" if kind == "ReplicaSet" else "controller-revision-hash": revision
    }
    return item


def workload(kind: str, spec: dict[str, Any], **status: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "metadata": metadata("w", generation=2),
        "spec": spec,
        "status": {"observedGeneration": 2, **status},
    }


DEPLOYMENT = workload("Deployment", {"replicas": 2}, replicas=2, updatedReplicas=2)
OF_DEPLOYMENT = [owned("w-1", "ReplicaSet/w-r"), owned("w-2", "ReplicaSet/w-r")]
OF_SET = [owned("w-0", "StatefulSet/w"), owned("w-1", "StatefulSet/w")]
STATEFUL_SET = workload("StatefulSet", {"replicas": 2, "podManagementPolicy": "Parallel"}, updateRevision="r")
ENDING = owned("w-1", "StatefulSet/w", metadata=DELETED, container=PRE_STOP)
FAILURE = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}


@pytest.mark.parametrize(
    ("item", "pods", "said"),
    [
        (DEPLOYMENT, OF_DEPLOYMENT, ""),
        (DEPLOYMENT, OF_DEPLOYMENT[:1], "has 1 of 2 pods"),
        (DEPLOYMENT | {"metadata": metadata("w", generation=3)}, OF_DEPLOYMENT, "its controller has not seen"),
        (
            workload("Deployment", {"replicas": 2}, conditions=[FAILURE]),
            OF_DEPLOYMENT[:1],
            "has 1 of 2 pods: exceeded quota",
        ),
        (
            workload("Deployment", {"replicas": 2}, replicas=2, updatedReplicas=1),
            OF_DEPLOYMENT,
            "has pods of an old revision",
        ),
        (DEPLOYMENT, [OF_DEPLOYMENT[0], owned("w-2", "ReplicaSet/w-q", "q")], "has pods of an old revision"),
        (workload("Deployment", {"replicas": 2, "paused": True}), OF_DEPLOYMENT, ""),
        (workload("Deployment", {"replicas": 0}), [], ""),
        (STATEFUL_SET, OF_SET, ""),
        (STATEFUL_SET, OF_SET[1:], "has no pod w-0 yet"),
        (STATEFUL_SET, [OF_SET[0], ENDING], ""),
        (STATEFUL_SET, [*OF_SET, owned("w-2", "StatefulSet/w")], "still has the pod w-2"),
        (STATEFUL_SET, [OF_SET[0], owned("w-1", "StatefulSet/w", "q")], "its pod w-1 is of an old revision"),
        (
            workload("StatefulSet", {"replicas": 1, "ordinals": {"start": 1}}, updateRevision="r"),
            OF_SET[1:],
            "",
        ),
        (
            workload("StatefulSet", {"replicas": 2, "updateStrategy": {"type": "OnDelete"}}, updateRevision="s"),
            OF_SET,
            "",
        ),
        (
            workload(
                "StatefulSet",
                {"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 1}}},
                updateRevision="r",
            ),
            [owned("w-0", "StatefulSet/w", "q"), OF_SET[1]],
            "",
        ),
        (workload("ReplicaSet", {"replicas": 1}), [owned("w-1", "ReplicaSet/w")], ""),
        (workload("ReplicationController", {"replicas": 2}), [], "has 0 of 2 pods"),
        (
            workload("DaemonSet", {"updateStrategy": {}}, desiredNumberScheduled=1, updatedNumberScheduled=0),
            [owned("w-1", "DaemonSet/w")],
            "has pods of an old revision",
        ),
        (
            workload("DaemonSet", {"updateStrategy": {}}, desiredNumberScheduled=1, updatedNumberScheduled=1),
            [owned("w-1", "DaemonSet/w")],
            "",
        ),
        (workload("Job", {"parallelism": 2, "completions": 1}), [], "has 0 of 1 pods"),
        (workload("Job", {"parallelism": 1}, succeeded=1), [], ""),
    ],
)
def test_a_workload_is_finished_when_its_pods_are_as_declared(item: dict[str, Any], pods: list[Any], said: str):
    assert unfinished(item, view(*pods), lambda key, uid: True).startswith(said)
    assert bool(unfinished(item, view(*pods), lambda key, uid: True)) is bool(said)


@pytest.mark.parametrize(
    ("policy", "pods", "said"),
    [
        ("OrderedReady", OF_SET[:1], ""),
        ("OrderedReady", [], "has no pod w-0 yet"),
        ("Parallel", OF_SET[:1], "has no pod w-1 yet"),
        ("Parallel", [owned("w-0", "StatefulSet/w", "q"), OF_SET[1]], ""),
    ],
)
def test_a_stateful_set_stops_at_a_pod_that_is_wished_unready(policy: str, pods: list[Any], said: str):
    item = workload("StatefulSet", {"replicas": 2, "podManagementPolicy": policy}, updateRevision="r")
    assert unfinished(item, view(*pods), lambda key, uid: False) == said


def rolling(replicas: int, updated: int, **most: Any) -> dict[str, Any]:
    spec = {"replicas": replicas, "strategy": {"rollingUpdate": most}}
    pods = replicas + (most["maxSurge"] == "25%")
    return workload("Deployment", spec, replicas=pods, updatedReplicas=updated)


def of_deployment(old: int, new: int) -> list[Any]:
    return [
        owned(f"w-{revision}{n}", f"ReplicaSet/w-{revision}", revision)
        for revision, count in (("q", old), ("r", new))
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("item", "pods", "said"),
    [
        (rolling(3, 1, maxSurge="25%", maxUnavailable="25%"), of_deployment(3, 1), ""),
        (rolling(3, 0, maxSurge="25%", maxUnavailable="25%"), of_deployment(3, 0), "has pods of an old revision"),
        (rolling(2, 1, maxSurge=0, maxUnavailable=1), of_deployment(1, 1), ""),
        (rolling(4, 1, maxSurge="25%", maxUnavailable="25%"), of_deployment(4, 1), "has 5 of 4 pods"),
        (rolling(4, 2, maxSurge="25%", maxUnavailable="25%"), of_deployment(3, 2), ""),
    ],
)
def test_a_rolling_update_ends_at_new_pods_that_are_wished_unready(item: dict[str, Any], pods: list[Any], said: str):
    assert unfinished(item, view(*pods), lambda key, uid: False).startswith(said)
    assert bool(unfinished(item, view(*pods), lambda key, uid: False)) is bool(said)
