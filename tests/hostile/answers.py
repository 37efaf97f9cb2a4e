"""The responses of a real API server, complete, with the fields that nothing here reads."""

from __future__ import annotations

from typing import Any

from tests.api_server import Item, Objects

WHEN = "2026-01-01T00:00:00Z"
VERSION = "1000"
DNS = {"k8s-app": "kube-dns"}


def metadata(name: str, namespace: str | None = "default", **more: Any) -> Item:
    manager = {"manager": "m", "operation": "Update", "apiVersion": "v1", "time": WHEN, "fieldsType": "FieldsV1"}
    place = {"namespace": namespace} if namespace else {}
    return {
        "name": name,
        **place,
        "uid": f"uid-of-{name}",
        "resourceVersion": "900",
        "generation": 1,
        "creationTimestamp": WHEN,
        "deletionTimestamp": None,
        "annotations": {"example.com/a": "b"},
        "managedFields": [manager | {"fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}}],
        **more,
    }


def owner(kind: str, name: str) -> Item:
    return {"apiVersion": "v1", "kind": kind, "name": name, "uid": f"uid-of-{name}", "controller": True}


def condition(type_: str, status: str = "True", **more: Any) -> Item:
    return {"type": type_, "status": status, "lastProbeTime": None, "lastTransitionTime": WHEN, **more}


def pod(name: str, namespace: str, address: str, labels: dict[str, str], image: str) -> Item:
    ports = [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]
    state = {"running": {"startedAt": WHEN}}
    status = {"name": "c", "image": image, "ready": True, "state": state, "lastState": {}, "restartCount": 0}
    container = {
        "name": "c",
        "image": image,
        "ports": ports,
        "resources": {},
        "env": [{"name": "A", "value": "b"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
        "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
    }
    volume = {"name": "config", "configMap": {"name": "coredns", "items": [{"key": "Corefile", "path": "Corefile"}]}}
    return {
        "metadata": metadata(
            name,
            namespace,
            labels=labels | {"pod-template-hash": "h"},
            ownerReferences=[owner("ReplicaSet", "web-h")],
        ),
        "spec": {
            "containers": [container],
            "volumes": [volume],
            "nodeName": "n1",
            "hostname": "web-0",
            "subdomain": "web",
            "readinessGates": [{"conditionType": "svcdns.dev/ready"}],
        },
        "status": {
            "phase": "Running",
            "conditions": [condition("PodScheduled"), condition("ContainersReady"), condition("Ready")],
            "podIP": address,
            "podIPs": [{"ip": address}],
            "hostIP": "172.18.0.2",
            "startTime": WHEN,
            "containerStatuses": [status],
        },
    }


def service(name: str, namespace: str, address: str, labels: dict[str, str]) -> Item:
    return {
        "metadata": metadata(name, namespace, labels=labels),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": address,
            "clusterIPs": [address],
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "selector": labels,
            "ports": [
                {"name": "dns", "protocol": "UDP", "port": 53, "targetPort": 53},
                {"name": "dns-tcp", "protocol": "TCP", "port": 53, "targetPort": "dns"},
            ],
            "sessionAffinity": "None",
        },
        "status": {"loadBalancer": {}},
    }


def endpoint_slice(name: str, namespace: str, owner_name: str, address: str, target: str) -> Item:
    conditions = {"ready": True, "serving": True, "terminating": False}
    return {
        "metadata": metadata(
            name,
            namespace,
            labels={"kubernetes.io/service-name": owner_name},
            ownerReferences=[owner("Service", owner_name)],
        ),
        "addressType": "IPv4",
        "endpoints": [
            {
                "addresses": [address],
                "conditions": conditions,
                "hostname": "web-0",
                "nodeName": "n1",
                "zone": "z",
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": target, "uid": f"uid-of-{target}"},
            }
        ],
        "ports": [{"name": "dns", "protocol": "UDP", "port": 53}, {"name": "dns-tcp", "protocol": "TCP", "port": 53}],
    }


def namespace(name: str) -> Item:
    return {
        "metadata": metadata(name, None, labels={"kubernetes.io/metadata.name": name}),
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active", "conditions": [condition("NamespaceContentRemaining", "False", message="none")]},
    }


NODE = {
    "metadata": metadata("n1", None, labels={"kubernetes.io/hostname": "n1"}),
    "spec": {
        "podCIDR": "10.244.0.0/24",
        "podCIDRs": ["10.244.0.0/24"],
        "taints": [{"key": "a", "effect": "PreferNoSchedule"}],
    },
    "status": {
        "allocatable": {"cpu": "8", "pods": "110"},
        "images": [{"names": ["registry.k8s.io/pause:3.10"], "sizeBytes": 300_000}, {"names": None, "sizeBytes": 1}],
        "addresses": [{"type": "InternalIP", "address": "172.18.0.2"}],
    },
}

COREFILE = """.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       ttl 30
    }
    forward . /etc/resolv.conf
    cache 30
}
"""

CONFIG = {"metadata": metadata("coredns", "kube-system"), "data": {"Corefile": COREFILE}}
KUBELET = {
    "metadata": metadata("kubelet-config", "kube-system"),
    "data": {"kubelet": "apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDomain: cluster.local\n"},
}
LEASE = {
    "metadata": metadata("svcdns-gone", "default", labels={"svcdns.dev/run": "gone"}),
    "spec": {
        "holderIdentity": "svcdns-gone",
        "leaseDurationSeconds": 60,
        "renewTime": "2025-12-31T23:59:59.123456Z",
        "acquireTime": None,
    },
}
EVENT = {
    "metadata": metadata("web.1", "default"),
    "involvedObject": {"kind": "Deployment", "namespace": "default", "name": "web", "uid": "u"},
    "type": "Warning",
    "reason": "FailedCreate",
    "message": "exceeded quota",
    "count": 2,
    "firstTimestamp": WHEN,
    "lastTimestamp": WHEN,
    "eventTime": None,
}
DEPLOYMENT = {
    "metadata": metadata("web", "default"),
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "template": {"metadata": {"creationTimestamp": None, "labels": {"app": "web"}}},
    },
    "status": {
        "observedGeneration": 1,
        "replicas": 1,
        "updatedReplicas": 1,
        "conditions": [condition("ReplicaFailure", message="quota")],
    },
}
STATEFUL_SET = {
    "metadata": metadata("db", "default"),
    "spec": {
        "replicas": 1,
        "serviceName": "db",
        "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        "ordinals": {"start": 0},
    },
    "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "updateRevision": "h"},
}
DAEMON_SET = {
    "metadata": metadata("agent", "default"),
    "spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}},
    "status": {"observedGeneration": 1, "desiredNumberScheduled": 1, "updatedNumberScheduled": 1},
}
JOB = {
    "metadata": metadata("once", "default"),
    "spec": {"parallelism": 1, "completions": 1, "suspend": False},
    "status": {"succeeded": 1},
}

#: Group version → plural → kind and objects.
SERVED: dict[str, dict[str, tuple[str, list[Item]]]] = {
    "v1": {
        "namespaces": ("Namespace", [namespace("default"), namespace("kube-system")]),
        "services": (
            "Service",
            [
                service("kube-dns", "kube-system", "10.96.0.10", DNS),
                service("web", "default", "10.96.0.20", {"app": "web"}),
            ],
        ),
        "pods": (
            "Pod",
            [
                pod("coredns-1", "kube-system", "10.244.0.2", DNS, "registry.k8s.io/coredns/coredns:v1.11.1"),
                pod("web-h-1", "default", "10.244.0.3", {"app": "web"}, "registry.k8s.io/pause:3.10"),
            ],
        ),
        "nodes": ("Node", [NODE]),
        "configmaps": ("ConfigMap", [CONFIG, KUBELET]),
        "events": ("Event", [EVENT]),
        "serviceaccounts": ("ServiceAccount", [{"metadata": metadata("default", "default")}]),
        "endpoints": ("Endpoints", []),
    },
    "apps/v1": {
        "deployments": ("Deployment", [DEPLOYMENT]),
        "statefulsets": ("StatefulSet", [STATEFUL_SET]),
        "daemonsets": ("DaemonSet", [DAEMON_SET]),
    },
    "batch/v1": {"jobs": ("Job", [JOB])},
    "coordination.k8s.io/v1": {"leases": ("Lease", [LEASE])},
    "discovery.k8s.io/v1": {
        "endpointslices": (
            "EndpointSlice",
            [
                endpoint_slice("kube-dns-1", "kube-system", "kube-dns", "10.244.0.2", "coredns-1"),
                endpoint_slice("web-1", "default", "web", "10.244.0.3", "web-h-1"),
            ],
        )
    },
    "authorization.k8s.io/v1": {"selfsubjectaccessreviews": ("SelfSubjectAccessReview", [])},
}

ABOUT = {"major": "1", "minor": "34", "gitVersion": "v1.34.0", "gitCommit": "c", "platform": "linux/amd64"}
GROUPS = {
    "kind": "APIGroupList",
    "apiVersion": "v1",
    "groups": [
        {
            "name": version.partition("/")[0],
            "versions": [{"groupVersion": version, "version": "v1"}],
            "preferredVersion": {"groupVersion": version, "version": "v1"},
        }
        for version in SERVED
        if "/" in version
    ],
}
_CLUSTER_WIDE = {"Namespace", "Node", "SelfSubjectAccessReview"}


def resources(version: str) -> Item:
    served = [
        {
            "name": plural,
            "singularName": "",
            "namespaced": kind not in _CLUSTER_WIDE,
            "kind": kind,
            "verbs": ["get", "list"],
        }
        for plural, (kind, _) in SERVED[version].items()
    ]
    extra = {"name": "pods/exec", "singularName": "", "namespaced": True, "kind": "PodExecOptions", "verbs": ["get"]}
    return {"kind": "APIResourceList", "groupVersion": version, "resources": [*served, extra]}


def listed(kind: str, items: list[Item], token: str = "") -> Item:
    about = {"resourceVersion": VERSION} | ({"continue": token, "remainingItemCount": 1} if token else {})
    return {"kind": f"{kind}List", "apiVersion": "v1", "metadata": about, "items": items}


def refusal(code: int, message: str = "no") -> Item:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "Invalid",
        "details": {"causes": [{"reason": "FieldValueInvalid", "field": "spec.ports[0].port", "message": "too large"}]},
        "code": code,
    }


def objects() -> Objects:
    """An API server's objects: those of `SERVED`."""
    held = Objects(resource_version=900)
    for kind, items in (kinds for version in SERVED.values() for kinds in version.values()):
        for item in items:
            fields = {name: value for name, value in item.items() if name != "metadata"}
            metadata = item["metadata"]
            held.put(kind, metadata["name"], metadata.get("namespace", ""), metadata=metadata, **fields)
    return held
