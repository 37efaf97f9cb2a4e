"""The cluster as a target, and a namespace for each test."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from tests.live.environment import NAMESERVER

from svcdns.targets.cluster import ClusterSettings, LiveCluster


@pytest.fixture(scope="session")
def run() -> str:
    return letters(5)


@pytest.fixture(scope="session")
def cluster(kubeconfig: Path, context: str, run: str) -> Iterator[LiveCluster]:
    nameservers = (NAMESERVER,) if NAMESERVER else ()
    settings = ClusterSettings(run=run, context=context, kubeconfig=kubeconfig, nameservers=nameservers)
    with LiveCluster(settings) as opened:
        yield opened
        assert opened.await_deleted(120) == []


@pytest.fixture
def namespace(cluster: LiveCluster, run: str) -> Iterator[str]:
    name = f"svcdns-{run}-{letters(5)}"
    cluster.create_namespace(name)
    yield name
    cluster.delete_namespace(name)


@pytest.fixture
def changed_kubeconfig(kubeconfig: Path, context: str, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the kubeconfig with other entries for the cluster or the user of the context."""

    def changed(*, cluster: dict[str, object] | None = None, user: dict[str, object] | None = None) -> Path:
        content = yaml.safe_load(kubeconfig.read_text())
        named = next(one["context"] for one in content["contexts"] if one["name"] == context)
        for one in content["clusters"]:
            if one["name"] == named["cluster"]:
                one["cluster"] |= cluster or {}
        for one in content["users"]:
            if one["name"] == named["user"] and user is not None:
                one["user"] = user
        path = tmp_path / f"kubeconfig-{letters(5)}"
        path.write_text(yaml.safe_dump(content))
        return path

    return changed


def letters(count: int) -> str:
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=count))
