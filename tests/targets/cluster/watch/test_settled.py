"""When pods and EndpointSlices have settled."""

from __future__ import annotations

from typing import Any

import pytest

from svcdns.state import ClusterState
from svcdns.targets.cluster.watch.settled import lacking
from svcdns.targets.cluster.watch.view import ClusterView
from tests.targets.cluster.watch.items import DELETED, PRE_STOP, endpoint, endpoint_slice, metadata, pod, service, view


def problems(*items: dict[str, Any], wished: bool = True) -> list[str]:
    return list(lacking(view(*items), "n", lambda key, uid: wished))


def test_a_namespace_that_does_not_exist_is_not_settled():
    assert list(lacking(ClusterView(ClusterState()), "n", lambda key, uid: True)) == ['Namespace "n": does not exist']


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
        (pod("a", spec={"activeDeadlineSeconds": 5}), True, ["has not completed yet"]),
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
            ['Service "web": its EndpointSlice web-1 lists other ports than the Service'],
        ),
        (
            [pod("a"), service(ports=[]), endpoint_slice(endpoint())],
            ['Service "web": its EndpointSlice web-1 lists other ports than the Service'],
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
        ([endpoint_slice()], ['EndpointSlice "web-1": its Service is gone']),
        ([MIRRORED], []),
    ],
)
def test_endpoint_slices_are_settled_when_they_match_the_pods(items: list[dict[str, Any]], said: list[str]):
    assert problems(*items) == said
