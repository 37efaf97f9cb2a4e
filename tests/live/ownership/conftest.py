"""A cluster that others use: what they have on it, before and after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live.environment import CONTEXT, KUBECONFIG, NAMESERVER
from tests.live.somebody import SomebodysApi

from svcdns import resources
from svcdns.targets.cluster import marks

AUDIT_LOG = os.environ.get("SVCDNS_TEST_AUDIT_LOG", "")

Item = dict[str, Any]
Svcdns = Callable[..., subprocess.CompletedProcess[str]]

#: Metadata that the API server counts and notes for itself.
_COUNTED = ("resourceVersion", "managedFields")

#: The kinds of what others have here.
KINDS = (
    "namespaces,services,endpoints,endpointslices,configmaps,secrets,serviceaccounts,deployments,statefulsets,"
    "leases.coordination.k8s.io,clusterroles,clusterrolebindings,priorityclasses"
)


@pytest.fixture
def svcdns(tmp_path: Path) -> Svcdns:
    """Runs the command in an empty directory, on the cluster."""

    def run(command: str, *arguments: str, answer: str | None = None) -> subprocess.CompletedProcess[str]:
        target = ["--context", CONTEXT, "--kubeconfig", KUBECONFIG]
        named = ["--nameserver", NAMESERVER] if NAMESERVER else []
        live = ["--target", "cluster", *target, *named] if command != "clean" else target
        return subprocess.run(
            [sys.executable, "-m", "svcdns", command, *arguments, *live],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(resources.features().parent)},
            input=answer,
            stdin=None if answer is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
        )

    return run


@pytest.fixture(scope="session")
def others(api: SomebodysApi) -> Iterator[dict[str, Item]]:
    """What others have on the cluster, some of it looking as if a run had made it; by what identifies it."""
    made = [api.apply(item) for item in _populated()]
    # A copy of something that a run made: its label, and the annotation with the uid of what it was copied from.
    copied = {"labels": {marks.RUN: "abcde"}, "annotations": {marks.UID: made[0]["metadata"]["uid"]}}
    made.append(api.apply(_item("v1", "Namespace", "svcdns-abcde-copied", **copied)))
    yield _seen(api, made)
    for item in reversed(made):
        api.patch(item["kind"], item["metadata"]["name"], item["metadata"].get("namespace", ""), _UNHELD)
        api.delete(item["kind"], item["metadata"]["name"], item["metadata"].get("namespace", ""))


@pytest.fixture
def unchanged(api: SomebodysApi, others: dict[str, Item]) -> Callable[[], None]:
    """Sees that everything of others is as it was, and still the same object."""
    return lambda: _compare(others, _seen(api, others.values()))


_UNHELD = {"metadata": {"finalizers": None}}


def _compare(before: dict[str, Item], now: dict[str, Item]) -> None:
    assert sorted(now) == sorted(before)
    for name, item in before.items():
        assert now[name] == item


def _seen(api: SomebodysApi, items: Any) -> dict[str, Item]:
    """Objects as they are, without what the API server counts."""
    command = api.kubectl("get", KINDS, "-A", "-o", "json")
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    wanted = {_key(item) for item in items}
    found = {_key(item): item for item in json.loads(said)["items"]}
    for item in found.values():
        for field in _COUNTED:
            item["metadata"].pop(field, None)
    return {key: found[key] for key in wanted if key in found}


def _key(item: Item) -> str:
    metadata = item["metadata"]
    return f"{item['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def _populated() -> Iterator[Item]:
    labels = {marks.RUN: "abcde", "team": "a"}
    for name in ("shop", "svcdns-abcde-fghij", "svcdns-abcde-probe"):
        yield _item("v1", "Namespace", name, labels=labels)
        yield _item("v1", "ConfigMap", "theirs", name, data={"precious": "yes"}, labels=labels)
        yield _item("v1", "Secret", "theirs", name, stringData={"precious": "yes"})
        for service in ("web", "test-headless-svc", "test-svc"):
            yield _item("v1", "Service", service, name, labels=labels, spec={"ports": [{"port": 80}]})
        template = {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "a", "image": "x.invalid/a"}]},
        }
        spec = {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": template}
        yield _item("apps/v1", "Deployment", "tomcat", name, labels=labels, spec=spec)
        yield _item("apps/v1", "StatefulSet", "web", name, labels=labels, spec={**spec, "serviceName": "web"})
    yield _item("v1", "ConfigMap", "held", "shop", labels=labels, finalizers=["example.com/held"])
    yield _item("v1", "Service", "svcdns-abcde-dns", "kube-system", labels=labels, spec={"ports": [{"port": 80}]})
    rbac = "rbac.authorization.k8s.io/v1"
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    yield _item(rbac, "ClusterRole", "trial", labels=labels, rules=rules)
    yield _item("scheduling.k8s.io/v1", "PriorityClass", "trial", labels=labels, value=7)
    for renewed, name, namespace in (
        ("9999-12-31T23:59:59.000000Z", "svcdns-abcde", "default"),
        ("2020-01-01T00:00:00.000000Z", "svcdns-fghij", "shop"),
    ):
        spec = {"holderIdentity": name, "leaseDurationSeconds": 60, "renewTime": renewed}
        yield _item("coordination.k8s.io/v1", "Lease", name, namespace, labels=labels, spec=spec)


def _item(api_version: str, kind: str, name: str, namespace: str = "", **fields: Any) -> Item:
    metadata = {key: fields.pop(key) for key in ("labels", "annotations", "finalizers") if key in fields}
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **place, **metadata}, **fields}
