"""What a real API server and real controllers made of the recorded manifests, and what this cluster makes of them."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from harness import data
from harness.controllers import Cluster
from harness.manifests import read_text
from harness.state import ClusterState, family_of, load

RECORDED = data.fixtures() / "recorded"
STATES = sorted(path.parent for path in RECORDED.glob("*/*/state.json"))

#: The recorded annotation that stood in for the application's readiness.
_STAND_IN = "lab/ready"
_GATE = {"readinessGates": [{"conditionType": "svcdns.dev/ready"}]}
_GENERATED = re.compile(r"-[bcdf4-9]{8,10}-[a-z0-9]{5}$|-[a-z0-9]{5}$")


def _rebuilt(directory) -> ClusterState:
    """The state of a cluster to which the manifests of a recording were applied and its changes made."""
    cluster = Cluster()
    for group in yaml.safe_load((directory.parent / "manifests.yaml").read_text(encoding="utf-8")):
        namespace = group["namespace"]
        cluster.create_namespace(namespace)
        for item in group["objects"]:
            pod = item["spec"].get("template", item)
            if _STAND_IN in pod["metadata"].get("annotations", {}):
                pod["spec"].update(_GATE)
        text = "\n---\n".join(json.dumps(item) for item in group["objects"])
        cluster.apply(read_text(text, "manifests.yaml"), namespace)
    match directory.name:
        case "none-ready" | "unready":
            cluster.wish_ready("t", ready=False)
        case "one-unready":
            cluster.set_ready("web-1", "t", ready=False)
        case "scaled-down":
            cluster.set_ready("web-1", "t", ready=False)
            cluster.scale("StatefulSet", "web", 2, "t")
    return cluster.state


def _base(name: str) -> str:
    """A name without its generated part."""
    return _GENERATED.sub("-*", name)


def _pods(state: ClusterState):
    return sorted(
        (
            _base(pod.key.name),
            pod.hostname,
            pod.subdomain,
            pod.ready,
            pod.phase,
            [family_of(address) for address in pod.addresses],
            sorted(set(pod.labels) - {"pod-template-hash", "controller-revision-hash"}),
        )
        for pod in state.pods.values()
    )


def _services(state: ClusterState):
    return sorted(
        (name, item.type, len(item.cluster_ips), item.families, item.ports, item.external_name, item.publish_not_ready)
        for (_, name), item in state.services.items()
    )


def _slices(state: ClusterState):
    found = []
    for item in state.slices.values():
        endpoints = sorted(
            (
                [family_of(address) for address in endpoint.addresses],
                endpoint.ready,
                endpoint.serving,
                endpoint.terminating,
                endpoint.hostname,
                _base(endpoint.pod),
            )
            for endpoint in item.endpoints
        )
        ports = sorted((port.name, port.protocol, port.port) for port in item.ports)
        found.append((item.service, _base(item.key.name), item.address_type, endpoints, ports))
    return sorted(found)


@pytest.mark.parametrize("directory", STATES, ids=[f"{path.parent.name}-{path.name}" for path in STATES])
@pytest.mark.parametrize("view", [_pods, _services, _slices], ids=["pods", "services", "slices"])
def test_the_cluster_makes_what_a_real_one_made(directory, view):
    recorded, rebuilt = load(directory / "state.json").only("t"), _rebuilt(directory).only("t")
    assert recorded.services
    assert view(rebuilt) == view(recorded)


def _shape(item) -> set[str]:
    """The field paths of an object, without those of what differs from cluster to cluster."""
    if isinstance(item, dict):
        return {f"{name}.{path}" for name, value in item.items() for path in _shape(value)}
    if isinstance(item, list):
        return {path for value in item for path in _shape(value)} or {""}
    return {""}


@pytest.mark.parametrize("kind", ["Service", "EndpointSlice", "Pod"])
def test_stored_objects_have_every_field_of_the_real_ones(kind):
    directory = RECORDED / "combo4-statefulset-headless" / "ready"
    recorded = json.loads((directory / "state.json").read_text(encoding="utf-8"))["items"]
    cluster = Cluster()
    cluster.create_namespace("t")
    (group,) = yaml.safe_load((directory.parent / "manifests.yaml").read_text(encoding="utf-8"))
    cluster.apply(read_text("\n---\n".join(json.dumps(item) for item in group["objects"])), "t")
    real = set.union(*(_shape(item) for item in recorded if item["kind"] == kind and "namespace" in item["metadata"]))
    ours = set.union(*(_shape(item) for item in cluster.objects() if item["kind"] == kind))
    assert real - ours == set()
