"""Manifests on a real cluster: all or none, and errors that say where."""

from __future__ import annotations

import pytest

from svcdns.errors import ManifestError, TargetError
from svcdns.manifests import Manifest, syntax
from svcdns.targets.cluster import LiveCluster
from svcdns.targets.cluster.apiserver.api import Api

SERVICE = """
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
"""


def unchecked(text: str) -> list[Manifest]:
    """The objects of a text, unchecked, so that the API server is the first to check them."""
    return [Manifest(one.value, "app.yaml", one.lines) for one in syntax.documents(text.encode())]


def test_a_misspelt_field_is_refused_with_its_line(cluster: LiveCluster, namespace: str, api: Api):
    with pytest.raises(ManifestError) as caught:
        cluster.apply(unchecked(f"{SERVICE}  clusterIp: None\n"), namespace)
    assert str(caught.value) == ('app.yaml:11: Service "web": spec.clusterIp: field not declared in schema')
    assert api.get("Service", "web", namespace) is None


def test_a_misspelt_field_of_a_list_is_refused_with_its_line(cluster: LiveCluster, namespace: str):
    text = f"{SERVICE}    - port: 81\n      protocol: UDP\n      nme: dns\n"
    with pytest.raises(ManifestError, match=r'^app\.yaml:13: Service "web": spec\.ports\[1\]\.nme: field not declared'):
        cluster.apply(unchecked(text), namespace)


def test_every_refused_object_is_named_and_none_is_created(cluster: LiveCluster, namespace: str, api: Api):
    text = "---".join(
        [
            SERVICE,
            SERVICE.replace("web", "other").replace("port: 80", "port: 99999"),
            SERVICE.replace("web", "third").replace("port: 80", "port: many"),
        ]
    )
    with pytest.raises(ManifestError) as caught:
        cluster.apply(unchecked(text), namespace)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(
        'app.yaml:20: Service "other": spec.ports[0].port: Invalid value: 99999: must be between'
    )
    assert lines[-1].startswith('app.yaml:30: Service "third": spec.ports[0].port: expected numeric')
    assert api.list("Service", namespace) == []


def test_what_depends_on_each_other_passes_one_dry_run(cluster: LiveCluster, namespace: str, api: Api):
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 0
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.k8s.io/pause:3.10
        - name: other
          image: example.com/other:1
"""
    cluster.apply(unchecked(f"{SERVICE}---{deployment}"), namespace)
    made = api.get("Deployment", "web", namespace)
    assert made is not None
    assert made["metadata"]["labels"] == {"svcdns.dev/run": cluster.settings.run}
    assert made["spec"]["template"]["metadata"]["labels"] == {"app": "web"}
    nodes = api.list("Node")
    images = [name for node in nodes for image in node["status"]["images"] for name in image["names"]]
    pause, other = (container["image"] for container in made["spec"]["template"]["spec"]["containers"])
    assert pause in images
    assert other == "example.com/other:1"


def test_an_update_changes_what_it_names(cluster: LiveCluster, namespace: str):
    cluster.apply(unchecked(SERVICE), namespace)
    (before,) = cluster.state().only(namespace).services.values()
    cluster.apply(unchecked(SERVICE.replace("port: 80", "port: 8080")), namespace)
    (after,) = cluster.state().only(namespace).services.values()
    assert [port.port for port in after.ports] == [8080]
    assert after.cluster_ips == before.cluster_ips


def test_an_object_of_another_namespace_is_refused(cluster: LiveCluster, namespace: str):
    text = SERVICE.replace("name: web", "name: web\n  namespace: elsewhere")
    with pytest.raises(ManifestError, match=r'^app\.yaml:6: Service "web": metadata\.namespace: "elsewhere" is not'):
        cluster.apply(unchecked(text), namespace)


def test_a_pod_that_is_not_restricted_is_refused(cluster: LiveCluster, namespace: str):
    text = """
apiVersion: v1
kind: Pod
metadata:
  name: bare
spec:
  containers:
    - name: bare
      image: registry.k8s.io/pause:3.10
"""
    with pytest.raises(TargetError, match=r'^app\.yaml:2: Pod "bare": .*violates PodSecurity "restricted'):
        cluster.apply(unchecked(text), namespace)


def test_a_namespace_for_pods_in_the_host_network_takes_them(cluster: LiveCluster, namespace: str):
    text = """
apiVersion: v1
kind: Pod
metadata:
  name: hosted
spec:
  hostNetwork: true
  automountServiceAccountToken: false
  containers:
    - name: hosted
      image: registry.k8s.io/pause:3.10
"""
    own = f"{namespace}-host"
    cluster.create_namespace(own, host_network=True)
    try:
        cluster.apply(unchecked(text), own)
    finally:
        cluster.remove_namespace(own)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cluster, where: cluster.delete("Service", "nobody", where), 'Service "nobody" does not exist'),
        (lambda cluster, where: cluster.scale("Deployment", "nobody", 1, where), 'deployments.apps "nobody" not found'),
        (
            lambda cluster, where: cluster.restart("StatefulSet", "nobody", where),
            'statefulsets.apps "nobody" not found',
        ),
        (lambda cluster, where: cluster.restart("Service", "nobody", where), "a Service cannot be restarted: only a "),
        (lambda cluster, where: cluster.set_ready("nobody", where, ready=True), 'Pod "nobody" does not exist'),
        (lambda cluster, where: cluster.delete("Nonsense", "nobody", where), "the API server serves no Nonsense"),
    ],
)
def test_what_does_not_exist_cannot_be_changed(change, said: str, cluster: LiveCluster, namespace: str):
    with pytest.raises(TargetError, match=said):
        change(cluster, namespace)


def test_a_custom_resource_is_found_by_discovery(api: Api):
    assert any(item["metadata"]["name"] == "v1." for item in api.list("APIService"))
