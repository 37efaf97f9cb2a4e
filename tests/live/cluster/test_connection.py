"""Who we are and whom we ask, on a real cluster."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.live.somebody import SomebodysApi

from svcdns import manifests, resources
from svcdns.errors import UsageError
from svcdns.targets.cluster import ClusterSettings, LiveCluster, facts, leftovers, objects, rights
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.lease import Lease
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.scenario_namespaces import ScenarioNamespaces
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settling import Settling
from svcdns.targets.cluster.watch.watching import Watching

WATCHED = ["namespaces", "services", "pods"]
ALL_RULES = [
    {"apiGroups": [""], "resources": WATCHED, "verbs": ["list", "watch", "get"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch", "get"]},
    {"apiGroups": [""], "resources": WATCHED, "verbs": ["create", "patch", "delete"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["create", "patch", "delete"]},
    {
        "apiGroups": ["apps"],
        "resources": ["deployments", "statefulsets"],
        "verbs": ["get", "create", "patch", "delete"],
    },
    {"apiGroups": ["apps"], "resources": ["deployments/scale", "statefulsets/scale"], "verbs": ["patch"]},
    {"apiGroups": [""], "resources": ["endpoints"], "verbs": ["get", "create", "patch"]},
    {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["pods/status"], "verbs": ["patch"]},
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "verbs": ["get", "create", "patch", "delete", "list"],
    },
]


@pytest.fixture
def token(api: SomebodysApi, namespace: str) -> str:
    """The token of a ServiceAccount without any right."""
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "limited", "namespace": namespace}})
    command = api.kubectl("create", "token", "limited", "-n", namespace)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def grant(api: SomebodysApi, namespace: str, run: str) -> Iterator[Callable[[list[dict[str, Any]]], None]]:
    """Grants rules to that ServiceAccount, in all namespaces."""
    labels = {"svcdns.dev/run": run}
    rbac = "rbac.authorization.k8s.io"

    def granted(rules: list[dict[str, Any]]) -> None:
        role = {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {"name": namespace, "labels": labels}}
        api.apply({**role, "rules": rules})
        api.apply(
            {
                **role,
                "kind": "ClusterRoleBinding",
                "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": namespace},
                "subjects": [{"kind": "ServiceAccount", "name": "limited", "namespace": namespace}],
            }
        )

    yield granted
    api.delete("ClusterRoleBinding", namespace)
    api.delete("ClusterRole", namespace)


def without(verb: str, resource: str) -> list[dict[str, Any]]:
    """All rules but a verb on a resource."""
    rules = [
        {**rule, "resources": [one], "verbs": [each for each in rule["verbs"] if (each, one) != (verb, resource)]}
        for rule in ALL_RULES
        for one in rule["resources"]
    ]
    return [rule for rule in rules if rule["verbs"]]


def opened(kubeconfig: Path, context: str) -> LiveCluster:
    return LiveCluster(ClusterSettings(run="tried", context=context, kubeconfig=kubeconfig))


@pytest.mark.parametrize(
    ("verb", "resource", "named"),
    [
        ("watch", "endpointslices", "watch EndpointSlice"),
        ("list", "pods", "list Pod"),
        ("patch", "pods/status", "patch Pod/status"),
        ("create", "namespaces", "create Namespace"),
        ("patch", "statefulsets/scale", "patch StatefulSet/scale"),
    ],
)
def test_a_role_without_a_verb_is_refused_by_its_name(
    verb: str, resource: str, named: str, token: str, grant, changed_kubeconfig, context: str
):
    grant(without(verb, resource))
    with pytest.raises(UsageError) as caught, opened(changed_kubeconfig(user={"token": token}), context):
        pass
    assert str(caught.value) == (
        f'the user of the context "{context}" may not: {named}; '
        "grant these verbs in all namespaces with a ClusterRole and a ClusterRoleBinding"
    )


def test_a_right_that_is_asked_for_later_is_refused_in_the_servers_words(
    token: str, grant, changed_kubeconfig, context: str
):
    grant(without("watch", "pods"))
    api = Api(changed_kubeconfig(user={"token": token}), context)
    try:
        with pytest.raises(RefusedError, match='cannot list resource "secrets"') as caught:
            api.list("Secret")
        assert caught.value.code == 403
        with pytest.raises(RefusedError, match=r'cannot watch resource "pods".* grant that verb') as caught:
            next(api.watch("Pod", since="0"))
        assert caught.value.code == 403
    finally:
        api.close()


def test_credentials_that_the_server_does_not_accept_are_refused(changed_kubeconfig, context: str):
    with pytest.raises(
        UsageError, match=r"does not accept the credentials of the context .* \(401 Unauthorized\); log in"
    ):
        Api(changed_kubeconfig(user={"token": "nobody's"}), context)


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_credential_plugin_is_asked(version: str, token: str, changed_kubeconfig, context: str, tmp_path: Path):
    plugin = tmp_path / "plugin"
    credential = {"kind": "ExecCredential", "status": {"token": token}}
    plugin.write_text(f"#!/bin/sh\ntest -n \"$KUBERNETES_EXEC_INFO\" && echo '{json.dumps(credential)}'\n")
    plugin.chmod(0o755)
    asked = {
        "apiVersion": f"client.authentication.k8s.io/{version}",
        "command": str(plugin),
        "interactiveMode": "Never",
    }
    api = Api(changed_kubeconfig(user={"exec": asked}), context)
    assert api.version
    with pytest.raises(RefusedError, match=r"system:serviceaccount:.*:limited"):
        api.list("Secret")
    api.close()


def test_a_credential_plugin_that_fails_is_named(changed_kubeconfig, context: str):
    asked = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}
    with pytest.raises(UsageError, match=f'no credentials for the context "{context}": .*no-such-plugin'):
        Api(changed_kubeconfig(user={"exec": asked}), context)


def test_a_server_with_an_untrusted_certificate_is_refused(changed_kubeconfig, context: str):
    with pytest.raises(UsageError, match=r"cannot be reached: .*certificate verify failed"):
        Api(changed_kubeconfig(cluster={"certificate-authority-data": ""}), context)


def test_files_of_kubeconfig_are_merged_and_their_paths_are_relative_to_them(
    kubeconfig: Path, context: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content = yaml.safe_load(kubeconfig.read_text())
    named = next(one["context"] for one in content["contexts"] if one["name"] == context)
    cluster = next(one for one in content["clusters"] if one["name"] == named["cluster"])
    (tmp_path / "users").mkdir()
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(cluster["cluster"].pop("certificate-authority-data")))
    cluster["cluster"]["certificate-authority"] = "ca.crt"
    first, second = tmp_path / "clusters.yaml", tmp_path / "users" / "users.yaml"
    first.write_text(yaml.safe_dump({"clusters": [cluster]}))
    second.write_text(yaml.safe_dump({"users": content["users"], "contexts": content["contexts"]}))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'not-there'}:{second}")
    api = Api(None, context)
    assert api.list("Namespace")
    version = subprocess.run(api.kubectl("version"), capture_output=True, text=True, check=True)
    assert api.version in version.stdout
    api.close()


def test_what_is_checked_at_the_start_is_all_that_a_run_needs(
    token: str, grant, changed_kubeconfig, context: str, run: str
):
    grant(ALL_RULES)
    path = changed_kubeconfig(user={"token": token})
    settings = ClusterSettings(run=f"{run}r", context=context, kubeconfig=path, nameservers=("127.0.0.1",))
    api = Api(path, context)
    own = Ownership(api, settings.run)
    try:
        rights.check(api)
        assert facts.read(own, settings).domain == "cluster.local"
        with (
            Watching(api, "cluster.local") as watching,
            Readiness(own, watching) as readiness,
            Lease(own, watching),
        ):
            assert not any("cannot look for" in note for note in leftovers.notes(api, path))
            namespaces = ScenarioNamespaces(own, watching)
            namespaces.create(f"svcdns-{run}r-few")
            service = manifests.read(resources.fixtures() / "combinations" / "headless-service.yaml")
            objects.apply(own, service, f"svcdns-{run}r-few", pause_image="none", load_balancer_class="", remarks=[])
            Settling(api, watching, readiness).settle(f"svcdns-{run}r-few")
            assert namespaces.await_deleted(60) == []
    finally:
        api.close()
