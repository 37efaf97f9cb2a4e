"""What a real API server and real controllers made of the recorded manifests, and what this cluster makes of them."""

from __future__ import annotations

import json

import pytest
import yaml
from tests import shapes

from svcdns import resources
from svcdns.controllers import Cluster
from svcdns.manifests import read, read_text
from svcdns.state import ClusterState, load

RECORDED = resources.fixtures() / "recorded"
#: Recorded over a real API server and its controllers; the readiness of pods was written by hand.
GIVEN = sorted(path.parent for path in RECORDED.glob("*/*/state.json") if (path.parents[1] / "manifests.yaml").exists())
#: Recorded by the command from kind clusters, to which it applied the manifests of the combinations.
KIND = sorted(path.parent for path in RECORDED.glob("kind-*/*/state.json"))
STATES = [*GIVEN, *KIND]

#: The recorded annotation that stood in for the application's readiness.
_STAND_IN = "lab/ready"
_GATE = {"readinessGates": [{"conditionType": "svcdns.dev/ready"}]}


def _of_kind(directory) -> ClusterState:
    workload, exposed = directory.name.partition("-")[2].split("-")
    dual = directory.parent.name == "kind-dual"
    kind = "" if workload == "deployment" else f"-of-{exposed}-service"
    services = directory.parent if dual else resources.fixtures() / "combinations"
    cluster = Cluster(families=("IPv4", "IPv6") if dual else ("IPv4",))
    cluster.create_namespace("t")
    for path in (
        resources.fixtures() / "combinations" / f"{workload}{kind}.yaml",
        services / f"{exposed}-service.yaml",
    ):
        cluster.apply(read(path), "t")
    return cluster.state


def _rebuilt(directory) -> ClusterState:
    """The state of a cluster to which the manifests of a recording were applied and its changes made."""
    if directory in KIND:
        return _of_kind(directory)
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


@pytest.mark.parametrize("directory", STATES, ids=[f"{path.parent.name}-{path.name}" for path in STATES])
@pytest.mark.parametrize("view", [shapes.pods, shapes.services, shapes.slices], ids=["pods", "services", "slices"])
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
