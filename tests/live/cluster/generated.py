"""Objects of the kinds that DNS depends on, with legal and illegal values in their fields, made from a seed.

Each begins as a legal object, and gets values from the lists below in up to three of its fields.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Values = Sequence[Any]

ADDRESSES: Values = (
    ["192.0.2.1", "2001:db8::1", "2001:DB8::1", "2001:db8:0:0:0:0:0:1", "010.009.008.007", "::ffff:192.0.2.1", "192.0.2", "2001:db8::00001", "127.0.0.1", "::1", "fe80::1", "169.254.1.1", "0.0.0.0", "", "a.example", "256.0.0.1", "224.0.0.1"]
)  # fmt: skip
LABELS: Values = ("a", "a-b", "0a", "A", "a.b", "-a", "a_b", "a" * 63, "a" * 64, "")
SUBDOMAINS: Values = ("a", "a.b", "A.b", "a..b", "a.b.", "_a", "a" * 253, "a" * 254, "")
PORTS: Values = (1, 80, 65535, 0, -1, 65536)
PORT_NAMES: Values = ("http", "a-1", "1a", "12", "A", "a--b", "-a", "much-too-long-for-it", "")
PROTOCOLS: Values = ("TCP", "UDP", "SCTP", "tcp", "ICMP", "")
NUMBERS: Values = (0, 1, 3, -1, None)
AMOUNTS: Values = (0, 1, "0%", "25%", "100%", "101%", "-1", -1, "x", None)
FLAGS: Values = (True, False, None)
KEYS: Values = ("a", "a.b/c", "A", "a/b/c", "-a", "", "a" * 64)
VALUES: Values = ("a", "", "a b", "-a", "A_b.c", "a" * 64, None)
APP_PROTOCOLS: Values = ("http", "kubernetes.io/h2c", "a b", "", None)

POD_FIELDS: Mapping[str, Values] = {
    "hostname": LABELS,
    "subdomain": LABELS,
    "setHostnameAsFQDN": FLAGS,
    "hostNetwork": FLAGS,
    "nodeName": SUBDOMAINS,
    "serviceAccountName": SUBDOMAINS,
    "restartPolicy": ("Always", "OnFailure", "Never", "always", ""),
    "dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None", "none", ""),
    "dnsConfig": (
        *({"nameservers": [address]} for address in ADDRESSES),
        {"nameservers": ["192.0.2.1"] * 4},
        {"searches": ["a.b", "_x.y", "."]},
        {"searches": ["a b"]},
        {"searches": ["a"] * 33},
        {"options": [{"name": "ndots", "value": "1"}]},
        {"options": [{"value": "1"}]},
        {},
    ),
    "hostAliases": (
        *([{"ip": address, "hostnames": ["a.b"]}] for address in ADDRESSES),
        [{"ip": "192.0.2.1", "hostnames": ["A"]}],
        [{"ip": "192.0.2.1"}],
    ),
    "nodeSelector": tuple({key: "a"} for key in KEYS) + tuple({"a": value} for value in VALUES),
    "readinessGates": ([{"conditionType": "a.b/c"}], [{"conditionType": ""}], [{"conditionType": "a b"}], []),
    "activeDeadlineSeconds": (1, 0, -1, 2**31 - 1, 2**31, None),
    "terminationGracePeriodSeconds": NUMBERS,
    "containers.0.name": LABELS,
    "containers.0.image": ("x", "", None, " x"),
    "containers.0.imagePullPolicy": ("Always", "IfNotPresent", "Never", "always", ""),
    "containers.0.ports": (
        *([{"containerPort": port}] for port in PORTS),
        *([{"containerPort": 80, "name": name}] for name in PORT_NAMES),
        *([{"containerPort": 80, "protocol": protocol}] for protocol in PROTOCOLS),
        *([{"containerPort": 80, "hostPort": port}] for port in PORTS),
        *([{"containerPort": 80, "hostIP": address}] for address in ADDRESSES[:4]),
        [{"containerPort": 80, "name": "a"}, {"containerPort": 81, "name": "a"}],
        [{"containerPort": 80}, {"containerPort": 80}],
        [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}],
    ),
    "initContainers": ([{"name": "c", "image": "x"}], [{"name": "d", "image": "x"}], [{"name": "d"}], []),
    "volumes": (
        [{"name": "v", "emptyDir": {}}],
        [{"name": "v"}],
        [{"name": "A", "emptyDir": {}}],
        [{"name": "v", "emptyDir": {}}, {"name": "v", "emptyDir": {}}],
    ),
    "containers.0.volumeMounts": ([{"name": "v", "mountPath": "/a"}], []),
    "ephemeralContainers": ([{"name": "e", "image": "x"}], []),
    "tolerations": ([{"key": "a", "operator": "Exists"}], []),
}
SERVICE_PORTS: Values = (
    *([{"port": port}] for port in PORTS),
    *([{"port": 80, "name": name}] for name in LABELS),
    *([{"port": 80, "protocol": protocol}] for protocol in PROTOCOLS),
    *([{"port": 80, "targetPort": port}] for port in (*PORTS, *PORT_NAMES)),
    *([{"port": 80, "appProtocol": protocol}] for protocol in APP_PROTOCOLS),
    *([{"port": 80, "nodePort": port}] for port in (0, 30999, 80, 70000, -1)),
    [{"port": 80}, {"port": 81}],
    [{"port": 80, "name": "a"}, {"port": 81, "name": "a"}],
    [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}],
    [{"port": 80, "name": "a"}, {"port": 80, "name": "b", "protocol": "UDP"}],
    [],
    None,
)
SERVICE_FIELDS: Mapping[str, Values] = {
    "spec.ports": SERVICE_PORTS,
    "spec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "clusterIP", ""),
    "spec.clusterIP": ("None", "none", "", "10.96.3.3", "10.096.3.4", "::ffff:10.96.3.5", "FD00:10:96::33", "192.0.2.1", "x"),
    "spec.ipFamilies": (["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv4", "IPv4"], ["ipv4"], [""], []),
    "spec.ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack", "Dual", "", None),
    "spec.externalIPs": tuple([address] for address in ADDRESSES),
    "spec.externalName": (*SUBDOMAINS, "192.0.2.1", "a.b."),
    "spec.loadBalancerIP": ADDRESSES,
    "spec.loadBalancerClass": ("a.b/c", "a", "a b", "", None),
    "spec.loadBalancerSourceRanges": tuple(
        [text]
        for text in ("10.0.0.0/8", "10.0.0.1/8", "010.0.0.0/8", "2001:DB8::/32", " 10.0.0.0/8 ", "10.0.0.0", "x/8", "")
    ),
    "spec.allocateLoadBalancerNodePorts": FLAGS,
    "spec.healthCheckNodePort": (0, 30998, 70000),
    "spec.externalTrafficPolicy": ("Cluster", "Local", "local", ""),
    "spec.internalTrafficPolicy": ("Cluster", "Local", "local", "", None),
    "spec.trafficDistribution": ("PreferClose", "PreferSameZone", "PreferSameNode", "Near", "", None),
    "spec.sessionAffinity": ("None", "ClientIP", "clientIP", ""),
    "spec.sessionAffinityConfig": tuple({"clientIP": {"timeoutSeconds": number}} for number in (1, 86400, 86401, 0, -1)),
    "spec.selector": tuple({key: "a"} for key in KEYS) + tuple({"a": value} for value in VALUES),
    "spec.publishNotReadyAddresses": FLAGS,
}  # fmt: skip
SLICE_FIELDS: Mapping[str, Values] = {
    "addressType": ("IPv4", "IPv6", "FQDN", "ipv4", ""),
    "endpoints.0.addresses": (
        *([address] for address in ADDRESSES),
        ["192.0.2.1", "192.0.2.1"],
        [],
        [f"192.0.2.{number}" for number in range(1, 102)],
        ["a.example.", "a"],
    ),
    "endpoints.0.hostname": LABELS,
    "endpoints.0.nodeName": SUBDOMAINS,
    "endpoints.0.zone": ("a", "", None, "a b"),
    "endpoints.0.conditions": ({"ready": True}, {"ready": None, "serving": False}, {}),
    "endpoints": ([], None),
    "endpoints.0.hints": ({"forZones": [{"name": "a"}]}, {"forZones": [{"name": ""}]}, {}),
    "ports": (
        *([{"port": port}] for port in (1, 80, 65535)),
        *([{"port": 80, "name": name}] for name in LABELS),
        *([{"port": 80, "protocol": protocol}] for protocol in PROTOCOLS),
        *([{"port": 80, "appProtocol": protocol}] for protocol in APP_PROTOCOLS),
        [{"name": "a"}],
        [{"port": 80}, {"port": 81}],
        [{"port": 80, "name": "a"}, {"port": 81, "name": "b"}],
    ),
}
ENDPOINTS_FIELDS: Mapping[str, Values] = {
    "subsets.0.addresses": (
        *([{"ip": address}] for address in ADDRESSES),
        *([{"ip": "192.0.2.1", "hostname": label}] for label in LABELS),
        *([{"ip": "192.0.2.1", "nodeName": name}] for name in SUBDOMAINS),
        [],
    ),
    "subsets.0.notReadyAddresses": tuple([{"ip": address}] for address in ADDRESSES),
    "subsets.0.ports": (
        *([{"port": port}] for port in PORTS),
        *([{"port": 80, "name": name}] for name in LABELS),
        *([{"port": 80, "protocol": protocol}] for protocol in PROTOCOLS),
        *([{"port": 80, "appProtocol": protocol}] for protocol in APP_PROTOCOLS),
        [{"port": 80}, {"port": 81}],
    ),
    "subsets": ([], None),
}
SELECTORS: Values = (
    {"matchLabels": {"app": "a"}},
    {"matchLabels": {"app": "b"}},
    {"matchLabels": {"app": "a", "x": ""}},
    {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a"]}]},
    {"matchExpressions": [{"key": "app", "operator": "In", "values": []}]},
    {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
    {"matchExpressions": [{"key": "app", "operator": "Exists", "values": ["a"]}]},
    {"matchExpressions": [{"key": "app", "operator": "exists"}]},
    {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a b"]}]},
    {},
    None,
)
STRATEGY: Values = (
    *({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": amount}} for amount in AMOUNTS),
    *({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": amount}} for amount in AMOUNTS),
    *({"type": type_} for type_ in ("Recreate", "OnDelete", "rolling", "")),
    *({"type": type_, "rollingUpdate": {}} for type_ in ("Recreate", "OnDelete")),
    {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "0%"}},
    {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
    {"rollingUpdate": {"partition": 1}},
    {"rollingUpdate": {"partition": -1}},
)
_WORKLOAD: Mapping[str, Values] = {
    "spec.replicas": NUMBERS,
    "spec.minReadySeconds": (0, 1, 600, -1, None),
    "spec.selector": SELECTORS,
    "spec.template.metadata.labels": ({"app": "a"}, {"app": "a", "x": "y"}, {}, {"app": "a b"}),
    "spec.template.metadata.annotations": tuple({key: "a b"} for key in KEYS),
    **{f"spec.template.spec.{field}": values for field, values in POD_FIELDS.items()},
}
_HISTORY: Mapping[str, Values] = {"spec.revisionHistoryLimit": NUMBERS}
FIELDS: Mapping[tuple[str, str], Mapping[str, Values]] = {
    ("v1", "Service"): SERVICE_FIELDS,
    ("v1", "Endpoints"): ENDPOINTS_FIELDS,
    ("v1", "Pod"): {f"spec.{field}": values for field, values in POD_FIELDS.items()},
    ("v1", "ReplicationController"): {
        **_WORKLOAD,
        "spec.selector": ({"app": "a"}, {"app": "b"}, {"app": "a b"}, {}, None),
    },
    ("discovery.k8s.io/v1", "EndpointSlice"): SLICE_FIELDS,
    ("apps/v1", "Deployment"): {
        **_WORKLOAD,
        **_HISTORY,
        "spec.strategy": STRATEGY,
        "spec.progressDeadlineSeconds": (0, 1, 600, -1, None),
        "spec.paused": FLAGS,
    },
    ("apps/v1", "ReplicaSet"): _WORKLOAD,
    ("apps/v1", "StatefulSet"): {
        **_WORKLOAD,
        **_HISTORY,
        "spec.updateStrategy": STRATEGY,
        "spec.serviceName": LABELS,
        "spec.podManagementPolicy": ("OrderedReady", "Parallel", "parallel", ""),
        "spec.ordinals": ({"start": 1}, {"start": -1}, {}, None),
        "spec.persistentVolumeClaimRetentionPolicy": ({"whenDeleted": "Delete"}, {"whenScaled": "delete"}, {}),
    },
    ("apps/v1", "DaemonSet"): {**_WORKLOAD, **_HISTORY, "spec.updateStrategy": STRATEGY, "spec.replicas": (1,)},
    ("batch/v1", "Job"): {
        "spec.parallelism": (*NUMBERS, 100_001),
        "spec.completions": (*NUMBERS, 100_001),
        "spec.completionMode": ("Indexed", "NonIndexed", "indexed", "", None),
        "spec.backoffLimit": NUMBERS,
        "spec.backoffLimitPerIndex": NUMBERS,
        "spec.activeDeadlineSeconds": NUMBERS,
        "spec.ttlSecondsAfterFinished": NUMBERS,
        "spec.suspend": FLAGS,
        "spec.manualSelector": FLAGS,
        "spec.selector": SELECTORS,
        "spec.podReplacementPolicy": ("Failed", "TerminatingOrFailed", "failed", "", None),
        **{f"spec.template.spec.{field}": values for field, values in POD_FIELDS.items()},
    },
}
METADATA: Mapping[str, Values] = {
    "metadata.name": (*LABELS, *SUBDOMAINS),
    "metadata.labels": tuple({key: "a"} for key in KEYS) + tuple({"a": value} for value in VALUES),
    "metadata.annotations": tuple({key: "a b"} for key in KEYS),
    "metadata.finalizers": (["a.b/c"], ["a"], ["a b/c"], []),
}


def _legal(version: str, kind: str) -> Json:
    pod: Json = {"containers": [{"name": "c", "image": "x"}]}
    template: Json = {"metadata": {"labels": {"app": "a"}}, "spec": pod}
    selector: Json = {"app": "a"} if kind == "ReplicationController" else {"matchLabels": {"app": "a"}}
    bodies: dict[str, Json] = {
        "Service": {"spec": {"ports": [{"port": 80}]}},
        "Pod": {"spec": pod},
        "Endpoints": {"subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80}]}]},
        "EndpointSlice": {
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["192.0.2.1"]}],
            "ports": [{"name": "a", "port": 80}],
        },
        "Job": {"spec": {"template": {"spec": {**pod, "restartPolicy": "Never"}}}},
    }
    body = bodies.get(kind) or {"spec": {"selector": selector, "template": template}}
    return {"apiVersion": version, "kind": kind, "metadata": {}, **copy.deepcopy(body)}


def _set(item: Any, path: list[str], value: Any) -> None:
    """Set a field, where the object still has what is above it."""
    for part in path[:-1]:
        below = (
            item[int(part)] if isinstance(item, list) and item else item.get(part) if isinstance(item, dict) else None
        )
        if not isinstance(below, dict | list):
            return
        item = below
    if isinstance(item, dict):
        item[path[-1]] = copy.deepcopy(value)


def general(number: int, draw: random.Random) -> Json:
    """Return one object of any kind, with values from the lists in one to three of its fields."""
    version, kind = draw.choice(sorted(FIELDS))
    item = _legal(version, kind)
    item["metadata"]["name"] = f"x{number}"
    fields = FIELDS[version, kind] | (METADATA if draw.random() < 0.2 else {})
    for field in draw.sample(sorted(fields), min(draw.choice([1, 1, 2, 3]), len(fields))):
        _set(item, field.split("."), draw.choice(fields[field]))
    return item
