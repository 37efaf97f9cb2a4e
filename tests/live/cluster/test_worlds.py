"""What happens to pods and EndpointSlices of a real cluster, and when they have settled."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.live.somebody import SomebodysApi

from svcdns import manifests, resources
from svcdns.errors import ManifestError, TargetError, UndeterminedError
from svcdns.manifests import READINESS_GATE, Manifest, read_text
from svcdns.state import Endpoint, Key, Pod
from svcdns.targets.cluster import LiveCluster
from svcdns.targets.cluster.watch.settling import Settling

COMBINATIONS = resources.fixtures() / "combinations"

#: How long a world that cannot settle is waited for, and begun anew where other pods become ready meanwhile.
PATIENCE_SECONDS = 10.0


def declared(*names: str) -> list[Manifest]:
    return [one for name in names for one in manifests.read(COMBINATIONS / f"{name}.yaml")]


def edited(name: str, *edits: tuple[str, str]) -> list[Manifest]:
    """The objects of a fixture with pieces of its text replaced."""
    text = (COMBINATIONS / f"{name}.yaml").read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return list(read_text(text))


def pods(cluster: LiveCluster, namespace: str) -> list[Pod]:
    return [pod for key, pod in sorted(cluster.state().pods.items()) if key.namespace == namespace]


def endpoints(cluster: LiveCluster, namespace: str) -> dict[str, Endpoint]:
    slices = cluster.state().only(namespace).slices.values()
    return {endpoint.pod: endpoint for one in slices for endpoint in one.endpoints}


@pytest.fixture
def web(cluster: LiveCluster, namespace: str) -> str:
    """A namespace with the settled StatefulSet of the fixtures."""
    cluster.apply(declared("headless-service", "statefulset-of-headless-service"), namespace)
    cluster.settle(namespace)
    return namespace


def test_a_settled_world_has_its_pods_ready_and_in_the_endpoint_slices(cluster: LiveCluster, web: str):
    found = pods(cluster, web)
    assert [pod.key.name for pod in found] == ["web-0", "web-1", "web-2"]
    assert all(pod.ready and pod.addresses for pod in found)
    assert {name: endpoint.addresses for name, endpoint in endpoints(cluster, web).items()} == {
        pod.key.name: pod.addresses[:1] for pod in found
    }


def test_readiness_is_seen_in_the_endpoint_slices_and_comes_back(cluster: LiveCluster, web: str):
    for ready in (False, True):
        cluster.set_ready("web-1", web, ready=ready)
        cluster.settle(web)
        assert {name: endpoint.ready for name, endpoint in endpoints(cluster, web).items()} == {
            "web-0": True,
            "web-1": ready,
            "web-2": True,
        }


def test_a_replaced_pod_is_ready_as_the_namespace_is_wished(cluster: LiveCluster, web: str):
    cluster.set_ready("web-1", web, ready=False)
    cluster.settle(web)
    before = cluster._watching.view().uid(Key(web, "web-1"))
    cluster.delete("Pod", "web-1", web)
    assert before not in {meta.uid for meta in cluster._watching.view().metadata["Pod"].values()}
    cluster.settle(web)
    view = cluster._watching.view()
    assert view.progress[Key(web, "web-1")].conditions[READINESS_GATE].status == "True"
    assert endpoints(cluster, web)["web-1"].ready


def test_pods_of_a_namespace_that_is_wished_unready_are_born_unready(cluster: LiveCluster, namespace: str):
    cluster.wish_ready(namespace, ready=False)
    cluster.apply(declared("headless-service", "deployment"), namespace)
    cluster.settle(namespace)
    assert [pod.ready for pod in pods(cluster, namespace)] == [False, False, False]
    cluster.scale("Deployment", "tomcat", 4, namespace)
    cluster.settle(namespace)
    assert [endpoint.ready for endpoint in endpoints(cluster, namespace).values()] == [False] * 4
    cluster.wish_ready(namespace, ready=True)
    cluster.settle(namespace)
    assert [endpoint.ready for endpoint in endpoints(cluster, namespace).values()] == [True] * 4


def test_where_no_pod_is_to_be_ready_those_without_the_gate_are_refused(cluster: LiveCluster, namespace: str):
    cluster.wish_ready(namespace, ready=False)
    ungated = edited("deployment", ("svcdns.dev/ready", "example.com/other"))
    with pytest.raises(ManifestError, match=r":\d+: Deployment .* has no readiness gate svcdns\.dev/ready"):
        cluster.apply(ungated, namespace)
    assert not pods(cluster, namespace)


def test_a_restart_replaces_every_pod(cluster: LiveCluster, namespace: str):
    cluster.apply(declared("headless-service", "deployment", "statefulset-of-headless-service"), namespace)
    cluster.settle(namespace)
    before = uids(cluster, namespace)
    cluster.restart("Deployment", "tomcat", namespace)
    cluster.restart("StatefulSet", "web", namespace)
    cluster.settle(namespace)
    assert len(uids(cluster, namespace)) == len(before) == 6
    assert before.isdisjoint(uids(cluster, namespace))


def test_a_restart_that_waits_for_a_pod_that_is_wished_unready_is_settled(cluster: LiveCluster, namespace: str):
    cluster.wish_ready(namespace, ready=False)
    cluster.apply(declared("headless-service", "deployment"), namespace)
    cluster.settle(namespace)
    before = uids(cluster, namespace)
    cluster.restart("Deployment", "tomcat", namespace)
    cluster.settle(namespace)
    assert len(before & uids(cluster, namespace)) == 3
    assert len(uids(cluster, namespace)) == 4


def test_scaled_down_only_the_pods_that_stay_are_seen(cluster: LiveCluster, web: str):
    cluster.scale("StatefulSet", "web", 1, web)
    cluster.settle(web)
    assert [pod.key.name for pod in pods(cluster, web)] == ["web-0"]
    assert list(endpoints(cluster, web)) == ["web-0"]


def test_a_deleted_workload_takes_its_pods_with_it(cluster: LiveCluster, web: str):
    cluster.delete("StatefulSet", "web", web)
    cluster.settle(web)
    assert pods(cluster, web) == []
    assert endpoints(cluster, web) == {}


def test_a_deleted_service_takes_its_endpoint_slices_with_it(cluster: LiveCluster, web: str):
    cluster.delete("Service", "test-headless-svc", web)
    cluster.settle(web)
    assert cluster.state().only(web).services == {}
    assert cluster.state().only(web).slices == {}


def test_a_terminating_pod_that_a_hook_holds_is_settled(cluster: LiveCluster, namespace: str, api: SomebodysApi):
    held = ("          ports:\n", "          lifecycle: {preStop: {sleep: {seconds: 20}}}\n          ports:\n")
    longer = ("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 30")
    cluster.apply([*declared("headless-service"), *edited("statefulset-of-headless-service", held, longer)], namespace)
    cluster.settle(namespace)
    cluster.scale("StatefulSet", "web", 2, namespace)
    cluster._watching.wait_for(lambda view: view.state.pods[Key(namespace, "web-2")].terminating, 60)
    cluster.settle(namespace)
    endpoint = endpoints(cluster, namespace)["web-2"]
    assert (endpoint.ready, endpoint.serving, endpoint.terminating) == (False, True, True)
    # So that nobody has to wait for the hooks.
    api.delete("StatefulSet", "web", namespace)
    for pod in pods(cluster, namespace):
        api.delete("Pod", pod.key.name, namespace, grace_seconds=0)


def test_a_readiness_probe_that_fails_is_as_good_as_a_gate(cluster: LiveCluster, namespace: str):
    ungated = ("      readinessGates:\n        - conditionType: svcdns.dev/ready\n", "")
    probed = (
        "          ports:\n",
        "          readinessProbe: {tcpSocket: {port: 9}, periodSeconds: 1}\n          ports:\n",
    )
    cluster.apply([*declared("headless-service"), *edited("deployment", ungated, probed)], namespace)
    cluster.settle(namespace)
    assert [pod.ready for pod in pods(cluster, namespace)] == [False, False, False]
    with pytest.raises(
        TargetError, match=r"has no readiness gate svcdns\.dev/ready, so its readiness cannot be set: add"
    ):
        cluster.set_ready(pods(cluster, namespace)[0].key.name, namespace, ready=True)


def test_kubectl_exposes_a_deployment_and_refuses_a_statefulset(cluster: LiveCluster, web: str):
    with pytest.raises(TargetError) as caught:
        cluster.expose("StatefulSet", "web", web, port=80, target_port=8080, service="web-vip")
    assert str(caught.value) == "error: cannot expose a StatefulSet.apps"
    with pytest.raises(TargetError) as caught:
        cluster.expose("Deployment", "nobody", web, port=80, target_port=None, service="web-vip")
    assert str(caught.value) == 'Error from server (NotFound): deployments.apps "nobody" not found'
    cluster.apply(edited("deployment", ("replicas: 3", "replicas: 1")), web)
    cluster.expose("Deployment", "tomcat", web, port=80, target_port=8080, service="tomcat-vip")
    (service,) = (one for one in cluster.state().only(web).services.values() if one.key.name == "tomcat-vip")
    assert [(port.port, port.target_port) for port in service.ports] == [(80, 8080)]


def test_several_namespaces_settle_at_a_time(cluster: LiveCluster, run: str):
    names = [f"svcdns-{run}-many{number}" for number in range(3)]

    def make(name: str) -> None:
        cluster.create_namespace(name)
        cluster.apply(declared("headless-service", "deployment"), name)
        cluster.settle(name)

    try:
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(make, names))
        assert [len(endpoints(cluster, name)) for name in names] == [3, 3, 3]
    finally:
        for name in names:
            cluster.delete_namespace(name)


QUOTA = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"pods": "1"}}}
#: A fixture with a piece of its text replaced, and what is then missing.
UNSETTLED = [
    (
        "statefulset-of-headless-service",
        ("registry.k8s.io/pause:3.10", "localhost:1/no/such:image"),
        r"Pod \"web-0\": does not run: localhost:1/no/such:image: (ErrImagePull|ImagePullBackOff): .*localhost:1",
    ),
    (
        "statefulset-of-headless-service",
        ("    spec:\n      termination", "    spec:\n      nodeSelector: {no: where}\n      termination"),
        r"Pod \"web-0\": is not scheduled: .*node\(s\) didn't match",
    ),
    (
        "statefulset-of-headless-service",
        ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
        r"StatefulSet \"web\": has no pod web-0 yet; FailedCreate: .*violates PodSecurity",
    ),
    (
        "deployment",
        ("replicas: 3", "replicas: 2"),
        r"Deployment \"tomcat\": has [01] of 2 pods: .*exceeded quota: few",
    ),
]


def test_worlds_that_do_not_settle_say_what_is_missing(cluster: LiveCluster, run: str, api: SomebodysApi):
    hurried = Settling(api, cluster._watching, cluster._readiness, deadline_seconds=PATIENCE_SECONDS)
    hurried._workloads = cluster._settling._workloads
    names = [f"svcdns-{run}-without{number}" for number in range(len(UNSETTLED))]

    def said(name: str, fixture: str, edit: tuple[str, str]) -> str:
        cluster.create_namespace(name)
        if fixture == "deployment":
            api.apply({**QUOTA, "metadata": {"name": "few", "namespace": name}})
        cluster.apply([*declared("headless-service"), *edited(fixture, edit)], name)
        with pytest.raises(UndeterminedError) as caught:
            hurried.settle(name)
        return str(caught.value)

    try:
        with ThreadPoolExecutor(len(names)) as pool:
            fixtures, edits, missing = zip(*UNSETTLED, strict=True)
            lines = list(pool.map(said, names, fixtures, edits))
    finally:
        for name in names:
            cluster.delete_namespace(name)
    for name, line, words in zip(names, lines, missing, strict=True):
        assert re.search(rf'^the namespace "{name}" did not settle within \d+ s: .*{words}', line)


def uids(cluster: LiveCluster, namespace: str) -> set[str]:
    view = cluster._watching.view()
    return {view.uid(pod.key) for pod in pods(cluster, namespace)}


def test_a_pod_that_a_hook_holds_does_not_hold_its_namespace(cluster: LiveCluster, api: SomebodysApi, run: str):
    namespace = f"svcdns-{run}-held"
    cluster.create_namespace(namespace)
    cluster.apply(list(manifests.read(resources.fixtures() / "behaviour" / "slow-to-end.yaml")), namespace)
    cluster.settle(namespace)
    cluster.delete("Pod", "leaving-1", namespace)
    cluster.delete_namespace(namespace)
    # The hook takes 40 s.
    assert cluster._watching.wait_for(lambda view: namespace not in view.state.namespaces, 20)
    assert api.get("Namespace", namespace) is None


def test_a_wait_for_a_namespace_ends_when_it_is_abandoned(cluster: LiveCluster, namespace: str):
    cluster.apply(edited("deployment", ("registry.k8s.io/pause:3.10", "nobody.invalid/none:1")), namespace)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cluster.settle, namespace)
        assert cluster._watching.wait_for(lambda _: bool(pods(cluster, namespace)), PATIENCE_SECONDS)
        cluster.abandon(namespace)
        with pytest.raises(UndeterminedError, match="did not settle within"):
            waiting.result(PATIENCE_SECONDS)
