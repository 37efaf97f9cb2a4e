from __future__ import annotations

import pytest


def _endpoints(*subsets, **metadata):
    return {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "web", **metadata},
        "subsets": list(subsets),
    }


READY = {"addresses": [{"ip": "192.0.2.1", "hostname": "one"}], "ports": [{"port": 80}]}


def test_endpoints_of_a_service_without_selector_become_a_slice(world, service):
    subset = {**READY, "notReadyAddresses": [{"ip": "192.0.2.2"}], "ports": [{"name": "http", "port": 8080}]}
    world.apply(service(selector=None), _endpoints(subset, labels={"team": "a"}))
    (item,) = world.kinds("EndpointSlice")
    assert item["endpoints"] == [
        {"addresses": ["192.0.2.1"], "conditions": {"ready": True}, "hostname": "one"},
        {"addresses": ["192.0.2.2"], "conditions": {"ready": False}},
    ]
    assert item["ports"] == [{"name": "http", "protocol": "TCP", "port": 8080}]
    assert item["metadata"]["labels"] == {
        "team": "a",
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    }


def test_families_and_ports_are_told_apart(world, service):
    world.apply(
        service(selector=None),
        _endpoints(
            {"addresses": [{"ip": "192.0.2.1"}, {"ip": "2001:db8::1"}], "ports": [{"port": 80}]},
            {"addresses": [{"ip": "192.0.2.3"}], "ports": [{"port": 81}]},
        ),
    )
    found = {
        (item.address_type, item.ports[0].port): [endpoint.addresses for endpoint in item.endpoints]
        for item in world.slices()
    }
    assert found == {
        ("IPv4", 80): [("192.0.2.1",)],
        ("IPv6", 80): [("2001:db8::1",)],
        ("IPv4", 81): [("192.0.2.3",)],
    }


def test_the_slice_follows_and_keeps_its_name(world, service):
    world.apply(service(selector=None), _endpoints(READY))
    (before,) = world.slices()
    world.apply(_endpoints({"addresses": [{"ip": "192.0.2.9"}], "ports": [{"port": 80}]}))
    (after,) = world.slices()
    assert after.key == before.key
    assert [endpoint.addresses for endpoint in after.endpoints] == [("192.0.2.9",)]
    world.cluster.delete("Endpoints", "web", "t")
    assert world.slices() == ()


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        {"annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}},
        {"name": "without-service"},
    ],
    ids=["skip-mirror", "leader election", "no Service"],
)
def test_some_endpoints_are_not_mirrored(world, service, metadata):
    world.apply(service(selector=None), _endpoints(READY, **metadata))
    assert world.kinds("EndpointSlice") == []


def test_endpoints_of_a_service_with_a_selector_are_not_mirrored(world, service):
    world.apply(service(), _endpoints(READY))
    assert [item.endpoints for item in world.slices()] == [()]


def test_the_mirrored_slice_goes_when_the_service_gets_a_selector_or_goes(world, service):
    world.apply(service(selector=None), _endpoints(READY))
    world.apply(service())
    assert [item.endpoints for item in world.slices()] == [()]
    world.cluster.delete("Service", "web", "t")
    assert world.slices() == ()


def test_a_slice_of_ports_that_are_gone_goes_too(world, service):
    world.apply(service(selector=None), _endpoints(READY))
    world.apply(_endpoints({**READY, "ports": [{"port": 81}]}))
    (item,) = world.slices()
    assert [port.port for port in item.ports] == [81]


def test_at_most_a_thousand_addresses_of_a_subset_are_mirrored(world, service):
    addresses = [{"ip": f"198.18.{number // 250}.{number % 250 + 1}"} for number in range(1001)]
    world.apply(service(selector=None), _endpoints({"addresses": addresses, "ports": [{"port": 80}]}))
    (item,) = world.slices()
    assert len(item.endpoints) == 1000
