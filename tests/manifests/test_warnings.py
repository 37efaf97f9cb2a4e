"""The warnings of the API server, as version 1.34 words them for the same objects."""

from __future__ import annotations

from typing import Any

import pytest

from svcdns.manifests import warnings


def _service(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": spec}


def _pod(name: str = "a", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _standard(field: str, kind: str, written: str, better: str) -> str:
    return f'{field}: non-standard {kind} "{written}" will be considered invalid in a future Kubernetes release: use "{better}"'


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (_service(externalIPs=["192.0.2.1", "2001:db8::1"]), []),
        (_service(clusterIP="10.096.0.1"), [_standard("spec.clusterIPs[0]", "IP address", "10.096.0.1", "10.96.0.1")]),
        (
            _service(externalIPs=["2001:DB8::1"], loadBalancerIP="::ffff:192.0.2.1"),
            [
                'spec.externalIPs[0]: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
                _standard("spec.loadBalancerIP", "IP address", "::ffff:192.0.2.1", "192.0.2.1"),
            ],
        ),
        (
            _service(loadBalancerSourceRanges=["010.9.8.7/8", "2001:DB8::/32", "::ffff:192.0.2.0/120", " 10.0.0.0/08"]),
            [
                (
                    'spec.loadBalancerSourceRanges[0]: CIDR value "010.9.8.7/8" is ambiguous in this context '
                    '(should be "10.0.0.0/8" or "10.9.8.7/32"?)'
                ),
                _standard("spec.loadBalancerSourceRanges[0]", "CIDR value", "010.9.8.7/8", "10.0.0.0/8"),
                (
                    'spec.loadBalancerSourceRanges[1]: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format '
                    '("2001:db8::/32")'
                ),
                _standard("spec.loadBalancerSourceRanges[2]", "CIDR value", "::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ],
        ),
        (
            _pod("a.b", dnsConfig={"nameservers": ["2001:db8::00001"]}, hostAliases=[{"ip": "2001:db8:0::1"}]),
            [
                (
                    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is "
                    "recommended: [must not contain dots]"
                ),
                _standard("spec.dnsConfig.nameservers[0]", "IP address", "2001:db8::00001", "2001:db8::1"),
                'spec.hostAliases[0].ip: IPv6 address "2001:db8:0::1" should be in RFC 5952 canonical format ("2001:db8::1")',
            ],
        ),
        (
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "addressType": "FQDN",
                "endpoints": [{"addresses": ["a.example"]}],
            },
            ["spec.addressType: FQDN endpoints are deprecated"],
        ),
        (
            {"apiVersion": "v1", "kind": "Endpoints", "subsets": [{"notReadyAddresses": [{"ip": "192.0.2.01"}]}]},
            [
                "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
                _standard("subsets[0].notReadyAddresses[0].ip", "IP address", "192.0.2.01", "192.0.2.1"),
            ],
        ),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, []),
    ],
)
def test_the_api_server_warns(item, expected):
    assert list(warnings(item)) == expected
