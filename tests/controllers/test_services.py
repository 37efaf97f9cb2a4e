from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from svcdns.errors import ManifestError


def _allocation(world):
    spec = world.stored("Service", "web")["spec"]
    return spec.get("ipFamilyPolicy"), spec.get("ipFamilies"), len(spec.get("clusterIPs", ()))


DUAL, V4, V6 = ("IPv4", "IPv6"), ("IPv4",), ("IPv6",)


@pytest.mark.parametrize(
    ("families", "declared", "policy", "expected"),
    [
        (DUAL, {}, "SingleStack", ["IPv4"]),
        (DUAL, {"ipFamilies": ["IPv6"]}, "SingleStack", ["IPv6"]),
        (("IPv6", "IPv4"), {}, "SingleStack", ["IPv6"]),
        (DUAL, {"ipFamilyPolicy": "PreferDualStack"}, "PreferDualStack", ["IPv4", "IPv6"]),
        (DUAL, {"ipFamilyPolicy": "RequireDualStack"}, "RequireDualStack", ["IPv4", "IPv6"]),
        (
            DUAL,
            {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6"]},
            "RequireDualStack",
            ["IPv6", "IPv4"],
        ),
        (V4, {"ipFamilyPolicy": "PreferDualStack"}, "PreferDualStack", ["IPv4"]),
        (V6, {}, "SingleStack", ["IPv6"]),
        (DUAL, {"clusterIP": "fd00:10:96::77"}, "SingleStack", ["IPv6"]),
        (
            DUAL,
            {
                "clusterIP": "fd00:10:96::77",
                "clusterIPs": ["fd00:10:96::77", "10.96.0.77"],
                "ipFamilyPolicy": "RequireDualStack",
            },
            "RequireDualStack",
            ["IPv6", "IPv4"],
        ),
    ],
)
def test_a_service_gets_the_families_of_its_policy_and_the_cluster(
    world_of, service, families, declared, policy, expected
):
    world = world_of(families=families)
    world.apply(service(**declared))
    assert _allocation(world) == (policy, expected, len(expected))
    assert world.service().families == tuple(expected)
    for address, family in zip(world.service().cluster_ips, expected, strict=True):
        assert ip_address(address) in ip_network("10.96.0.0/16" if family == "IPv4" else "fd00:10:96::/112")


@pytest.mark.parametrize(
    ("families", "declared", "policy", "expected"),
    [
        (DUAL, {}, "SingleStack", ["IPv4"]),
        (V4, {"ipFamilyPolicy": "PreferDualStack"}, "PreferDualStack", ["IPv4"]),
        (DUAL, {"selector": None}, "RequireDualStack", ["IPv4", "IPv6"]),
        (V4, {"selector": None}, "RequireDualStack", ["IPv4", "IPv6"]),
        (V6, {"selector": None}, "RequireDualStack", ["IPv6", "IPv4"]),
        (V4, {"selector": None, "ipFamilyPolicy": "SingleStack"}, "SingleStack", ["IPv4"]),
    ],
)
def test_a_headless_service_without_selector_has_both_families_unless_told_otherwise(
    world_of, service, families, declared, policy, expected
):
    world = world_of(families=families)
    world.apply(service(clusterIP="None", **declared))
    assert _allocation(world) == (policy, expected, 1)
    assert world.service().headless


def test_a_stored_service_shows_what_the_api_server_fills_in(world, service):
    world.apply(service(ports=[{"port": 80}]))
    item = world.stored("Service", "web")
    address = item["spec"]["clusterIP"]
    assert item["spec"] == {
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "selector": {"app": "web"},
        "ports": [{"protocol": "TCP", "port": 80, "targetPort": 80}],
        "internalTrafficPolicy": "Cluster",
        "clusterIP": address,
        "clusterIPs": [address],
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
    }
    assert item["status"] == {"loadBalancer": {}}
    assert set(item["metadata"]) == {"name", "namespace", "uid", "creationTimestamp"}


def test_affinity_by_client_has_a_time_limit(world, service):
    world.apply(service(sessionAffinity="ClientIP"))
    config = world.stored("Service", "web")["spec"]["sessionAffinityConfig"]
    assert config == {"clientIP": {"timeoutSeconds": 10800}}


def test_an_external_name_has_neither_addresses_nor_families(world, service):
    world.apply(service(type="ExternalName", externalName="www.example.com"))
    assert world.stored("Service", "web")["spec"] == {
        "type": "ExternalName",
        "sessionAffinity": "None",
        "externalName": "www.example.com",
    }
    assert world.service().external
    assert world.slices() == ()


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_node_ports_are_allocated_and_shared_by_two_protocols_of_one_port(world, service, kind):
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53}, {"name": "w", "port": 80}]
    world.apply(service(type=kind, ports=ports))
    udp, tcp, web = (port["nodePort"] for port in world.stored("Service", "web")["spec"]["ports"])
    assert udp == tcp != web
    assert all(30000 <= port <= 32767 for port in (udp, web))
    assert len(world.service().cluster_ips) == 1


def test_a_load_balancer_may_do_without_node_ports(world, service):
    world.apply(service(type="LoadBalancer", allocateLoadBalancerNodePorts=False))
    assert "nodePort" not in world.stored("Service", "web")["spec"]["ports"][0]


def test_what_was_allocated_stays_when_the_manifest_is_applied_again(world, service):
    world.apply(service(type="NodePort"))
    before = world.stored("Service", "web")
    world.apply(service(type="NodePort", publishNotReadyAddresses=True))
    after = world.stored("Service", "web")
    assert after["spec"].pop("publishNotReadyAddresses")
    assert after == before


def test_a_service_that_is_deleted_and_created_anew_has_another_address(world, service):
    world.apply(service())
    before = world.service()
    world.cluster.delete("Service", "web", "t")
    assert world.slices() == ()
    world.apply(service())
    assert world.service().cluster_ips != before.cluster_ips


def test_an_address_can_be_chosen_and_is_free_again_after_the_service(world, service):
    world.apply(service(clusterIP="10.96.0.77"))
    world.cluster.delete("Service", "web", "t")
    world.apply(service("other", clusterIP="10.96.0.77"))
    assert world.service("other").cluster_ips == ("10.96.0.77",)


def test_a_change_of_type_gives_back_and_takes_addresses(world, service):
    world.apply(service(clusterIP="10.96.0.77"))
    world.apply(service(type="ExternalName", externalName="www.example.com"))
    assert world.service().cluster_ips == ()
    world.apply(service("other", clusterIP="10.96.0.77"), service())
    assert len(world.service().cluster_ips) == 1
    assert world.service().cluster_ips != ("10.96.0.77",)


def test_a_second_family_is_added_and_given_up_by_the_policy(world, service):
    world.apply(service())
    (first,) = world.service().cluster_ips
    world.apply(service(ipFamilyPolicy="RequireDualStack"))
    assert world.service().cluster_ips[0] == first
    assert world.service().families == ("IPv4", "IPv6")
    assert {item.address_type for item in world.slices()} == {"IPv4", "IPv6"}
    world.apply(service())
    assert world.service().families == ("IPv4", "IPv6"), "a policy that is not repeated stays"
    world.apply(service(ipFamilyPolicy="SingleStack"))
    assert world.service().cluster_ips == (first,)
    assert {item.address_type for item in world.slices()} == {"IPv4"}


@pytest.mark.parametrize(
    ("families", "declared", "field", "text"),
    [
        (DUAL, {"clusterIP": "10.97.0.1"}, "spec.clusterIP", "10.96.0.0/16"),
        (DUAL, {"clusterIP": "10.96.0.0"}, "spec.clusterIP", "10.96.0.0/16"),
        (DUAL, {"clusterIP": "10.96.255.255"}, "spec.clusterIP", "10.96.0.0/16"),
        (DUAL, {"clusterIP": "fd00::1"}, "spec.clusterIP", "fd00:10:96::/112"),
        (DUAL, {"clusterIP": "10.96.0.10"}, "spec.clusterIP", 'Service "kube-dns" of the namespace "kube-system"'),
        (DUAL, {"clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"]}, "spec.clusterIPs[0]", 'Service "kubernetes"'),
        (V4, {"clusterIP": "fd00:10:96::77"}, "spec.clusterIP", "this cluster has no IPv6"),
        (V4, {"ipFamilies": ["IPv6"]}, "spec.ipFamilies[0]", "this cluster has no IPv6"),
        (V4, {"ipFamilyPolicy": "RequireDualStack"}, "spec.ipFamilyPolicy", "only IPv4"),
        (DUAL, {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]}, "spec.ports[0].nodePort", "30000"),
    ],
)
def test_a_service_that_this_cluster_cannot_have_is_refused(world_of, service, families, declared, field, text):
    world = world_of(families=families)
    with pytest.raises(ManifestError) as refusal:
        world.apply(service(**declared))
    assert str(refusal.value).startswith("app.yaml:")
    assert f'Service "web": {field}: ' in str(refusal.value)
    assert text in str(refusal.value)
    assert world.kinds("Service") == []


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({}, {"clusterIP": "None"}, "spec.clusterIP"),
        ({"clusterIP": "None"}, {"clusterIP": "10.96.0.77"}, "spec.clusterIP"),
        ({"clusterIP": "10.96.0.77"}, {"clusterIP": "10.96.0.78"}, "spec.clusterIP"),
        ({"clusterIP": "10.96.0.77"}, {"clusterIP": "10.96.0.78", "clusterIPs": ["10.96.0.78"]}, "spec.clusterIPs[0]"),
        ({}, {"ipFamilies": ["IPv6"]}, "spec.ipFamilies[0]"),
        (
            {"ipFamilyPolicy": "RequireDualStack"},
            {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4"]},
            "spec.ipFamilyPolicy",
        ),
        (
            {"clusterIP": "None", "selector": None, "ipFamilyPolicy": "SingleStack"},
            {"clusterIP": "None", "selector": None, "ipFamilies": ["IPv4", "IPv6"]},
            "spec.ipFamilyPolicy",
        ),
    ],
)
def test_what_cannot_change_in_place_is_refused(world, service, first, second, field):
    world.apply(service(**first))
    before = world.stored("Service", "web")
    with pytest.raises(ManifestError, match=r"^app\.yaml:\d+: Service \"web\": ") as refusal:
        world.apply(service(**second))
    assert f": {field}: " in str(refusal.value)
    assert world.stored("Service", "web") == before


def test_a_headless_service_stays_headless_when_the_field_is_left_out(world, service):
    world.apply(service(clusterIP="None"))
    world.apply(service())
    assert world.service().headless


def test_a_node_port_that_is_taken_names_the_service_that_has_it(world, service):
    port = {"port": 80, "nodePort": 30080}
    world.apply(service(type="NodePort", ports=[port]))
    world.apply(service(type="NodePort", ports=[port]))
    with pytest.raises(ManifestError, match=r'30080 is taken by the Service "web" of the namespace "t"'):
        world.apply(service("other", type="NodePort", ports=[port]))
    world.apply(service())
    world.apply(service("other", type="NodePort", ports=[port]))
