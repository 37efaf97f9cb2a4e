"""A kind cluster that exists, opened as ``--target kind --cluster-name`` opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from tests.live.environment import CONTEXT, NO_KIND_CLUSTER

from svcdns.engine.pool import letters
from svcdns.targets.cluster import ClusterSettings, LiveCluster
from svcdns.targets.kind import KindCluster, KindSettings
from svcdns.targets.target import LIVE_DEADLINES, SECONDS_TO_DELETE

#: For answers that no cache keeps: a change shows within a second, and what is wrong stays so.
BECOMES_SECONDS = 8.0

Open = Callable[..., AbstractContextManager[LiveCluster]]


@pytest.fixture(scope="session")
def kind_cluster() -> str:
    if not CONTEXT.startswith("kind-"):
        pytest.skip(NO_KIND_CLUSTER)
    return CONTEXT.removeprefix("kind-")


@contextmanager
def _opened(name: str, becomes_seconds: float) -> Iterator[LiveCluster]:
    with KindCluster(KindSettings(run=letters(5), cluster_name=name), lambda _: None) as kind:
        settings = ClusterSettings(
            run=letters(5),
            context=kind.context,
            kubeconfig=kind.kubeconfig,
            vantage="direct",
            mapped=kind.mapped,
            host=kind.address,
            disruptive=True,
        )
        with LiveCluster(settings) as cluster:
            cluster.deadlines = replace(LIVE_DEADLINES, becomes_seconds=becomes_seconds)
            yield cluster
            assert cluster.await_deleted(SECONDS_TO_DELETE) == []


@pytest.fixture(scope="session")
def opened(kind_cluster: str) -> Open:
    """Opens the cluster as it is now."""
    return lambda becomes_seconds=BECOMES_SECONDS: _opened(kind_cluster, becomes_seconds)


@pytest.fixture(scope="module")
def cluster(opened: Open) -> Iterator[LiveCluster]:
    """The cluster, open for all tests of a module."""
    with opened() as found:
        yield found
