"""The rules for EndpointSlices and Endpoints."""

from __future__ import annotations

import pytest


def endpoint_slice(type_: str = "IPv4", endpoints: str = "[]", ports: str = "[]") -> str:
    return (
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1}\n"
        f"addressType: {type_}\nendpoints: {endpoints}\nports: {ports}\n"
    )


@pytest.mark.parametrize(
    ("type_", "endpoints", "ports"),
    [
        (
            "IPv4",
            "[{addresses: [192.0.2.1], hostname: web-0, nodeName: node-1.example, conditions: {ready: false}}]",
            "[{port: 80}]",
        ),
        ("IPv4", "[{addresses: [224.0.1.1]}]", "[{name: a, port: 80}, {name: '', port: 81}, {name: b}]"),
        (
            "IPv6",
            "[{addresses: ['2001:db8::1']}]",
            "[{name: dns, port: 53, protocol: UDP, appProtocol: example.com/dns}]",
        ),
        ("FQDN", "[{addresses: [a.example.com, b.example.com.]}]", ""),
    ],
)
def test_a_slice_that_kubernetes_accepts_is_accepted(problems, type_, endpoints, ports):
    assert problems(endpoint_slice(type_, endpoints, ports)) == []


@pytest.mark.parametrize(
    ("type_", "endpoints", "ports", "expected"),
    [
        ("IPv5", "[]", "[]", '4: ~addressType: must be IPv4, IPv6 or FQDN, not "IPv5"'),
        ("IPv4", "[{addresses: []}]", "[]", "5: ~endpoints[0].addresses: is required: at least one"),
        ("IPv4", "[{addresses: ['2001:db8::1']}]", "[]", "5: ~endpoints[0].addresses[0]: must be an IPv4 address"),
        ("IPv6", "[{addresses: [192.0.2.1]}]", "[]", "5: ~endpoints[0].addresses[0]: must be an IPv6 address"),
        ("IPv6", "[{addresses: ['2001:DB8::1']}]", "[]", '5: ~endpoints[0].addresses[0]: must be written as "2001:db8::1"'),
        ("IPv6", "[{addresses: ['::ffff:192.0.2.1']}]", "[]", "5: ~endpoints[0].addresses[0]: must not be an IPv4-mapped IPv6 address"),
        ("IPv4", "[{addresses: ['::ffff:127.0.0.1']}]", "[]", "5: ~endpoints[0].addresses[0]: must not be a loopback address"),
        ("IPv4", "[{addresses: [web]}]", "[]", "5: ~endpoints[0].addresses[0]: must be an IP address"),
        ("IPv4", "[{addresses: [0.0.0.0]}]", "[]", "5: ~endpoints[0].addresses[0]: must not be the unspecified address"),
        ("IPv4", "[{addresses: [127.0.0.2]}]", "[]", "5: ~endpoints[0].addresses[0]: must not be a loopback address"),
        ("IPv4", "[{addresses: [169.254.1.1]}]", "[]", "5: ~endpoints[0].addresses[0]: must not be a link-local address"),
        ("IPv6", "[{addresses: ['ff02::1']}]", "[]", "5: ~endpoints[0].addresses[0]: must not be a link-local multicast"),
        ("FQDN", "[{addresses: [A.example.com]}]", "[]", "5: ~endpoints[0].addresses[0]: must be a DNS-1123 subdomain"),
        ("FQDN", "[{addresses: [localhost]}]", "[]", "5: ~endpoints[0].addresses[0]: must be a domain name of at least two labels"),
        ("FQDN", f"[{{addresses: [a.{'b' * 64}]}}]", "[]", "5: ~endpoints[0].addresses[0]: must be at most 63 characters"),
        ("IPv4", "[{addresses: [192.0.2.1], hostname: a.b}]", "[]", "5: ~endpoints[0].hostname: must be a DNS-1123 label"),
        ("IPv4", "[{addresses: [192.0.2.1], hostname: ''}]", "[]", "5: ~endpoints[0].hostname: must not be empty"),
        ("IPv4", "[{addresses: [192.0.2.1], nodeName: A}]", "[]", "5: ~endpoints[0].nodeName: must be a DNS-1123 subdomain"),
        ("IPv4", f"[{{addresses: [{', '.join(['192.0.2.1'] * 101)}]}}]", "[]", "5: ~endpoints[0].addresses: may hold at most 100 addresses, not 101"),
        ("IPv4", f"[{', '.join(['{addresses: [192.0.2.1]}'] * 1001)}]", "[]", "5: ~endpoints: may hold at most 1000 endpoints, not 1001"),
        ("IPv4", "[]", "[{name: A, port: 80}]", "6: ~ports[0].name: must be a DNS-1123 label"),
        ("IPv4", "[]", "[{name: a, port: 80}, {name: a, port: 81}]", "6: ~ports[1].name: repeats ports[0].name"),
        ("IPv4", "[]", "[{port: 80}, {port: 81}]", "6: ~ports[1].name: repeats ports[0].name"),
        ("IPv4", "[]", "[{port: 80, protocol: tcp}]", "6: ~ports[0].protocol: must be TCP, UDP or SCTP"),
        ("IPv4", "[]", "[{port: 70000}]", "6: ~ports[0].port: must be between 0 and 65535, not 70000"),
    ],
)  # fmt: skip
def test_a_slice_that_kubernetes_refuses_is_refused_for_its_one_reason(problems, type_, endpoints, ports, expected):
    [found] = problems(endpoint_slice(type_, endpoints, ports))
    assert found.startswith(expected.replace("~", 'EndpointSlice "web-1": '))


def test_a_slice_needs_an_address_type(problems):
    found = problems(endpoint_slice().replace("addressType: IPv4\n", ""))
    assert found == ['1: EndpointSlice "web-1": addressType: is required']


def of_subset(subset: str) -> str:
    return f"apiVersion: v1\nkind: Endpoints\nmetadata: {{name: web}}\nsubsets:\n- {subset}\n"


@pytest.mark.parametrize(
    "subset",
    [
        "{addresses: [{ip: 192.0.2.1, hostname: a, nodeName: b}], ports: [{port: 80}]}",
        "{notReadyAddresses: [{ip: '2001:db8::1'}], ports: [{name: a, port: 80}, {name: b, port: 81, protocol: UDP}]}",
        "{addresses: [{ip: 192.0.2.1}]}",
    ],
)
def test_endpoints_that_kubernetes_accepts_are_accepted(problems, subset):
    assert problems(of_subset(subset)) == []


@pytest.mark.parametrize(
    ("subset", "expected"),
    [
        ("{ports: [{port: 80}]}", "subsets[0].addresses: is required, or notReadyAddresses"),
        ("{addresses: [{ip: nope}]}", "subsets[0].addresses[0].ip: must be an IP address"),
        ("{addresses: [{ip: 127.0.0.1}]}", "subsets[0].addresses[0].ip: must not be a loopback address"),
        (
            "{notReadyAddresses: [{ip: 'fe80::1'}]}",
            "subsets[0].notReadyAddresses[0].ip: must not be a link-local address",
        ),
        ("{addresses: [{hostname: a}]}", "subsets[0].addresses[0].ip: is required"),
        ("{addresses: [{ip: 192.0.2.1, hostname: A}]}", "subsets[0].addresses[0].hostname: must be a DNS-1123 label"),
        (
            "{addresses: [{ip: 192.0.2.1, nodeName: A}]}",
            "subsets[0].addresses[0].nodeName: must be a DNS-1123 subdomain",
        ),
        ("{addresses: [{ip: 192.0.2.1}], ports: [{port: 0}]}", "subsets[0].ports[0].port: must be between 1 and 65535"),
        (
            "{addresses: [{ip: 192.0.2.1}], ports: [{port: 1}, {port: 2, name: b}]}",
            "subsets[0].ports[0].name: is required where there are several ports",
        ),
        (
            "{addresses: [{ip: 192.0.2.1}], ports: [{port: 1, appProtocol: ''}]}",
            "subsets[0].ports[0].appProtocol: must not be",
        ),
    ],
)
def test_endpoints_that_kubernetes_refuses_are_refused_for_their_one_reason(problems, subset, expected):
    [found] = problems(of_subset(subset))
    assert found.startswith(f'5: Endpoints "web": {expected}')
