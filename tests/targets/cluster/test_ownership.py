"""Only what a run has made is changed or deleted, whatever its name and labels say."""

from __future__ import annotations

from typing import Any

import pytest

from svcdns.errors import TargetError, UndeterminedError
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership, made_by
from tests.api_server import Objects, RefusalError

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "svcdns-abcde-1"}}
OURS = {"svcdns.dev/run": "abcde"}


def service(name: str = "web", namespace: str = "svcdns-abcde-1", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": dict(OURS)}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": 80}], **spec}}


@pytest.fixture
def namespace(own: Ownership) -> str:
    return str(own.create(NAMESPACE)["metadata"]["name"])


def changed(objects: Objects) -> set[tuple[str, str]]:
    """Kind and name of all that was written, dry runs aside."""
    return {(one.kind, one.name) for one in objects.writes if not one.dry_run}


def test_objects_outside_the_namespaces_have_their_own_uid_and_the_runs_label(objects: Objects, own: Ownership):
    made = own.create(NAMESPACE)
    assert made["metadata"]["annotations"][marks.UID] == made["metadata"]["uid"]
    assert made["metadata"]["labels"] == OURS
    assert made_by(made, "abcde")
    assert not made_by(made, "other")


def test_a_copy_of_what_a_run_made_is_not_the_runs(objects: Objects, own: Ownership):
    made = own.create(NAMESPACE)
    copied = {key: made["metadata"][key] for key in ("labels", "annotations")}
    assert not made_by(objects.put("Namespace", "copy", metadata=copied), "abcde")


@pytest.mark.parametrize("labels", [{}, OURS])
def test_an_existing_object_is_refused_by_name_and_not_changed(
    objects: Objects, own: Ownership, namespace: str, labels: dict[str, str]
):
    theirs = [
        objects.put("Namespace", "shop", metadata={"labels": labels}),
        objects.put("Service", "web", namespace, metadata={"labels": labels}),
    ]
    before = list(objects.writes)
    for item in theirs:
        with pytest.raises(TargetError, match=f'{item["kind"]} "{item["metadata"]["name"]}".* exists and was not made'):
            own.check(item)
        with pytest.raises(TargetError, match="was not made by this run"):
            own.apply(item)
        name, within = item["metadata"]["name"], item["metadata"].get("namespace", "")
        with pytest.raises(TargetError, match="was not made by this run"):
            own.delete(item["kind"], name, within)
        own.undo(item["kind"], name, within)
        with pytest.raises(TargetError, match="was not made by this run"):
            own.delete_found(item)
        assert objects.get(item["kind"], name, within) == item
    assert {one.method for one in objects.writes[len(before) :]} <= {"POST"}


def test_our_object_is_applied_again_and_deleted_by_its_uid(objects: Objects, own: Ownership, namespace: str):
    own.apply(service())
    own.apply(service(type="NodePort"))
    assert (objects.get("Service", "web", namespace) or {})["spec"]["type"] == "NodePort"
    assert own.delete("Service", "web", namespace)
    assert objects.names("Service") == set()
    assert own.delete("Service", "web", namespace) == ""


def test_an_object_that_replaced_ours_is_not_changed(objects: Objects, own: Ownership, namespace: str):
    own.apply(service())
    objects.drop("Service", "web", namespace)
    theirs = objects.put("Service", "web", namespace, metadata={"labels": OURS})
    with pytest.raises(TargetError, match="was not made by this run"):
        own.apply(service(type="NodePort"))
    with pytest.raises(TargetError, match="was not made by this run"):
        own.delete("Service", "web", namespace)
    own.undo("Service", "web", namespace)
    assert objects.get("Service", "web", namespace) == theirs


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_an_object_that_replaces_ours_between_the_read_and_the_write_is_not_changed(
    objects: Objects, own: Ownership, namespace: str, method: str
):
    own.apply(service())
    taken: list[dict[str, Any]] = []

    def take(asked: str, kind: str, *_: str) -> None:
        if asked == method and kind == "Service" and not taken:
            objects.drop("Service", "web", namespace)
            taken.append(objects.put("Service", "web", namespace, metadata={"labels": OURS}))

    objects.before = take
    with pytest.raises(RefusedError) as caught:
        own.delete("Service", "web", namespace) if method == "DELETE" else own.apply(service(type="NodePort"))
    assert caught.value.code == 409
    assert objects.get("Service", "web", namespace) == taken[0]


def test_a_namespace_that_replaced_ours_is_not_ours(objects: Objects, own: Ownership, namespace: str):
    assert own.holds(namespace)
    objects.drop("Namespace", namespace)
    theirs = objects.put("Namespace", namespace, metadata={"labels": OURS})
    assert not own.holds(namespace)
    with pytest.raises(UndeterminedError, match="is not the one that this run made"):
        own.require(namespace)
    own.undo("Namespace", namespace)
    assert objects.get("Namespace", namespace) == theirs


def test_an_object_that_lost_the_runs_label_is_not_changed(objects: Objects, own: Ownership, namespace: str):
    current = objects.get("Namespace", namespace)
    assert current is not None
    objects.put("Namespace", namespace, metadata={**current["metadata"], "labels": {}})
    with pytest.raises(TargetError, match="was not made by this run"):
        own.delete("Namespace", namespace)
    assert namespace in objects.names("Namespace")


def test_an_object_whose_creation_was_interrupted_is_recognised_by_its_word_and_removed(
    objects: Objects, own: Ownership
):
    def cut(method: str, kind: str, *_: str) -> None:
        if method == "PATCH" and kind == "Namespace":
            raise RefusalError(500, "InternalError", "cut off")

    objects.before = cut
    with pytest.raises(RefusedError):
        own.create(NAMESPACE)
    objects.before = lambda *_: None
    assert objects.names("Namespace") == {"svcdns-abcde-1"}
    own.undo("Namespace", "svcdns-abcde-1")
    assert objects.names("Namespace") == set()


def test_an_object_whose_response_was_lost_is_ours(objects: Objects, own: Ownership):
    made: list[str] = []

    def lose(method: str, kind: str, *_: str) -> None:
        if method == "POST" and kind == "Namespace" and not made:
            made.append(kind)
            raise RefusalError(503, "ServiceUnavailable", "later")

    objects.before = lose
    assert own.create(NAMESPACE)["metadata"]["name"] == "svcdns-abcde-1"


def test_objects_that_controllers_made_from_ours_may_be_deleted_and_others_not(
    objects: Objects, own: Ownership, namespace: str
):
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": namespace}}
    deployment |= {"metadata": {**deployment["metadata"], "labels": dict(OURS)}, "spec": {}}
    owners = [own.apply(deployment), objects.put("Deployment", "theirs", namespace)]
    for owner in owners:
        name = owner["metadata"]["name"]
        replica_set = objects.put("ReplicaSet", name, namespace, metadata={"ownerReferences": [reference(owner)]})
        objects.put("Pod", name, namespace, metadata={"ownerReferences": [reference(replica_set)]})
    assert own.delete("Pod", "web", namespace)
    with pytest.raises(TargetError, match="was not made by this run"):
        own.delete("Pod", "theirs", namespace)
    assert objects.names("Pod") == {"theirs"}


def reference(owner: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }


@pytest.mark.parametrize(
    "name",
    ["../../victim/services/prey", "../../../namespaces/victim", "..", ".", "", "a/b", "a%2Fb", "a?b", "a#b", "A"],
)
@pytest.mark.parametrize("kind", ["Service", "Deployment", "Pod", "ConfigMap"])
def test_an_illegal_name_is_refused_before_any_request(
    objects: Objects, own: Ownership, api: Api, namespace: str, kind: str, name: str
):
    seen: list[tuple[str, ...]] = []
    objects.before = lambda *request: seen.append(request)
    for attempt in (
        lambda: own.delete(kind, name, namespace),
        lambda: own.change(kind, name, namespace, {"spec": {"replicas": 7}}),
        lambda: api.get(kind, name, namespace),
    ):
        with pytest.raises(TargetError, match=f"the name of a {kind} must"):
            attempt()
    own.undo(kind, name, namespace)
    assert seen == []


@pytest.mark.parametrize("namespace", ["../victim", "a/b", "..", "", "A", "*"])
def test_an_illegal_namespace_is_refused_before_any_request(objects: Objects, api: Api, namespace: str):
    seen: list[tuple[str, ...]] = []
    objects.before = lambda *request: seen.append(request)
    with pytest.raises(TargetError, match="the name of a Namespace must"):
        api.get("Service", "web", namespace)
    assert seen == []


def test_cluster_scoped_kinds_are_not_reached_through_a_namespace(objects: Objects, own: Ownership, namespace: str):
    theirs = objects.put("ClusterRole", "admin", metadata={"labels": OURS})
    with pytest.raises(TargetError, match="was not made by this run"):
        own.delete("ClusterRole", "admin", namespace)
    assert objects.get("ClusterRole", "admin") == theirs
    assert ("ClusterRole", "admin") not in changed(objects)
