"""Whatever the input is, the answer is manifests or a ManifestError."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from svcdns.errors import ManifestError
from svcdns.manifests import read_text

PIECES = ["a:", "-", "?", "\n", "  ", "[", "]", "{", "}", "<<: *x", "&x", "'", ">\n", "---\n", "!!int", "!t", "80", "~", "\t", "é"]  # fmt: skip

# One of each kind that has rules, with something in every field that they look at.
OBJECTS = """
kind: Service
apiVersion: v1
metadata: {name: a, namespace: b, labels: {c: d}, annotations: {c: d}, finalizers: [a/b]}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http, nodePort: 0}, {name: dns, port: 53, protocol: UDP}]
  clusterIP: 10.96.0.9
  clusterIPs: [10.96.0.9, 'fd00::9']
  ipFamilies: [IPv4, IPv6]
  ipFamilyPolicy: PreferDualStack
  sessionAffinity: ClientIP
  sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}
  externalIPs: [192.0.2.1]
---
kind: Pod
apiVersion: v1
metadata: {name: a}
spec:
  containers: [{name: c, image: i, ports: [{name: a, containerPort: 80, hostPort: 80}], volumeMounts: [{name: v, mountPath: /}]}]
  initContainers: [{name: d, image: i}]
  volumes: [{name: v}]
  hostname: a
  hostNetwork: true
  readinessGates: [{conditionType: a/b}]
  nodeSelector: {a: b}
  dnsPolicy: None
  dnsConfig: {nameservers: [192.0.2.1], searches: [a], options: [{name: a}]}
  hostAliases: [{ip: 192.0.2.1, hostnames: [a]}]
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: a}
spec:
  replicas: 1
  minReadySeconds: 1
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  selector: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [web]}]}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
kind: DaemonSet
apiVersion: apps/v1
metadata: {name: a}
spec:
  updateStrategy: {rollingUpdate: {maxSurge: 0%, maxUnavailable: 1}}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
kind: StatefulSet
apiVersion: apps/v1
metadata: {name: a}
spec:
  serviceName: a
  ordinals: {start: 1}
  updateStrategy: {rollingUpdate: {partition: 0, maxUnavailable: 1}}
  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}
  volumeClaimTemplates: [{metadata: {name: a}}]
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
kind: ReplicationController
apiVersion: v1
metadata: {name: a}
spec:
  selector: {app: web}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
---
kind: Job
apiVersion: batch/v1
metadata: {name: a}
spec:
  completionMode: Indexed
  completions: 1
  parallelism: 1
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}
---
kind: EndpointSlice
apiVersion: discovery.k8s.io/v1
metadata: {name: a}
addressType: IPv4
endpoints: [{addresses: [192.0.2.1], hostname: a, nodeName: b}]
ports: [{name: a, port: 80, protocol: TCP, appProtocol: http}]
---
kind: Endpoints
apiVersion: v1
metadata: {name: a}
subsets: [{addresses: [{ip: 192.0.2.1}], notReadyAddresses: [{ip: 192.0.2.2, hostname: a}], ports: [{name: a, port: 80}]}]
---
kind: List
apiVersion: v1
items: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]
---
kind: Widget
apiVersion: example.com/v1
metadata: {name: a}
"""
JUNK = [None, True, 0, -1, 2**70, 1.5, "", "x", "None", "::1", [], [None], ["x"], [{}], {}, {"x": None}, {"x": {"x": []}}]  # fmt: skip


def survives(text: bytes | str) -> None:
    with suppress(ManifestError):
        read_text(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    survives(content)


@given(st.text(st.characters(), max_size=100))
def test_any_text_is_read_or_refused(text):
    survives(text)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_heap_of_yaml_syntax_is_read_or_refused(pieces):
    survives(" ".join(pieces))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every key or index in a nest of dicts and lists, with what holds it."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


@pytest.mark.parametrize("document", list(yaml.safe_load_all(OBJECTS)), ids=lambda document: document["kind"])
def test_an_object_with_anything_in_any_place_is_read_or_refused(document):
    assert read_text(json.dumps(document))
    for holder, key in list(places(document)):
        kept = holder[key]
        for holder[key] in JUNK:
            survives(json.dumps(document))
        holder[key] = kept
