"""Random manifests that an API server accepts: a few workloads and the Services over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

GATED = {"readinessGates": [{"conditionType": "svcdns.dev/ready"}]}
#: What Pod Security ``restricted`` asks of a pod.
_POD = {
    "terminationGracePeriodSeconds": 1,
    "securityContext": {"runAsNonRoot": True, "runAsUser": 65535, "seccompProfile": {"type": "RuntimeDefault"}},
}
_CONTAINER = {
    "name": "c",
    "image": "registry.k8s.io/pause:3.10",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
_PROBE = {"readinessProbe": {"periodSeconds": 1, "tcpSocket": {"port": 9}}}

SERVICE_NAMES = ("one", "two", "three")
PORT_NAMES = ("http", "dns", "dns-tcp")
PROTOCOLS = st.sampled_from(["TCP", "TCP", "UDP"])
HOSTNAMES = st.sampled_from(["", "", "host", "db-0"])
SUBDOMAINS = st.sampled_from(["", "one", "one", "two", "nosuch"])
PORTS = st.sampled_from([8080, 9090])
LABELS = st.sampled_from(["a", "b"])


def _port(name: str, number: int, protocol: str) -> Json:
    return {"name": name, "containerPort": number, "protocol": protocol}


#: By its name, and by its number and protocol, a port differs from the others of its container.
_PARTS = (lambda port: port["name"], lambda port: (port["containerPort"], port["protocol"]))


@dataclass(frozen=True)
class RandomWorld:
    """What is applied to a Namespace, and how many pods of which workload then become unready.

    Attributes:
        mix: what of the subjects that have to occur this one has.
    """

    objects: tuple[Json, ...]
    unready: tuple[tuple[str, int], ...]

    @property
    def mix(self) -> frozenset[str]:
        return frozenset(_mix(self))


@st.composite
def worlds(draw: st.DrawFn) -> RandomWorld:
    workloads = [draw(_workload(name)) for name in ("w", "x")[: draw(st.integers(1, 2))]]
    services = [draw(_service(name)) for name in SERVICE_NAMES[: draw(st.integers(1, 3))]]
    unready = [(item["metadata"]["name"], draw(st.sampled_from([0, 0, 1]))) for item in workloads]
    return RandomWorld((*services, *workloads), tuple(unready))


@st.composite
def _workload(draw: st.DrawFn, name: str) -> Json:
    kind = draw(st.sampled_from(["Pod", "Deployment", "StatefulSet"]))
    labels = {"app": draw(LABELS), "all": "yes"}
    ports = draw(
        st.lists(st.builds(_port, st.sampled_from(PORT_NAMES), PORTS, PROTOCOLS), max_size=2, unique_by=_PARTS)
    )
    probe = _PROBE if draw(st.integers(0, 5)) == 0 else {}
    own = {key: value for key, value in (("hostname", draw(HOSTNAMES)), ("subdomain", draw(SUBDOMAINS))) if value}
    spec = {**_POD, **GATED, **own, "containers": [{**_CONTAINER, "ports": ports, **probe}]}
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}
    labels |= {"own": name}
    governed = {"serviceName": draw(st.sampled_from([*SERVICE_NAMES[:2], "nosuch"])), "podManagementPolicy": "Parallel"}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {
            "replicas": draw(st.integers(1, 2)),
            "selector": {"matchLabels": {"own": name}},
            "template": {"metadata": {"labels": labels}, "spec": spec},
            **(governed if kind == "StatefulSet" else {}),
        },
    }


@st.composite
def _service(draw: st.DrawFn, name: str) -> Json:
    form = draw(st.integers(0, 9))
    if form == 0:
        target = draw(
            st.sampled_from(
                ["www.example.com", "one.default.svc.cluster.local", "kubernetes.default.svc.cluster.local"]
            )
        )
        spec: Json = {"type": "ExternalName", "externalName": target}
    else:
        spec = {
            "selector": draw(st.sampled_from([{"app": "a"}, {"app": "b"}, {"all": "yes"}, {"all": "yes"}])),
            "ports": draw(_ports()),
            **({"clusterIP": "None"} if draw(st.booleans()) else {}),
            **({"publishNotReadyAddresses": True} if draw(st.integers(0, 4)) == 0 else {}),
            **draw(
                st.sampled_from(
                    [{}, {}, {"ipFamilyPolicy": "PreferDualStack"}, {"ipFamilies": ["IPv6"]}, _BOTH, _TURNED]
                )
            ),
        }
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


_BOTH = {"ipFamilyPolicy": "RequireDualStack"}
_TURNED = {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]}


@st.composite
def _ports(draw: st.DrawFn) -> list[Json]:
    names = draw(st.sampled_from([("",), ("http",), ("http",), ("http", "dns"), ("http", "dns", "dns-tcp")]))
    return [
        {
            "port": 80 + index,
            "protocol": draw(PROTOCOLS),
            **({"name": name} if name else {}),
            **draw(st.sampled_from([{}, {"targetPort": 8080}, {"targetPort": "http"}, {"targetPort": "dns"}])),
        }
        for index, name in enumerate(names)
    ]


def _mix(world: RandomWorld) -> Iterator[str]:
    services = [item["spec"] for item in world.objects if item["kind"] == "Service"]
    workloads = [item for item in world.objects if item["kind"] != "Service"]
    selecting = [spec for spec in services if "selector" in spec]
    templates = [(item["spec"].get("template") or item) for item in workloads]
    counts = [sum(_selects(spec, one) for spec in selecting) for one in templates]
    if any(spec.get("clusterIP") == "None" for spec in services):
        yield "headless"
    if any(item["kind"] == "StatefulSet" for item in workloads) or any("hostname" in one["spec"] for one in templates):
        yield "hostname"
    if any(isinstance(port.get("targetPort"), str) for spec in selecting for port in spec["ports"]):
        yield "named targetPort"
    if any("DualStack" in spec.get("ipFamilyPolicy", "") for spec in services):
        yield "dual stack"
    if any(count for _, count in world.unready) or any(
        "readinessProbe" in one["spec"]["containers"][0] for one in templates
    ):
        yield "unready"
    if any(count > 1 for count in counts):
        yield "two Services over one pod"


def _selects(spec: Json, template: Json) -> bool:
    return bool(spec["selector"].items() <= template["metadata"]["labels"].items())
