"""The vantages of the cluster, and what tests put on it."""

from __future__ import annotations

import itertools
import json
import secrets
import subprocess
import time

import pytest
from tests.live.environment import CONTEXT

from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages import OpenVantages

PATIENCE_SECONDS = 60

_KINDS = ("Namespace", "Service", "EndpointSlice", "Pod", "ConfigMap")


@pytest.fixture
def run(api):
    """A run of its own, of which nothing may be left."""
    found = secrets.token_hex(3)[:5]
    yield found
    assert left_of(api, found) == []


def left_of(api, run) -> list[str]:
    """What is there of a run and is not about to go."""
    return [
        f"{kind} {item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
        for kind in _KINDS
        for item in api.list(kind, labels={marks.RUN: run})
        if not item["metadata"].get("ownerReferences") and not item["metadata"].get("deletionTimestamp")
    ]


@pytest.fixture
def opened(api, run):
    """Opens vantages with these settings."""

    def make(shared=None, via=api, **settings) -> OpenVantages:
        return OpenVantages(Ownership(via, run), ClusterSettings(run=run, context=via.context, **settings), shared)

    return make


@pytest.fixture(scope="session")
def node_address(api) -> str:
    """Where this host reaches a node."""
    return next(one["address"] for one in api.list("Node")[0]["status"]["addresses"] if one["type"] == "InternalIP")


@pytest.fixture
def free_ports(api):
    """Node ports that no Service has, each once."""
    taken = {port.get("nodePort") for item in api.list("Service") for port in item["spec"].get("ports") or ()}
    start = 31_000 + secrets.randbelow(1_000)
    return itertools.filterfalse(taken.__contains__, itertools.count(start))


@pytest.fixture
def namespace(api, run):
    """A Namespace of the test's own that enforces the Pod Security Standard ``restricted``."""
    name = f"vantage-{run}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    yield name
    api.delete("Namespace", name)


def eventually(attempt, *, seconds=PATIENCE_SECONDS):
    """The first result that is not false."""
    deadline = time.monotonic() + seconds
    while not (found := attempt()):
        assert time.monotonic() < deadline, attempt
        time.sleep(0.2)
    return found


@pytest.fixture
def as_account(api, namespace, tmp_path):
    """The API as seen by a ServiceAccount that may do these things, as (group, resources, verbs)."""
    apis = []
    roles = []

    def make(*rules):
        account = {"name": "tester", "namespace": namespace}
        api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
        role = {"name": f"{namespace}-tester"}
        group = "rbac.authorization.k8s.io"
        rights = [{"apiGroups": [one], "resources": list(what), "verbs": list(verbs)} for one, what, verbs in rules]
        roles.append(role["name"])
        api.apply({"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": role, "rules": rights})
        api.apply(
            {
                "apiVersion": f"{group}/v1",
                "kind": "ClusterRoleBinding",
                "metadata": role,
                "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role["name"]},
                "subjects": [{"kind": "ServiceAccount", **account}],
            }
        )
        command = api.kubectl("create", "token", account["name"], "-n", namespace)
        token = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        command = api.kubectl("config", "view", "--raw", "--minify", "--flatten", "-o", "json")
        config = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(_with_token(config, token))
        apis.append(Api(kubeconfig, CONTEXT))
        return apis[-1]

    yield make
    for one in apis:
        one.close()
    for name in roles:
        api.delete("ClusterRoleBinding", name)
        api.delete("ClusterRole", name)


def _with_token(config: str, token: str) -> str:
    found = json.loads(config)
    for user in found["users"]:
        user["user"] = {"token": token}
    return json.dumps(found)
