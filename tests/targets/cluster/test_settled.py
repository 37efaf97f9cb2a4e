"""When pods, EndpointSlices and workloads have nothing left to do."""

from __future__ import annotations

from typing import Any

import pytest

from svcdns.state import ClusterState, Key
from svcdns.targets.cluster.watch.picture import Picture
from svcdns.targets.cluster.watch.settled import lacking
from svcdns.targets.cluster.watch.workloads import unfinished

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "uid": "n", "resourceVersion": "1"}}
SECRET = "hunter2"


def metadata(name: str, **more: Any) -> dict[str, Any]:
    return {"namespace": "n", "name": name, "uid": name, "resourceVersion": "5", **more}


def pod(name: str, address: str = "10.0.0.1", *, ready: bool = True, gated: bool = True, **more: Any) -> dict[str, Any]:
    """A pod that runs; ``more`` are ``metadata``, ``spec``, ``status`` and conditions beside it."""
    conditions = {"Ready": str(ready), "ContainersReady": "True", **more.get("conditions", {})}
    container = {"name": "c", "image": "i", "env": [{"name": "TOKEN", "value": SECRET}], **more.get("container", {})}
    return {
        "kind": "Pod",
        "metadata": metadata(name, labels={"app": "web"}, annotations={"token": SECRET}, **more.get("metadata", {})),
        "spec": {
            "containers": [container],
            "readinessGates": [{"conditionType": "svcdns.dev/ready"}] if gated else [],
            **more.get("spec", {}),
        },
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": address}],
            "conditions": [
                {"type": type_, "status": status, "message": "the words"} for type_, status in conditions.items()
            ],
            **more.get("status", {}),
        },
    }


def service(**spec: Any) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]
    whole = {"selector": {"app": "web"}, "clusterIP": "None", "ipFamilies": ["IPv4"], "ports": ports, **spec}
    return {"kind": "Service", "metadata": metadata("web"), "spec": whole}


def endpoint_slice(*endpoints: dict[str, Any], number: int = 8080, **more: Any) -> dict[str, Any]:
    return {
        "kind": "EndpointSlice",
        "metadata": metadata(
            "web-1", labels={"kubernetes.io/service-name": "web"}, ownerReferences=[{"uid": "web", "kind": "Service"}]
        ),
        "addressType": "IPv4",
        "endpoints": list(endpoints),
        "ports": [{"name": "http", "port": number, "protocol": "TCP"}],
        **more,
    }


def endpoint(address: str = "10.0.0.1", *, ready: bool = True, **more: Any) -> dict[str, Any]:
    conditions = {"ready": ready, "serving": ready, "terminating": False, **more.pop("conditions", {})}
    return {"addresses": [address], "conditions": conditions, **more}


def picture(*items: dict[str, Any]) -> Picture:
    drawn = Picture(ClusterState())
    for item in (NAMESPACE, *items):
        drawn = drawn.put(item)
    return drawn


def problems(*items: dict[str, Any], wished: bool = True) -> list[str]:
    return list(lacking(picture(*items), "n", lambda key, uid: wished))


def test_a_namespace_that_is_not_there_is_not_settled():
    assert list(lacking(Picture(ClusterState()), "n", lambda key, uid: True)) == ['Namespace "n": is not there']


DELETED = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
PRE_STOP = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
GATED = [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]
PULL = {"image": "i", "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}


@pytest.mark.parametrize(
    ("item", "wished", "said"),
    [
        (pod("a"), True, []),
        (pod("a"), False, ["is still ready"]),
        (pod("a", ready=False), False, []),
        (pod("a", ready=False), True, ["is not ready yet"]),
        (pod("a", gated=False), False, []),
        (pod("a", conditions={"ContainersReady": "False"}), True, ["its containers do not run yet"]),
        (
            pod("a", ready=False, conditions={"ContainersReady": "False"}, container={"readinessProbe": {}}),
            True,
            [],
        ),
        (pod("a", status={"podIPs": []}), True, ["has no address yet"]),
        (pod("a", conditions={"PodScheduled": "False"}), True, ["is not scheduled: the words"]),
        (pod("a", status={"podIPs": [], "conditions": GATED}), True, []),
        (pod("a", status={"containerStatuses": [PULL]}), True, ["does not run: i: ErrImagePull: no such image"]),
        (pod("a", metadata=DELETED), True, ["is terminating"]),
        (pod("a", metadata=DELETED, container=PRE_STOP), True, []),
        (pod("a", metadata=DELETED, container=PRE_STOP, status={"phase": "Succeeded"}), True, ["is terminating"]),
        (pod("a", status={"phase": "Succeeded"}), True, []),
        (pod("a", spec={"activeDeadlineSeconds": 5}), True, ["is not over yet"]),
        (pod("a", spec={"activeDeadlineSeconds": 5}, status={"phase": "Failed"}), True, []),
    ],
)
def test_a_pod_is_settled_when_it_is_as_wished(item: dict[str, Any], wished: bool, said: list[str]):
    assert problems(item, wished=wished) == [f'Pod "a": {one}' for one in said]


HOSTNAME = {"hostname": "a", "subdomain": "web"}
DIFFERS = ['Service "web": its EndpointSlices differ from its pods at 10.0.0.1']
PUBLISHED = {"publishNotReadyAddresses": True}
OF_ENDPOINTS = [{"uid": "web", "kind": "Endpoints"}]
MIRRORED = endpoint_slice(endpoint()) | {"metadata": metadata("web-m", ownerReferences=OF_ENDPOINTS)}


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([pod("a"), service(), endpoint_slice(endpoint())], []),
        ([pod("a"), service()], ['Service "web": has no EndpointSlice of IPv4 yet']),
        ([pod("a"), service(), endpoint_slice()], DIFFERS),
        ([pod("a"), service(), endpoint_slice(endpoint(ready=False))], DIFFERS),
        ([service(), endpoint_slice(endpoint())], DIFFERS),
        ([pod("a", spec=HOSTNAME), service(), endpoint_slice(endpoint())], DIFFERS),
        ([pod("a", spec=HOSTNAME), service(), endpoint_slice(endpoint(hostname="a"))], []),
        ([pod("a", spec={**HOSTNAME, "subdomain": "x"}), service(), endpoint_slice(endpoint())], []),
        (
            [pod("a"), service(), endpoint_slice(endpoint(), number=81)],
            ['Service "web": its EndpointSlice web-1 has other ports than it'],
        ),
        (
            [pod("a"), service(ports=[]), endpoint_slice(endpoint())],
            ['Service "web": its EndpointSlice web-1 has other ports than it'],
        ),
        (
            [pod("a"), service(ports=[{"name": "http", "port": 80, "targetPort": "no"}]), endpoint_slice(endpoint())],
            [],
        ),
        (
            [
                pod("a", metadata=DELETED, container=PRE_STOP),
                service(**PUBLISHED),
                endpoint_slice(endpoint(conditions={"terminating": True})),
            ],
            [],
        ),
        ([pod("a"), service(selector=None)], []),
        ([pod("a"), service(type="ExternalName")], []),
        ([endpoint_slice()], ['EndpointSlice "web-1": outlives its Service']),
        ([MIRRORED], []),
    ],
)
def test_endpoint_slices_are_settled_when_they_say_what_the_pods_are(items: list[dict[str, Any]], said: list[str]):
    assert problems(*items) == said


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
def test_a_workload_has_finished_when_its_pods_are_as_declared(item: dict[str, Any], pods: list[Any], said: str):
    assert unfinished(item, picture(*pods), lambda key, uid: True).startswith(said)
    assert bool(unfinished(item, picture(*pods), lambda key, uid: True)) is bool(said)


@pytest.mark.parametrize(
    ("policy", "pods", "said"),
    [
        ("OrderedReady", OF_SET[:1], ""),
        ("OrderedReady", [], "has no pod w-0 yet"),
        ("Parallel", OF_SET[:1], "has no pod w-1 yet"),
        ("Parallel", [owned("w-0", "StatefulSet/w", "q"), OF_SET[1]], ""),
    ],
)
def test_a_stateful_set_goes_on_behind_no_pod_that_is_wished_unready(policy: str, pods: list[Any], said: str):
    item = workload("StatefulSet", {"replicas": 2, "podManagementPolicy": policy}, updateRevision="r")
    assert unfinished(item, picture(*pods), lambda key, uid: False) == said


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
    assert unfinished(item, picture(*pods), lambda key, uid: False).startswith(said)
    assert bool(unfinished(item, picture(*pods), lambda key, uid: False)) is bool(said)


def test_a_picture_is_not_older_than_what_it_was_shown():
    drawn = picture(pod("a"))
    assert drawn.shows(pod("b"))
    newer = pod("b", metadata={})
    newer["metadata"]["resourceVersion"] = "6"
    assert not drawn.shows(newer)
    assert drawn.without(newer).shows(newer)
    assert not drawn.shows({"kind": "Service", "metadata": metadata("a")})


def test_a_new_list_takes_away_what_it_does_not_hold():
    drawn = picture(pod("a"), pod("b"), service()).replaced("Pod", [pod("b")], 9)
    assert set(drawn.state.pods) == set(drawn.progress) == {Key("n", "b")}
    assert set(drawn.state.services) == {Key("n", "web")}
    assert drawn.versions == {"Namespace": 1, "Pod": 9, "Service": 5}


def test_a_picture_keeps_no_secret():
    assert SECRET in repr(pod("a"))
    assert SECRET not in repr(picture(pod("a")))
