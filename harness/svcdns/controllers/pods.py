"""Pods: how controllers create and delete them, and how the kubelet runs them.

Every pod without a scheduling gate is scheduled and its containers start at once. A pod with a deadline exceeds it at
once. `Store.wished` decides whether a pod's application is ready. In a pod with the readiness gate ``svcdns.dev/ready``
the gate's condition shows it. In any other pod the containers pass or fail their readiness probes, as if each had one.
A pause container with a probe always fails it: it listens on nothing and has no command to run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.controllers import naming
from svcdns.controllers.allocation import NODE
from svcdns.controllers.store import Json, Store, owner_reference
from svcdns.manifests import READINESS_GATE


def create(
    store: Store,
    owner: Json,
    *,
    name: str = "",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    spec: Mapping[str, Any] | None = None,
    base: str = "",
) -> None:
    """Create a pod from its owner's template, with the labels, annotations and fields that the controller adds.

    A pod without a ``name`` gets one made from ``base``, by default the owner's name.
    """
    template, namespace = owner["spec"]["template"], owner["metadata"]["namespace"]
    base = "" if name else base or f"{owner['metadata']['name']}-"
    metadata = store.new_metadata(name or store.new_name("Pod", namespace, base), namespace)
    if base:
        metadata["generateName"] = base
    for field, added in (("labels", labels), ("annotations", annotations)):
        if merged := {**(template["metadata"].get(field) or {}), **(added or {})}:
            metadata[field] = merged
    metadata["ownerReferences"] = [owner_reference(owner)]
    pod_spec = {field: value for field, value in {**template["spec"], **(spec or {})}.items() if value is not None}
    store.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_spec, "status": {}})


def delete(store: Store, pod: Json) -> None:
    """Delete a pod: one whose containers sleep before they stop stays as terminating, any other is gone at once."""
    if not _lingers(pod):
        store.drop(pod)
    elif not is_terminating(pod):
        grace = {
            "deletionTimestamp": naming.timestamp(),
            "deletionGracePeriodSeconds": pod["spec"]["terminationGracePeriodSeconds"],
        }
        store.put({**pod, "metadata": {**pod["metadata"], **grace}})


def owned(store: Store, owner: Json) -> list[Json]:
    """Return the pods that a controller owns, oldest first, terminating ones included."""
    uid = owner["metadata"]["uid"]
    return [pod for pod in store.objects("Pod", owner["metadata"]["namespace"]) if _controller(pod) == uid]


def active(pods: list[Json]) -> list[Json]:
    """Return the pods that are not being deleted."""
    return [pod for pod in pods if not is_terminating(pod)]


def is_terminating(pod: Json) -> bool:
    """Return whether a pod is being deleted."""
    return "deletionTimestamp" in pod["metadata"]


def is_ready(pod: Json) -> bool:
    """Return whether a pod's Ready condition is true."""
    return _condition(pod, "Ready") == "True"


def is_available(pod: Json) -> bool:
    """Return whether a pod is ready and not terminating; ``minReadySeconds`` pass at once here."""
    return is_ready(pod) and not is_terminating(pod)


def run(store: Store, namespace: str) -> None:
    """Give addresses and conditions to the pods of a namespace, as the kubelet does (``pkg/kubelet/status/generate.go``)."""
    for pod in store.objects("Pod", namespace):
        if pod["spec"].get("schedulingGates"):
            store.put({**pod, "status": {**pod["status"], "phase": "Pending"}})
            continue
        status = pod["status"]
        if "podIPs" not in status:
            status = _started(store, pod)
        if pod["spec"].get("activeDeadlineSeconds"):
            status = {**status, "phase": "Failed"}
        wished = store.wished(pod)
        gates = {gate: wished if gate == READINESS_GATE else _condition(pod, gate) == "True" for gate in _gates(pod)}
        passes = (wished or READINESS_GATE in gates) and not any(map(_fails_its_probe, pod["spec"]["containers"]))
        ready = status["phase"] == "Running" and passes
        conditions = {
            "PodScheduled": True,
            "Initialized": True,
            "ContainersReady": ready,
            "Ready": ready and all(gates.values()),
        }
        if READINESS_GATE in gates:
            conditions[READINESS_GATE] = gates[READINESS_GATE]
        status = {**status, "conditions": _changed(status.get("conditions", []), conditions)}
        store.put({**pod, "spec": {"nodeName": NODE, **pod["spec"]}, "status": status})


def _started(store: Store, pod: Json) -> Json:
    allocator = store.allocator
    own = pod["spec"].get("hostNetwork")
    addresses = allocator.node_addresses if own else allocator.pod_addresses(store.in_use)
    return {
        **pod["status"],
        "phase": "Running",
        "hostIP": allocator.node_addresses[0],
        "hostIPs": [{"ip": address} for address in allocator.node_addresses],
        "podIP": addresses[0],
        "podIPs": [{"ip": address} for address in addresses],
        "startTime": naming.timestamp(),
    }


def _fails_its_probe(container: Json) -> bool:
    image: str = container["image"].rpartition("/")[2]
    return "readinessProbe" in container and image.partition(":")[0].partition("@")[0] == "pause"


def _lingers(pod: Json) -> bool:
    hooks = (container.get("lifecycle") or {} for container in pod["spec"]["containers"])
    sleeps = (((hook.get("preStop") or {}).get("sleep") or {}).get("seconds", 0) for hook in hooks)
    return pod["spec"]["terminationGracePeriodSeconds"] > 0 and any(seconds > 0 for seconds in sleeps)


def _controller(item: Json) -> str:
    references = item["metadata"].get("ownerReferences") or ()
    return next((reference["uid"] for reference in references if reference.get("controller")), "")


def _gates(pod: Json) -> list[str]:
    return [gate["conditionType"] for gate in pod["spec"].get("readinessGates") or ()]


def _condition(pod: Json, kind: str) -> str:
    conditions = pod["status"].get("conditions") or ()
    return next((condition["status"] for condition in conditions if condition["type"] == kind), "")


def _changed(conditions: list[Json], values: Mapping[str, bool]) -> list[Json]:
    before = {condition["type"]: condition for condition in conditions}
    for kind, value in values.items():
        status = str(value)
        if kind not in before or before[kind]["status"] != status:
            before[kind] = {
                "type": kind,
                "status": status,
                "lastProbeTime": None,
                "lastTransitionTime": naming.timestamp(),
            }
    return list(before.values())
