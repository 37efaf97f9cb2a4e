from __future__ import annotations

import pytest

from svcdns.controllers import Cluster
from svcdns.controllers.store import ObjectRef
from svcdns.state import Key

HEADLESS_LABEL = "service.kubernetes.io/headless"


def _ports(item):
    return [(port.name, port.protocol, port.port) for port in item.ports]


@pytest.mark.parametrize(
    ("published", "ready", "terminating", "conditions"),
    [
        (False, True, False, (True, True, False)),
        (False, False, False, (False, False, False)),
        (False, True, True, (False, True, True)),
        (False, False, True, (False, False, True)),
        (True, True, False, (True, True, False)),
        (True, False, False, (True, False, False)),
        (True, True, True, (True, True, True)),
        (True, False, True, (True, False, True)),
    ],
)
def test_conditions_follow_the_pod_and_publish_not_ready_addresses(
    world, bare_pod, service, published, ready, terminating, conditions
):
    held = [{"name": "c", "image": "pause", "lifecycle": {"preStop": {"sleep": {"seconds": 9}}}}]
    world.apply(bare_pod(gated=True, containers=held), service(publishNotReadyAddresses=published))
    world.cluster.set_ready("p", "t", ready=ready)
    if terminating:
        world.cluster.delete("Pod", "p", "t")
    (endpoint,) = world.slices()[0].endpoints
    assert (endpoint.ready, endpoint.serving, endpoint.terminating) == conditions


@pytest.mark.parametrize("cluster_ip", [None, "None"], ids=["virtual IP", "headless"])
@pytest.mark.parametrize(
    ("hostname", "subdomain", "expected"),
    [("h", "web", "h"), ("h", "other", ""), ("h", None, ""), (None, "web", ""), (None, None, "")],
)
def test_a_hostname_stands_in_the_slice_when_the_subdomain_names_the_service(
    world, bare_pod, service, cluster_ip, hostname, subdomain, expected
):
    given = {"hostname": hostname, "subdomain": subdomain}
    world.apply(
        bare_pod(**{name: value for name, value in given.items() if value}),
        service(clusterIP=cluster_ip),
    )
    (endpoint,) = world.slices()[0].endpoints
    assert endpoint.hostname == expected


def test_only_pods_of_the_namespace_with_all_the_labels_are_selected(world, bare_pod, service):
    labelled = bare_pod("yes")
    labelled["metadata"]["labels"]["tier"] = "front"
    world.cluster.create_namespace("other")
    world.apply(labelled, bare_pod("no"), service(selector={"app": "web", "tier": "front"}))
    world.apply(labelled, namespace="other")
    assert set(world.ready()) == {"yes"}


def test_a_pod_leaves_and_enters_with_its_labels_and_the_selector(world, bare_pod, service):
    world.apply(bare_pod("a"), bare_pod("b", app="other"), service())
    assert set(world.ready()) == {"a"}
    world.apply(bare_pod("b"))
    assert set(world.ready()) == {"a", "b"}
    world.apply(bare_pod("a", app="other"))
    assert set(world.ready()) == {"b"}
    world.apply(service(selector={"app": "other"}))
    assert set(world.ready()) == {"a"}


def test_an_endpoint_tells_its_pod_and_node(world, bare_pod, service):
    world.apply(bare_pod(), service())
    pod = world.stored("Pod", "p")
    (item,) = world.kinds("EndpointSlice")
    assert item["endpoints"] == [
        {
            "addresses": [pod["status"]["podIP"]],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "targetRef": {"kind": "Pod", "namespace": "t", "name": "p", "uid": pod["metadata"]["uid"]},
            "nodeName": pod["spec"]["nodeName"],
        }
    ]


def test_there_is_one_slice_set_a_family(world, workload, service):
    world.apply(workload("Deployment", replicas=2), service(ipFamilyPolicy="RequireDualStack", clusterIP="None"))
    found = {item.address_type: {endpoint.addresses for endpoint in item.endpoints} for item in world.slices()}
    assert found == {
        "IPv4": {pod.addresses[:1] for pod in world.pods},
        "IPv6": {pod.addresses[1:] for pod in world.pods},
    }


@pytest.mark.parametrize("cluster_ip", [None, "None"], ids=["virtual IP", "headless"])
def test_a_service_that_selects_nothing_has_a_placeholder(world, service, cluster_ip):
    world.apply(service(clusterIP=cluster_ip))
    (item,) = world.kinds("EndpointSlice")
    assert (item["endpoints"], item["ports"]) == (None, None)
    headless = {HEADLESS_LABEL: ""} if cluster_ip else {}
    assert item["metadata"]["labels"] == {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": "web",
        **headless,
    }


def test_labels_of_the_service_are_passed_on_save_the_reserved_ones(world, service):
    labelled = service()
    labelled["metadata"]["labels"] = {"team": "a", HEADLESS_LABEL: "", "kubernetes.io/service-name": "other"}
    world.apply(labelled)
    (item,) = world.kinds("EndpointSlice")
    assert item["metadata"]["labels"]["team"] == "a"
    assert item["metadata"]["labels"]["kubernetes.io/service-name"] == "web"
    assert HEADLESS_LABEL not in item["metadata"]["labels"]


@pytest.mark.parametrize(
    "spec",
    [{"type": "ExternalName", "externalName": "example.com", "selector": {"app": "web"}}, {"selector": None}],
    ids=["ExternalName", "no selector"],
)
def test_some_services_get_no_slices(world, bare_pod, service, spec):
    world.apply(bare_pod(), service(**spec))
    assert world.slices() == ()


@pytest.mark.parametrize(
    "spec",
    [{"type": "ExternalName", "externalName": "example.com"}, {"selector": None}],
    ids=["ExternalName", "no selector"],
)
def test_slices_of_before_stay_as_they_were_when_the_controller_turns_away(world, bare_pod, service, spec):
    world.apply(bare_pod(), service())
    before = world.slices()
    world.apply(service(**spec))
    world.cluster.delete("Pod", "p", "t")
    assert world.slices() == before
    world.cluster.delete("Service", "web", "t")
    assert world.slices() == ()


NAMED = [{"name": "web", "containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ({"port": 80}, [("", "TCP", 80)]),
        ({"port": 80, "targetPort": 8080}, [("", "TCP", 8080)]),
        ({"port": 80, "targetPort": "web"}, [("", "TCP", 8080)]),
        ({"port": 80, "targetPort": "web", "protocol": "UDP"}, []),
        ({"port": 80, "targetPort": "dns", "protocol": "UDP"}, [("", "UDP", 53)]),
        ({"port": 80, "targetPort": "side"}, [("", "TCP", 9000)]),
        ({"port": 80, "targetPort": "setup"}, []),
        ({"port": 80, "targetPort": "nothing"}, []),
    ],
)
def test_a_named_target_port_is_looked_up_by_name_and_protocol(world, bare_pod, service, port, expected):
    world.apply(
        bare_pod(
            containers=[{"name": "a", "image": "pause"}, {"name": "b", "image": "pause", "ports": NAMED}],
            initContainers=[
                {"name": "i", "image": "pause", "ports": [{"name": "setup", "containerPort": 7000}]},
                {
                    "name": "s",
                    "image": "pause",
                    "restartPolicy": "Always",
                    "ports": [{"name": "side", "containerPort": 9000}],
                },
            ],
        ),
        service(ports=[port]),
    )
    (item,) = world.slices()
    assert _ports(item) == expected
    assert len(item.endpoints) == 1


def test_pods_are_grouped_by_what_their_named_ports_resolve_to(world, bare_pod, service):
    def at(port):
        return [{"name": "c", "image": "pause", "ports": [{"name": "web", "containerPort": port}]}]

    ports = [{"name": "web", "port": 80, "targetPort": "web"}, {"name": "admin", "port": 81}]
    world.apply(
        bare_pod("a", containers=at(8080)),
        bare_pod("b", containers=at(9090)),
        bare_pod("c", containers=at(8080)),
        bare_pod("d"),
        service(ports=ports),
    )
    groups = {tuple(_ports(item)): sorted(endpoint.pod for endpoint in item.endpoints) for item in world.slices()}
    assert groups == {
        (("web", "TCP", 8080), ("admin", "TCP", 81)): ["a", "c"],
        (("web", "TCP", 9090), ("admin", "TCP", 81)): ["b"],
        (("admin", "TCP", 81),): ["d"],
    }


def test_a_headless_service_may_have_no_ports(world, bare_pod, service):
    world.apply(bare_pod(), service(clusterIP="None", ports=None))
    (item,) = world.slices()
    assert (item.ports, len(item.endpoints)) == ((), 1)


def test_slices_keep_their_names_through_every_change(world, bare_pod, service):
    def names():
        return [item.key.name for item in world.slices()]

    world.apply(service())
    before = names()
    assert before[0].startswith("web-")
    world.apply(bare_pod("a"))
    assert names() == before, "the placeholder becomes the slice"
    world.apply(service(ports=[{"port": 81}]))
    assert names() == before, "other ports"
    world.cluster.delete("Pod", "a", "t")
    assert names() == before, "a placeholder again"
    world.cluster.delete("Service", "web", "t")
    world.apply(service())
    assert names() != before, "another Service of the same name"


def test_endpoints_beyond_a_hundred_go_to_further_slices(world, workload, service):
    world.apply(workload("Deployment", replicas=250), service(clusterIP="None"))
    assert sorted(len(item.endpoints) for item in world.slices()) == [50, 100, 100]
    world.cluster.scale("Deployment", "web", 120, "t")
    listed = {endpoint.addresses for item in world.slices() for endpoint in item.endpoints}
    assert listed == {pod.addresses[:1] for pod in world.pods}


def test_pods_that_have_finished_or_have_no_address_are_left_out(world, bare_pod, service):
    world.apply(bare_pod("a"), bare_pod("b"), bare_pod("c"), service())
    # Nothing that a user can do ends a pod here, so it is done to the store.
    with world.cluster._changing() as store:
        for name, phase in (("a", "Succeeded"), ("b", "Failed")):
            pod = store.get(ObjectRef("Pod", "t", name))
            store.put({**pod, "status": {**pod["status"], "phase": phase}})
    assert set(world.ready()) == {"c"}


def test_a_slice_written_by_hand_is_kept_as_it_is(world, service):
    by_hand = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "by-hand", "labels": {"kubernetes.io/service-name": "web"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.1"]}, {"addresses": ["192.0.2.2"], "conditions": {"ready": False}}],
        "ports": [{"port": 80}],
    }
    world.apply(service(selector=None), by_hand)
    (item,) = world.slices()
    assert [(endpoint.addresses, endpoint.ready) for endpoint in item.endpoints] == [
        (("192.0.2.1",), None),
        (("192.0.2.2",), False),
    ]
    assert _ports(item) == [("", "TCP", 80)]
    world.cluster.delete("Service", "web", "t")
    assert Key("t", "by-hand") in world.cluster.state.slices


def test_a_slice_that_claims_to_be_the_controllers_is_taken_away(world, service):
    false = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "false",
            "labels": {
                "kubernetes.io/service-name": "web",
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            },
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.1"]}],
    }
    world.apply(service(), false)
    assert [item.key.name == "false" for item in world.slices()] == [False]


def test_services_of_the_cluster_itself_follow_their_pods():
    cluster = Cluster()
    cluster.scale("Deployment", "coredns", 1, "kube-system")
    (item,) = cluster.state.slices_by_service[Key("kube-system", "kube-dns")]
    assert len(item.endpoints) == 1
