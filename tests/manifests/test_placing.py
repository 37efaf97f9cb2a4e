"""Where objects belong: further Namespaces, none at all, and names that are not for manifests."""

from __future__ import annotations

import pytest

from svcdns.errors import ManifestError
from svcdns.manifests import (
    Manifest,
    cluster_scoped,
    further_namespaces,
    read_text,
    refuse_cluster_scoped,
    refuse_further_namespaces,
    refuse_reaching,
    refuse_reserved,
)
from svcdns.records import COREDNS
from svcdns.state import Key
from svcdns.targets.reference import Reference

SET = """
apiVersion: v1
kind: Namespace
metadata: {name: monitoring}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: monitoring}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {ports: [{port: 80}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: c}
rules: []
---
apiVersion: v1
kind: ConfigMap
metadata: {name: d, namespace: other}
"""


def read(text: str = SET) -> list[Manifest]:
    return list(read_text(text, "set.yaml"))


def test_further_namespaces_are_those_that_objects_are_or_name():
    assert list(further_namespaces(read(), "main")) == ["monitoring", "other"]
    assert list(further_namespaces(read(), "monitoring")) == ["other"]


def test_each_object_that_names_another_namespace_is_refused_with_its_line():
    with pytest.raises(ManifestError) as caught:
        refuse_further_namespaces(read(), "main", ["other"])
    first, second = str(caught.value).splitlines()
    assert first.startswith('set.yaml:2: Namespace "monitoring": declares a Namespace: remove it')
    assert second.startswith('set.yaml:8: Service "a": metadata.namespace: "monitoring" is not the namespace "main"')
    refuse_further_namespaces(read(), "main", ["monitoring", "other"])


def test_each_object_in_no_namespace_is_refused_with_its_line():
    assert [item.name for item in cluster_scoped(read())] == ["c"]
    with pytest.raises(ManifestError, match=r'^set\.yaml:16: ClusterRole "c": is cluster-scoped'):
        refuse_cluster_scoped(read())


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ("{name: svcdns-probe}", "metadata.name"),
        ("{name: a, labels: {svcdns.dev/run: x}}", 'metadata.labels["svcdns.dev/run"]'),
        ("{name: a, annotations: {svcdns.dev/uid: x}}", 'metadata.annotations["svcdns.dev/uid"]'),
    ],
)
def test_what_would_pass_for_a_runs_own_is_refused(metadata: str, field: str):
    manifest = read(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\n")
    with pytest.raises(ManifestError) as caught:
        refuse_reserved(manifest)
    assert f": {field}: " in str(caught.value)
    with Reference(COREDNS) as target:
        target.create_namespace("main")
        with pytest.raises(ManifestError):
            target.apply(manifest, "main")


def test_pods_that_would_be_taken_for_those_that_only_ask_are_refused():
    template = "{metadata: {labels: {app: a, svcdns.dev/role: x}}, spec: {containers: [{name: a, image: a}]}}"
    spec = f"{{selector: {{matchLabels: {{app: a}}}}, template: {template}}}"
    manifest = read(f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {spec}\n")
    with pytest.raises(ManifestError, match=r'spec\.template\.metadata\.labels\["svcdns\.dev/role"\]'):
        refuse_reserved(manifest)


def test_on_the_reference_a_set_over_several_namespaces_comes_and_goes_with_the_one_it_is_applied_to():
    with Reference(COREDNS) as target:
        target.create_namespace("main")
        target.apply(read(), "main")
        state = target.state()
        assert {Key("monitoring", "a"), Key("main", "b")} <= state.services.keys()
        assert target.remarks == ['ClusterRole "c" has no effect on DNS', 'ConfigMap "d" has no effect on DNS']
        target.delete_namespace("main")
        assert not {"main", "monitoring", "other"} & target.state().namespaces.keys()


def test_on_the_reference_a_namespace_that_exists_is_refused_and_nothing_is_made():
    with Reference(COREDNS) as target:
        target.create_namespace("main")
        target.create_namespace("other")
        with pytest.raises(ManifestError, match='the namespace "other" already exists'):
            target.apply(read(), "main")
        assert "monitoring" not in target.state().namespaces


def test_on_the_reference_what_is_refused_leaves_no_namespace_behind():
    with Reference(COREDNS) as target:
        target.create_namespace("main")
        wrong = read(SET.replace("{ports: [{port: 80}]}", "{ports: [{port: 80}], clusterIP: 192.0.2.1}"))
        with pytest.raises(ManifestError):
            target.apply(wrong, "main")
        assert not {"monitoring", "other"} & target.state().namespaces.keys()


POD = "containers: [{name: a, image: a}]"


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("v1 ConfigMap", "metadata: {name: a, finalizers: [example.com/hold]}", "metadata.finalizers"),
        ("v1 Service", "spec: {externalIPs: [192.0.2.1, 10.96.0.10], ports: [{port: 80}]}", "spec.externalIPs[1]"),
        ("v1 Pod", f"spec: {{priorityClassName: system-node-critical, {POD}}}", "spec.priorityClassName"),
        (
            "v1 PersistentVolumeClaim",
            "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, volumeName: theirs}",
            "spec.volumeName",
        ),
        (
            "v1 PersistentVolumeClaim",
            'spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: ""}',
            "spec.storageClassName",
        ),
    ],
)
def test_what_would_take_or_hold_what_is_others_is_refused_with_its_field(kind: str, fields: str, field: str):
    version, name = kind.split()
    metadata = "" if fields.startswith("metadata") else "metadata: {name: a}\n"
    manifest = read(f"apiVersion: {version}\nkind: {name}\n{metadata}{fields}\n")
    with pytest.raises(ManifestError) as caught:
        refuse_reaching(manifest)
    assert f": {field}: " in str(caught.value)
