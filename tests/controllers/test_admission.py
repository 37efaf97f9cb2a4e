from __future__ import annotations

from dataclasses import replace

import pytest

from svcdns.controllers import Note
from svcdns.errors import ManifestError, TargetError
from svcdns.state import Key

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "b"}}


def test_other_kinds_are_stored_and_said_to_have_no_effect(world):
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": []}
    before = world.cluster.state
    assert world.apply(CONFIG_MAP, role) == (
        Note("ConfigMap", "c", "has no effect on DNS"),
        Note("ClusterRole", "r", "has no effect on DNS"),
    )
    assert world.cluster.state is before
    assert world.stored("ConfigMap", "c")["data"] == {"a": "b"}
    world.cluster.delete("ConfigMap", "c", "t")
    assert world.cluster.objects("t") == []


def test_custom_resources_have_an_unknown_effect_also_if_their_kind_sounds_familiar(world, service):
    knative = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"a": 1}}
    (note,) = world.apply(knative, service())
    assert (note.kind, note.name) == ("Service", "web")
    assert "effect unknown" in note.text
    assert "serving.knative.dev/v1" in note.text
    assert len(world.kinds("Service")) == 2
    world.cluster.delete("Service.serving.knative.dev", "web", "t")
    assert len(world.service().cluster_ips) == 1


def test_nothing_is_half_applied(world, workload, service):
    world.apply(workload("Deployment"))
    before, objects = world.cluster.state, world.cluster.objects()
    with pytest.raises(ManifestError):
        world.apply(service(), workload("Deployment", replicas=5), service("other", clusterIP="10.0.0.1"))
    assert world.cluster.state is before
    assert world.cluster.objects() == objects


def test_the_same_object_twice_is_refused(world, service):
    with pytest.raises(ManifestError, match=r'^app\.yaml:\d+: Service "web": is given twice, first in app\.yaml:1'):
        world.apply(service(), service(clusterIP="None"))


def test_an_unknown_namespace_is_refused(world, service):
    with pytest.raises(ManifestError, match=r'metadata\.namespace: the namespace "nowhere" does not exist'):
        world.apply(service(), namespace="nowhere")


def test_a_namespace_may_come_first_in_the_same_apply(world, service):
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new", "labels": {"team": "a"}}}
    with pytest.raises(ManifestError):
        world.apply(service(), namespace, namespace="new")
    world.apply(namespace, service(), namespace="new")
    assert "new" in world.cluster.state.namespaces
    (stored,) = (item for item in world.cluster.objects("") if item["metadata"]["name"] == "new")
    assert stored["metadata"]["labels"] == {"team": "a", "kubernetes.io/metadata.name": "new"}
    assert stored["status"] == {"phase": "Active"}


def test_an_object_goes_to_the_namespace_that_it_names(world, service):
    elsewhere = service()
    elsewhere["metadata"]["namespace"] = "default"
    world.apply(elsewhere)
    assert Key("default", elsewhere["metadata"]["name"]) in world.cluster.state.services
    elsewhere["metadata"]["namespace"] = "missing"
    with pytest.raises(ManifestError, match=r'metadata\.namespace: the namespace "missing" does not exist'):
        world.apply(elsewhere)


@pytest.mark.parametrize(
    ("kind", "first", "second", "field"),
    [
        ("Deployment", {}, {"app": "other"}, "spec.selector"),
        ("ReplicaSet", {}, {"app": "other"}, "spec.selector"),
        ("DaemonSet", {}, {"app": "other"}, "spec.selector"),
        ("StatefulSet", {}, {"app": "other"}, "spec.selector"),
        ("StatefulSet", {}, {"serviceName": "other"}, "spec.serviceName"),
        ("StatefulSet", {}, {"podManagementPolicy": "Parallel"}, "spec.podManagementPolicy"),
        ("Job", {}, {"pod": {"hostname": "h"}}, "spec.template"),
        ("Job", {"completions": 1}, {"completions": 2}, "spec.completions"),
    ],
)
def test_fields_of_a_workload_that_cannot_change(world, workload, kind, first, second, field):
    world.apply(workload(kind, **first))
    before = world.cluster.state
    with pytest.raises(ManifestError, match=rf'^app\.yaml:\d+: {kind} "web": {field}: cannot change'):
        world.apply(workload(kind, **second))
    assert world.cluster.state is before


@pytest.mark.parametrize(
    ("kind", "second"),
    [
        ("StatefulSet", {"replicas": 2}),
        ("StatefulSet", {"minReadySeconds": 1}),
        ("StatefulSet", {"ordinals": {"start": 3}}),
        ("StatefulSet", {"pod": {"terminationGracePeriodSeconds": 1}}),
        ("ReplicationController", {"app": "other"}),
        ("Job", {"parallelism": 2, "completions": 1}),
    ],
)
def test_fields_of_a_workload_that_can_change(world, workload, kind, second):
    world.apply(workload(kind))
    world.apply(workload(kind, **second))


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({}, {"hostname": "h"}, "spec.hostname"),
        ({"subdomain": "web"}, {}, "spec.subdomain"),
        ({}, {"hostNetwork": True}, "spec.hostNetwork"),
        ({}, {"gated": True}, "spec.readinessGates"),
    ],
)
def test_the_identity_of_a_pod_cannot_change(world, bare_pod, first, second, field):
    world.apply(bare_pod(**first))
    with pytest.raises(ManifestError, match=rf'Pod "p": {field}: cannot change while the Pod exists'):
        world.apply(bare_pod(**second))


@pytest.mark.parametrize(
    "second",
    [
        {"containers": [{"name": "c", "image": "other"}]},
        {"tolerations": [{"operator": "Exists"}]},
    ],
)
def test_the_image_of_a_pod_can_change(world, bare_pod, second):
    first = {"containers": [{"name": "c", "image": "pause"}]}
    world.apply(bare_pod(**first))
    before = world.pod("p")
    world.apply(bare_pod(**{**first, **second}))
    assert world.pod("p") == before


def test_a_pod_can_be_given_a_deadline_and_ends_at_it(world, bare_pod):
    world.apply(bare_pod())
    before = world.pod("p")
    world.apply(bare_pod(activeDeadlineSeconds=9))
    assert world.pod("p") == replace(before, ready=False, phase="Failed")


def test_the_address_type_of_a_slice_cannot_change(world):
    item = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "s"},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.1"]}],
    }
    world.apply(item)
    changed = {**item, "addressType": "IPv6", "endpoints": [{"addresses": ["2001:db8::1"]}]}
    with pytest.raises(ManifestError, match=r'EndpointSlice "s": addressType: cannot change'):
        world.apply(changed)


def test_identity_survives_an_update_and_status_is_not_the_users(world, service):
    world.apply(service())
    before = world.stored("Service", "web")["metadata"]
    changed = service()
    changed["metadata"]["labels"] = {"a": "b"}
    changed["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    world.apply(changed)
    after = world.stored("Service", "web")
    assert after["metadata"] == {**before, "labels": {"a": "b"}}
    assert after["status"] == {"loadBalancer": {}}
    world.apply(service())
    assert world.stored("Service", "web")["metadata"] == before


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (lambda cluster: cluster.delete("Service", "web", "t"), 'Service "web" does not exist in the namespace "t"'),
        (lambda cluster: cluster.delete("Namespace", "x", ""), 'Namespace "x" does not exist in the cluster: it has'),
        (lambda cluster: cluster.delete("Namespace", "default", ""), "cannot be deleted"),
        (lambda cluster: cluster.scale("Deployment", "web", 1, "t"), "it has no Deployment"),
        (lambda cluster: cluster.scale("DaemonSet", "web", 1, "t"), "a DaemonSet cannot be scaled: only a Deployment"),
        (lambda cluster: cluster.scale("Deployment", "coredns", -1, "kube-system"), "cannot have -1 replicas"),
        (lambda cluster: cluster.restart("Job", "web", "t"), "a Job cannot be restarted: only a Deployment"),
        (lambda cluster: cluster.create_namespace("t"), '"t" already exists'),
        (lambda cluster: cluster.finish_terminating("x"), 'Namespace "x" does not exist'),
    ],
)
def test_operations_on_what_is_not_there_or_not_possible_say_so(world, operation, text):
    before = world.cluster.state
    with pytest.raises(TargetError) as refusal:
        operation(world.cluster)
    assert text in str(refusal.value)
    assert world.cluster.state is before


def test_a_paused_deployment_cannot_be_restarted(world, workload):
    world.apply(workload("Deployment", paused=True))
    with pytest.raises(TargetError, match="is paused and cannot be restarted"):
        world.cluster.restart("Deployment", "web", "t")


def test_a_manifest_is_not_changed_and_does_not_change_what_is_stored(world, service):
    world.apply(service(clusterIP="10.96.0.77"))
    world.cluster.objects("t")[0]["spec"]["selector"]["app"] = "changed"
    assert world.service().selector == {"app": "web"}
