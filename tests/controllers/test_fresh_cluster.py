from __future__ import annotations

import pytest

from svcdns.controllers import Cluster
from svcdns.state import Key


def test_a_fresh_cluster_has_the_namespaces_of_every_cluster():
    assert set(Cluster().state.namespaces) == {"default", "kube-system", "kube-public", "kube-node-lease"}


@pytest.mark.parametrize(
    ("families", "api", "dns", "node"),
    [
        (("IPv4",), "10.96.0.1", "10.96.0.10", "172.18.0.2"),
        (("IPv4", "IPv6"), "10.96.0.1", "10.96.0.10", "172.18.0.2"),
        (("IPv6",), "fd00:10:96::1", "fd00:10:96::a", "fc00:f853:ccd:e793::2"),
        (("IPv6", "IPv4"), "fd00:10:96::1", "fd00:10:96::a", "fc00:f853:ccd:e793::2"),
    ],
)
def test_the_api_server_and_dns_have_services_of_the_first_family(families, api, dns, node):
    state = Cluster(families=families).state
    kubernetes, kube_dns = state.services[Key("default", "kubernetes")], state.services[Key("kube-system", "kube-dns")]
    assert (kubernetes.cluster_ips, kube_dns.cluster_ips) == ((api,), (dns,))
    (api_slice,) = state.slices_by_service[kubernetes.key]
    (dns_slice,) = state.slices_by_service[kube_dns.key]
    assert [endpoint.addresses for endpoint in api_slice.endpoints] == [(node,)]
    assert [(port.name, port.port) for port in api_slice.ports] == [("https", 6443)]
    assert sorted(endpoint.addresses[0] for endpoint in dns_slice.endpoints) == sorted(
        pod.addresses[0] for pod in state.only("kube-system").pods.values()
    )
    assert len(dns_slice.endpoints) == 2
    assert [(port.name, port.protocol, port.port) for port in dns_slice.ports] == [
        ("dns", "UDP", 53),
        ("dns-tcp", "TCP", 53),
        ("metrics", "TCP", 9153),
    ]


def test_pods_have_an_address_of_each_family_in_the_order_of_the_cluster():
    pods = Cluster(families=("IPv6", "IPv4")).state.only("kube-system").pods.values()
    assert sorted(pod.addresses for pod in pods) == [
        ("fd00:10:244::2", "10.244.0.2"),
        ("fd00:10:244::3", "10.244.0.3"),
    ]


def test_the_cluster_domain_is_part_of_the_state():
    assert Cluster(domain="example.internal").state.domain == "example.internal"


def test_a_seed_makes_names_and_addresses_repeatable():
    first, second, other = Cluster(seed=7), Cluster(seed=7), Cluster(seed=8)
    assert first.state.pods == second.state.pods
    assert first.state.slices == second.state.slices
    assert first.state.pods != other.state.pods


def test_the_state_is_replaced_and_never_changed():
    cluster = Cluster()
    before = cluster.state
    cluster.create_namespace("t")
    assert "t" not in before.namespaces
    assert "t" in cluster.state.namespaces


def test_objects_are_copies():
    cluster = Cluster()
    cluster.objects()[0]["metadata"]["name"] = "changed"
    assert "changed" not in {item["metadata"]["name"] for item in cluster.objects()}
