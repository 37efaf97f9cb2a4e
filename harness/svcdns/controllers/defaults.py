"""The defaults that the API server sets in fields that a manifest leaves out (``pkg/apis/*/v1/defaults.go``).

Every function returns a new object and leaves its argument alone.
"""

from __future__ import annotations

from svcdns.controllers.store import Json

_SERVICE_AFFINITY_SECONDS = 10800


def container(declared: Json) -> Json:
    """Return a container of a pod with defaults."""
    image = declared.get("image", "")
    tag = image.rpartition("/")[2].rpartition(":")[2] if ":" in image.rpartition("/")[2] else "latest"
    return {
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "Always" if tag == "latest" and "@" not in image else "IfNotPresent",
        **declared,
        **({"ports": [{"protocol": "TCP", **port} for port in declared["ports"]]} if declared.get("ports") else {}),
    }


def pod_spec(declared: Json) -> Json:
    """Return a pod's spec, or that of a pod template, with defaults."""
    containers = {
        field: [container(item) for item in declared[field]]
        for field in ("initContainers", "containers")
        if declared.get(field)
    }
    return {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        **declared,
        **containers,
    }


def pod_template(declared: Json) -> Json:
    """Return a pod template with defaults."""
    metadata = {"creationTimestamp": None, **(declared.get("metadata") or {})}
    return {"metadata": metadata, "spec": pod_spec(declared.get("spec") or {})}


def service_spec(declared: Json) -> Json:
    """Return a Service's spec with defaults, without what is allocated for it."""
    spec: Json = {"type": "ClusterIP", "sessionAffinity": "None", **declared}
    if declared.get("ports"):
        spec["ports"] = [
            {"protocol": "TCP", **port, "targetPort": port.get("targetPort") or port["port"]}
            for port in declared["ports"]
        ]
    if not spec.get("selector"):
        spec.pop("selector", None)
    if spec["sessionAffinity"] == "ClientIP":
        spec.setdefault("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": _SERVICE_AFFINITY_SECONDS}})
    if spec["type"] in {"NodePort", "LoadBalancer"}:
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    if spec["type"] != "ExternalName":
        spec.setdefault("internalTrafficPolicy", "Cluster")
    return spec


def endpoint_slice(declared: Json) -> Json:
    """Return a hand-written EndpointSlice with defaults; empty lists are stored as null."""
    ports = [{"name": "", "protocol": "TCP", **port} for port in declared.get("ports") or ()]
    return {**declared, "endpoints": declared.get("endpoints") or None, "ports": ports or None}


def endpoints(declared: Json) -> Json:
    """Return an Endpoints object with defaults."""
    subsets = [
        {**subset, "ports": [{"protocol": "TCP", **port} for port in subset["ports"]]}
        if subset.get("ports")
        else subset
        for subset in declared.get("subsets") or ()
    ]
    return {**declared, "subsets": subsets} if subsets else declared


def workload_spec(kind: str, declared: Json) -> Json:
    """Return the spec of a workload with defaults, its pod template included."""
    template = pod_template(declared.get("template") or {})
    spec = {**WORKLOADS[kind], **declared, "template": template}
    if kind in _ROLLING:
        field, rolling = _ROLLING[kind]
        spec[field] = _strategy(declared.get(field) or {}, rolling)
    if kind == "Job" and declared.get("parallelism") is None and declared.get("completions") is None:
        spec["completions"] = 1
    return spec


def _strategy(declared: Json, rolling: Json) -> Json:
    strategy = {"type": "RollingUpdate", **declared}
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = {**rolling, **(declared.get("rollingUpdate") or {})}
    return strategy


#: Where a kind has its strategy, and the defaults of a rolling update.
_ROLLING: dict[str, tuple[str, Json]] = {
    "Deployment": ("strategy", {"maxUnavailable": "25%", "maxSurge": "25%"}),
    "StatefulSet": ("updateStrategy", {"partition": 0}),
    "DaemonSet": ("updateStrategy", {"maxUnavailable": 1, "maxSurge": 0}),
}


WORKLOADS: dict[str, Json] = {
    "ReplicationController": {"replicas": 1},
    "ReplicaSet": {"replicas": 1},
    "Deployment": {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    },
    "StatefulSet": {
        "replicas": 1,
        "serviceName": "",
        "podManagementPolicy": "OrderedReady",
        "revisionHistoryLimit": 10,
    },
    "DaemonSet": {"revisionHistoryLimit": 10},
    "Job": {"parallelism": 1, "completionMode": "NonIndexed", "suspend": False, "backoffLimit": 6},
}
