"""A small cluster to apply things to, and short ways to write manifests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from svcdns.controllers import Cluster, Note
from svcdns.manifests import read_text
from svcdns.state import EndpointSlice, Key, Pod, Service

Json = dict[str, Any]

GATE = "svcdns.dev/ready"


class World:
    """A cluster with a Namespace ``t``."""

    def __init__(self, **options: Any) -> None:
        self.cluster = Cluster(**{"seed": 1, **options})
        self.cluster.create_namespace("t")

    def apply(self, *objects: Json, namespace: str = "t") -> tuple[Note, ...]:
        text = "\n---\n".join(json.dumps(item, indent=1) for item in objects)
        return self.cluster.apply(read_text(text, "app.yaml"), namespace)

    @property
    def pods(self) -> list[Pod]:
        pods = self.cluster.state.only("t").pods
        return [pods[key] for key in sorted(pods)]

    @property
    def names(self) -> list[str]:
        return [pod.key.name for pod in self.pods]

    def pod(self, name: str) -> Pod:
        return self.cluster.state.pods[Key("t", name)]

    def service(self, name: str = "web") -> Service:
        return self.cluster.state.services[Key("t", name)]

    def slices(self, service: str = "web") -> tuple[EndpointSlice, ...]:
        return self.cluster.state.slices_by_service.get(Key("t", service), ())

    def ready(self, service: str = "web") -> dict[str, bool | None]:
        """Whether each pod behind a Service is ready, by its name."""
        return {endpoint.pod: endpoint.ready for item in self.slices(service) for endpoint in item.endpoints}

    def stored(self, kind: str, name: str) -> Json:
        found = (item for item in self.cluster.objects("t") if (item["kind"], item["metadata"]["name"]) == (kind, name))
        return next(found)

    def kinds(self, kind: str) -> list[Json]:
        return [item for item in self.cluster.objects("t") if item["kind"] == kind]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def world_of() -> Callable[..., World]:
    return World


def _template(labels: Mapping[str, str], *, gated: bool, **spec: Any) -> Json:
    container = {"name": "c", "image": "registry.k8s.io/pause:3.10"}
    gates = {"readinessGates": [{"conditionType": GATE}]} if gated else {}
    return {"metadata": {"labels": dict(labels)}, "spec": {"containers": [container], **gates, **spec}}


def _workload(
    kind: str, name: str = "web", *, app: str = "web", gated: bool = False, pod: Json | None = None, **spec: Any
) -> Json:
    group = {"Job": "batch/v1", "ReplicationController": "v1"}.get(kind, "apps/v1")
    selector: Json = {"selector": {"matchLabels": {"app": app}}}
    if kind == "Job":
        selector = {}
        pod = {"restartPolicy": "Never", **(pod or {})}
    if kind == "ReplicationController":
        selector = {"selector": {"app": app}}
    if kind == "StatefulSet":
        selector["serviceName"] = "web"
    template = _template({"app": app}, gated=gated, **(pod or {}))
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": name},
        "spec": {**selector, "template": template, **spec},
    }


@pytest.fixture
def workload() -> Callable[..., Json]:
    """A controller of pods with the label ``app``; keywords are fields of its spec, ``pod`` those of its pods."""
    return _workload


@pytest.fixture
def service() -> Callable[..., Json]:
    """A Service; keywords are fields of its spec."""

    def build(name: str = "web", **spec: Any) -> Json:
        if spec.get("type") != "ExternalName":
            spec = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}], **spec}
        spec = {field: value for field, value in spec.items() if value is not None}
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}

    return build


@pytest.fixture
def bare_pod() -> Callable[..., Json]:
    """A pod without a controller; keywords are fields of its spec."""

    def build(name: str = "p", *, app: str = "web", gated: bool = False, **spec: Any) -> Json:
        template = _template({"app": app}, gated=gated, **spec)
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, **template["metadata"]},
            "spec": template["spec"],
        }

    return build
