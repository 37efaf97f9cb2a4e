"""The rules for Pods and pod templates."""

from __future__ import annotations

import pytest


def pod(spec: str) -> str:
    indented = "".join(f"  {line}\n" for line in spec.splitlines())
    return f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n{indented}"


ONE = "containers: [{name: c, image: i}]\n"


@pytest.mark.parametrize(
    "spec",
    [
        ONE,
        ONE + "hostname: web-0\nsubdomain: web\nreadinessGates: [{conditionType: svcdns.dev/ready}]",
        ONE + "initContainers: [{name: first, image: i, restartPolicy: Always}]\nrestartPolicy: Never",
        "containers: [{name: c, image: i, ports: [{name: http, containerPort: 80}, {containerPort: 80, protocol: UDP}]}]",
        "containers: [{name: c, image: i, ports: &web [{name: web, containerPort: 80}]}, {name: d, image: i, ports: *web}]",
        "volumes: [{name: v, emptyDir: {}}]\ncontainers: [{name: c, image: i, volumeMounts: [{name: v, mountPath: /v}]}]",
        ONE
        + "dnsPolicy: None\ndnsConfig: {nameservers: [192.0.2.1], searches: [a.b, _x.y., .], options: [{name: ndots, value: '1'}]}",
        ONE + "hostAliases: [{ip: 127.0.0.1, hostnames: [foo.local]}]",
        "hostNetwork: true\ncontainers: [{name: c, image: i, ports: [{containerPort: 80, hostPort: 80}]}]",
    ],
)
def test_a_pod_that_kubernetes_accepts_is_accepted(problems, spec):
    assert problems(pod(spec)) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("containers: []", "6: ~containers: is required: at least one"),
        (ONE + "hostname: Web_1", "7: ~hostname: must be a DNS-1123 label"),
        (ONE + "hostname: a.b", "7: ~hostname: must be a DNS-1123 label"),
        (ONE + "subdomain: a.b", "7: ~subdomain: must be a DNS-1123 label"),
        ("containers:\n- {name: C, image: i}", "7: ~containers[0].name: must be a DNS-1123 label"),
        ("containers:\n- {name: '', image: i}", "7: ~containers[0].name: is required"),
        ("containers:\n- name: c", "7: ~containers[0].image: is required"),
        ("containers:\n- {name: c, image: i}\n- {name: c, image: i}", "8: ~containers[1].name: repeats spec.containers[0].name"),
        (ONE + "initContainers: [{name: c, image: i}]", "7: ~initContainers[0].name: repeats spec.containers[0].name"),
        ("containers:\n- {name: c, image: i, imagePullPolicy: always}", "7: ~containers[0].imagePullPolicy: must be Always"),
        ("containers:\n- {name: c, image: i, ports: [{containerPort: 0}]}", "7: ~containers[0].ports[0].containerPort: must be between 1"),
        (
            "containers:\n- {name: c, image: i, ports: [{containerPort: 80, hostPort: 70000}]}",
            "7: ~containers[0].ports[0].hostPort: must be between 1 and 65535",
        ),
        (
            "containers:\n- {name: c, image: i, ports: [{containerPort: 80, protocol: http}]}",
            "7: ~containers[0].ports[0].protocol: must be TCP",
        ),
        (
            "containers:\n- {name: c, image: i, ports: [{name: a, containerPort: 80}, {name: b, containerPort: 80, protocol: TCP}]}",
            "7: ~containers[0].ports[1].containerPort: repeats spec.containers[0].ports[0].containerPort",
        ),
        (
            "containers:\n- {name: c, image: i, ports: [{containerPort: 80, name: much-too-long-for-it}]}",
            "7: ~containers[0].ports[0].name: must be at most 15 characters long",
        ),
        (
            "containers:\n- {name: c, image: i, ports: [{containerPort: 80, name: a}, {containerPort: 81, name: a}]}",
            "7: ~containers[0].ports[1].name: repeats spec.containers[0].ports[0].name",
        ),
        (
            "containers:\n- {name: c, image: i, volumeMounts: [{name: v, mountPath: /v}]}",
            '7: ~containers[0].volumeMounts[0].name: must name a volume of the pod, not "v"',
        ),
        (
            "volumes: [{name: v}]\ncontainers:\n- {name: c, image: i, volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /v}]}",
            "8: ~containers[0].volumeMounts[1].mountPath: repeats",
        ),
        (ONE + "volumes: [{name: A}]", "7: ~volumes[0].name: must be a DNS-1123 label"),
        (ONE + "volumes: [{name: a}, {name: a}]", "7: ~volumes[1].name: repeats spec.volumes[0].name"),
        (ONE + "readinessGates: [{conditionType: a b}]", "7: ~readinessGates[0].conditionType: must be a name of letters"),
        (ONE + "restartPolicy: always", '7: ~restartPolicy: must be Always, OnFailure or Never, not "always"'),
        (ONE + "nodeName: A", "7: ~nodeName: must be a DNS-1123 subdomain"),
        (ONE + "nodeSelector: {a: b c}", "7: ~nodeSelector.a: must be a label value"),
        (ONE + "activeDeadlineSeconds: 0", "7: ~activeDeadlineSeconds: must be between 1 and 2147483647"),
        (ONE + "ephemeralContainers: [{name: d, image: i}]", "7: ~ephemeralContainers: must not be given when a Pod is created"),
        (
            "hostNetwork: true\ncontainers:\n- {name: c, image: i, ports: [{containerPort: 80, hostPort: 81}]}",
            "8: ~containers[0].ports[0].hostPort: must equal containerPort",
        ),
        (ONE + "dnsPolicy: clusterFirst", "7: ~dnsPolicy: must be ClusterFirst, ClusterFirstWithHostNet, Default or None"),
        (ONE + "dnsPolicy: None", "5: ~dnsConfig.nameservers: is required with dnsPolicy None"),
        (ONE + "dnsConfig: {nameservers: [dns.example.com]}", "7: ~dnsConfig.nameservers[0]: must be an IP address"),
        (ONE + "dnsConfig: {nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]}", "7: ~dnsConfig.nameservers: may hold at most 3"),
        (ONE + "dnsConfig: {searches: [a b]}", "7: ~dnsConfig.searches[0]: must be a domain name"),
        (ONE + f"dnsConfig: {{searches: [{', '.join(['a'] * 33)}]}}", "7: ~dnsConfig.searches: may hold at most 32 domains, not 33"),
        (ONE + f"dnsConfig: {{searches: [{', '.join(['a' * 250] * 9)}]}}", "7: ~dnsConfig.searches: may hold at most 2048 characters"),
        (ONE + "dnsConfig: {options: [{value: '5'}]}", "7: ~dnsConfig.options[0].name: is required"),
        (ONE + "hostAliases: [{ip: nope}]", "7: ~hostAliases[0].ip: must be an IP address"),
        (ONE + "hostAliases: [{ip: 10.0.0.1, hostnames: [A]}]", "7: ~hostAliases[0].hostnames[0]: must be a DNS-1123 subdomain"),
    ],
)  # fmt: skip
def test_a_pod_that_kubernetes_refuses_is_refused_for_its_one_reason(problems, spec, expected):
    [found] = problems(pod(spec))
    assert found.startswith(expected.replace("~", 'Pod "p": spec.'))


def test_a_pod_without_spec_needs_a_container(problems):
    assert problems("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n") == [
        '1: Pod "p": spec.containers: is required: at least one'
    ]
