from __future__ import annotations

import pytest

from svcdns.errors import ManifestError, TargetError


def _expose(world, kind, name="web", *, port=80, target_port=8080, service="web-vip"):
    world.cluster.expose(kind, name, "t", port=port, target_port=target_port, service=service)


@pytest.mark.parametrize(
    "kind", ["Deployment", "deployment", "deployments.apps", "ReplicaSet", "ReplicationController"]
)
def test_a_workload_is_exposed_by_its_selector(world, workload, kind):
    applied = {"replicaset": "ReplicaSet", "replicationcontroller": "ReplicationController"}
    world.apply(workload(applied.get(kind.lower(), "Deployment"), replicas=2))
    _expose(world, kind)
    service = world.service("web-vip")
    assert service.selector == {"app": "web"}
    assert [(port.name, port.protocol, port.port, port.target_port) for port in service.ports] == [
        ("", "TCP", 80, 8080)
    ]
    assert len(service.cluster_ips) == 1
    assert set(world.ready("web-vip")) == set(world.names)


def test_a_pod_is_exposed_by_its_labels_and_a_service_by_its_selector(world, bare_pod, service):
    world.apply(bare_pod(), service())
    _expose(world, "Pod", "p", service="a")
    _expose(world, "Service", "web", service="b")
    assert world.service("a").selector == world.service("b").selector == {"app": "web"}


@pytest.mark.parametrize(("target_port", "expected"), [(None, 53), (5353, 5353), ("dns", "dns")])
def test_the_target_port_is_the_port_unless_given(world, workload, target_port, expected):
    world.apply(workload("Deployment"))
    _expose(world, "Deployment", port=53, target_port=target_port)
    assert world.service("web-vip").ports[0].target_port == expected


def test_the_protocol_is_that_of_the_container_port(world, workload):
    container = {"name": "c", "image": "pause", "ports": [{"containerPort": 53, "protocol": "UDP"}]}
    world.apply(workload("Deployment", pod={"containers": [container]}))
    _expose(world, "Deployment", port=53)
    assert world.service("web-vip").ports[0].protocol == "UDP"


def test_labels_of_the_workload_are_passed_on(world, workload):
    deployment = workload("Deployment")
    deployment["metadata"]["labels"] = {"team": "a"}
    world.apply(deployment)
    _expose(world, "Deployment")
    assert world.stored("Service", "web-vip")["metadata"]["labels"] == {"team": "a"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("StatefulSet", "error: cannot expose a StatefulSet.apps"),
        ("DaemonSet", "error: cannot expose a DaemonSet.apps"),
        ("Job", "error: cannot expose a Job.batch"),
    ],
)
def test_other_workloads_cannot_be_exposed(world, workload, kind, text):
    world.apply(workload(kind))
    before = world.cluster.state
    with pytest.raises(TargetError) as refusal:
        _expose(world, kind.lower())
    assert str(refusal.value) == text
    assert world.cluster.state is before


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("deployment", 'Error from server (NotFound): deployments.apps "web" not found'),
        ("statefulset", 'Error from server (NotFound): statefulsets.apps "web" not found'),
        ("pod", 'Error from server (NotFound): pods "web" not found'),
    ],
)
def test_what_is_not_there_cannot_be_exposed(world, kind, text):
    with pytest.raises(TargetError) as refusal:
        _expose(world, kind)
    assert str(refusal.value) == text


def test_a_name_that_is_taken_is_refused(world, workload, service):
    world.apply(workload("Deployment"), service())
    with pytest.raises(TargetError, match=r'^Error from server \(AlreadyExists\): services "web" already exists$'):
        _expose(world, "Deployment", service="web")


def test_a_name_that_no_service_can_have_is_refused(world, workload):
    world.apply(workload("Deployment"))
    with pytest.raises(
        TargetError, match=r'^the name of the Service to make must be a DNS-1123 label .*, not "Web_1"$'
    ):
        _expose(world, "Deployment", service="Web_1")
    # Newer servers may take it.
    with pytest.raises(ManifestError, match=r"kubectl expose:\d+: Service \"1-web\": metadata\.name"):
        _expose(world, "Deployment", service="1-web")


@pytest.mark.parametrize(
    "name", ["--server=https://evil", "-f", "--filename=https://evil", "Web", "web/scale", "", "a b"]
)
def test_what_no_object_can_be_called_is_refused_before_anybody_looks_for_it(world, name):
    with pytest.raises(TargetError, match=r"^the name of the Deployment to expose must be a DNS-1123 subdomain "):
        _expose(world, "Deployment", name)


@pytest.mark.parametrize("kind", ["--server=https://evil", "Secret", "deployment.evil.example", "all", ""])
def test_what_has_no_pods_is_refused_before_anybody_looks_for_it(world, kind):
    with pytest.raises(TargetError) as refusal:
        _expose(world, kind)
    assert str(refusal.value) == (
        "kubectl exposes Pod, Service, ReplicationController, Deployment, ReplicaSet, StatefulSet, DaemonSet or Job, "
        f'not "{kind}"; name one of these kinds'
    )


def test_selectors_that_a_service_cannot_express_are_refused(world, workload, bare_pod, service):
    deployment = workload("Deployment")
    deployment["spec"]["selector"]["matchExpressions"] = [{"key": "app", "operator": "Exists"}]
    only_expressions = workload("ReplicaSet")
    only_expressions["spec"]["selector"] = {"matchExpressions": [{"key": "app", "operator": "Exists"}]}
    unlabelled = bare_pod()
    del unlabelled["metadata"]["labels"]
    world.apply(deployment, only_expressions, unlabelled, service(selector=None))
    for kind, name, text in (
        ("Deployment", "web", "couldn't convert expressions"),
        ("ReplicaSet", "web", "invalid replicaset: no selectors"),
        ("Pod", "p", "the pod has no labels"),
        ("Service", "web", "the service has no pod selector set"),
    ):
        with pytest.raises(TargetError, match=f"^error: couldn't retrieve selectors .*{text}"):
            _expose(world, kind, name)
