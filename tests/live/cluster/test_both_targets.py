"""Random manifests on the reference and on a real cluster: the same states up to names and addresses, the same answers.

SVCDNS_TEST_EXAMPLES says how many manifests; ten namespaces at a time.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests import shapes
from tests.live.cluster.random_worlds import RandomWorld, worlds

from svcdns.controllers import Cluster
from svcdns.errors import UndeterminedError
from svcdns.manifests import Manifest, read_text
from svcdns.recordings import recorder
from svcdns.state import ClusterState
from svcdns.targets.cluster import ClusterSettings, LiveCluster

EXAMPLES = int(os.environ.get("SVCDNS_TEST_EXAMPLES", "20"))
AT_A_TIME = 10
PATIENCE = 5
SECONDS_TO_DELETE = 600
SUBJECTS = ("headless", "hostname", "named targetPort", "dual stack", "unready", "two Services over one pod")

#: Of so many examples, this many at least are about each of the subjects that a cluster can show.
MANY, ENOUGH = 200, 20


def _manifests(world: RandomWorld) -> list[Manifest]:
    return list(read_text("\n---\n".join(json.dumps(item) for item in world.objects)))


def _unready(world: RandomWorld, state: ClusterState) -> Iterator[str]:
    """The pods that are to become unready: the first of each workload, in the order of their names."""
    for workload, count in world.unready:
        own = sorted(key.name for key in state.pods if key.name == workload or key.name.startswith(f"{workload}-"))
        yield from own[:count]


def _on_reference(world: RandomWorld, cluster: LiveCluster) -> ClusterState:
    reference = Cluster(families=cluster.facts.families, domain=cluster.facts.domain)
    reference.create_namespace("t")
    reference.apply(_manifests(world), "t")
    for pod in _unready(world, reference.state.only("t")):
        reference.set_ready(pod, "t", ready=False)
    return reference.state.only("t")


def _settle(cluster: LiveCluster, namespace: str) -> None:
    """Wait until a namespace has settled, also on a machine that does much else."""
    for _ in range(PATIENCE):
        with suppress(UndeterminedError):
            cluster.settle(namespace)
            return
    cluster.settle(namespace)


def _on_cluster(world: RandomWorld, cluster: LiveCluster, namespace: str) -> None:
    cluster.create_namespace(namespace)
    cluster.apply(_manifests(world), namespace)
    _settle(cluster, namespace)
    for pod in _unready(world, cluster.state().only(namespace)):
        cluster.set_ready(pod, namespace, ready=False)
    _settle(cluster, namespace)


def _unlike(world: RandomWorld, cluster: LiveCluster, namespace: str) -> Iterator[str]:
    """Where the two states differ, with what was applied."""
    ours, real = _on_reference(world, cluster), cluster.state().only(namespace)
    for view in (shapes.pods, shapes.services, shapes.slices):
        if view(ours) != view(real):
            applied = yaml.safe_dump_all(world.objects)
            yield f"{view.__name__}, reference:\n{view(ours)}\ncluster:\n{view(real)}\nof\n{applied}\n{world.unready}"


@pytest.fixture
def cluster(kubeconfig: Path, context: str, run: str) -> Iterator[LiveCluster]:
    # A tunnel would carry no UDP, and few questions.
    with LiveCluster(ClusterSettings(run=run, context=context, kubeconfig=kubeconfig, vantage="probe")) as opened:
        yield opened
        assert opened.await_deleted(SECONDS_TO_DELETE) == []


@pytest.mark.timeout(7200)
def test_the_reference_is_what_a_real_cluster_is(cluster: LiveCluster, run: str, capsys: pytest.CaptureFixture[str]):
    wanted = worlds().filter(lambda world: _possible(world, cluster))
    # Hypothesis makes the random numbers of all modules repeat, and names must not.
    number = itertools.count()
    mix: Counter[str] = Counter()
    wrong: list[str] = []

    @settings(
        max_examples=-(-EXAMPLES // AT_A_TIME),
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(st.lists(wanted, min_size=AT_A_TIME, max_size=AT_A_TIME, unique_by=repr))
    def batches(batch: list[RandomWorld]) -> None:
        names = [f"svcdns-{run}-{next(number):05}" for _ in batch]
        try:
            with ThreadPoolExecutor(AT_A_TIME) as pool:
                list(pool.map(_on_cluster, batch, [cluster] * len(batch), names))
            for world, name in zip(batch, names, strict=True):
                mix.update(["examples", *world.mix])
                wrong.extend(_unlike(world, cluster, name))
            count, differing = recorder.differences(cluster, names)
            mix["answers"] += count
            wrong.extend("\n".join(one.lines()) for one in differing)
        finally:
            for name in names:
                cluster.delete_namespace(name)
        with capsys.disabled():
            print(f"\n{dict(mix)}; {len(wrong)} differences", *wrong[-1:], flush=True)  # noqa: T201 - what was seen is reported

    batches()
    assert wrong == [], "\n\n".join(wrong[:20])
    subjects = SUBJECTS if len(cluster.facts.families) > 1 else [one for one in SUBJECTS if one != "dual stack"]
    assert mix["examples"] >= EXAMPLES
    assert all(mix[subject] >= ENOUGH for subject in subjects) or EXAMPLES < MANY, mix


def _possible(world: RandomWorld, cluster: LiveCluster) -> bool:
    """Whether the cluster has the IP families that a world's Services ask for."""
    asked = [item["spec"] for item in world.objects if item["kind"] == "Service"]
    needed = {family for spec in asked for family in spec.get("ipFamilies", ())}
    dual = any(spec.get("ipFamilyPolicy") == "RequireDualStack" for spec in asked)
    return needed <= set(cluster.facts.families) and (not dual or len(cluster.facts.families) > 1)
