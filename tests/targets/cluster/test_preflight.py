"""What a cluster does not take is found before a run makes anything, and what keeps its pods from starting while it waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from svcdns.errors import NoPodStartsError, UndeterminedError, UsageError
from svcdns.targets.cluster import preflight
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.preflight import Preflight
from svcdns.targets.cluster.scenario_namespaces import ScenarioNamespaces
from svcdns.targets.cluster.watch import settling, starting
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settling import Settling
from svcdns.targets.cluster.watch.starting import Starting
from svcdns.targets.cluster.watch.watching import Watching
from svcdns.targets.waits import Waits
from tests import api_server
from tests.api_server import Objects, RefusalError

IMAGE = "registry.k8s.io/pause:3.10"
POLICY = "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: every object names its team"
TAINT = "0/1 nodes are available: 1 node(s) had untolerated taint {a: b}."


@pytest.fixture
def watching(own: Ownership) -> Iterator[Watching]:
    with Watching(own.api, "cluster.local") as watching:
        yield watching


@pytest.fixture
def trials(own: Ownership, watching: Watching, monkeypatch: pytest.MonkeyPatch) -> Preflight:
    monkeypatch.setattr(preflight, "_COMPLAINT_SECONDS", 0.2)
    monkeypatch.setattr(preflight, "_PAUSE_SECONDS", 0.05)
    return Preflight(own, ScenarioNamespaces(own, watching), watching, pause_image=IMAGE, balancer="")


def refusing(*kinds: str, words: str = POLICY) -> Any:
    """A policy that forbids the creation of objects of some kinds."""

    def before(method: str, kind: str, namespace: str, name: str) -> None:
        if method == "POST" and kind in kinds:
            raise RefusalError(403, "Forbidden", f'{kind.lower()}s "{name}" is forbidden: {words}')

    return before


@pytest.fixture
def pending(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A scheduler or a kubelet that leaves each new pod as it is, with a status."""

    def leave(**status: Any) -> None:
        default = {**api_server._DEFAULTS["Pod"], "status": {"phase": "Pending", **status}}
        monkeypatch.setitem(api_server._DEFAULTS, "Pod", default)

    return leave


def unscheduled() -> dict[str, Any]:
    reason = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": TAINT}
    return {"conditions": [reason]}


def test_a_namespace_that_is_refused_is_told_before_anything_is_written(objects: Objects, own: Ownership):
    objects.before = refusing("Namespace")
    with pytest.raises(UsageError, match=r"svcdns-abcde-trial.*every object names its team; change that policy"):
        preflight.check_namespace(own)
    assert objects.names("Namespace") == set()


def test_what_is_refused_for_one_cause_is_one_line_and_nothing_stays(objects: Objects, trials: Preflight):
    objects.before = refusing("Deployment", "StatefulSet")
    with pytest.raises(UsageError) as caught:
        trials.check()
    (line,) = caught.value.args
    assert 'deployments "tomcat" is forbidden: ' in line
    assert line.count(POLICY) == 1
    assert objects.names("Namespace") == set()


def test_each_cause_has_a_line(objects: Objects, trials: Preflight):
    both = (refusing("Deployment"), refusing("Pod", words="exceeded quota: q, requested: pods=1, limited: pods=0"))
    objects.before = lambda *request: [one(*request) for one in both] and None
    with pytest.raises(UsageError) as caught:
        trials.check()
    first, second = caught.value.args
    assert POLICY in first
    assert 'pods "svcdns-trial" is forbidden: exceeded quota: q' in second


def test_a_dry_run_of_what_the_cluster_takes_leaves_nothing_but_its_namespace(objects: Objects, trials: Preflight):
    trials.check()
    (namespace,) = objects.names("Namespace")
    assert objects.names("Pod") | objects.names("Deployment") | objects.names("Service") == set()
    tried = {(write.kind, write.dry_run) for write in objects.writes if write.namespace == namespace}
    assert tried == {("Deployment", True), ("StatefulSet", True), ("Service", True), ("Pod", True)}
    trials.remove()
    assert objects.names("Namespace") == set()


def test_a_plain_pod_that_starts_has_no_cause(objects: Objects, trials: Preflight):
    assert list(trials.causes()) == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (unscheduled(), TAINT),
        (
            {
                "containerStatuses": [
                    {
                        "name": "tomcat",
                        "image": IMAGE,
                        "state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}},
                    }
                ]
            },
            f"{IMAGE}: ErrImagePull: no such image",
        ),
    ],
    ids=["taint", "image"],
)
def test_a_plain_pod_that_does_not_start_has_the_words_of_the_cluster(
    status: dict[str, Any], words: str, pending: Callable[..., None], trials: Preflight
):
    pending(**status)
    (line,) = trials.causes()
    assert words in line
    assert line.startswith("no pod of this run starts: ")


def test_a_pod_that_an_autoscaler_makes_a_node_for_is_waited_for(
    objects: Objects, pending: Callable[..., None], trials: Preflight
):
    def after(item: dict[str, Any]) -> None:
        if item["kind"] == "Pod":
            about = {"kind": "Pod", "name": item["metadata"]["name"]}
            namespace = item["metadata"]["namespace"]
            objects.put("Event", "e", namespace, involvedObject=about, reason="TriggeredScaleUp", message="1->2")

    objects.after = after
    pending(**unscheduled())
    assert list(trials.causes()) == []


def test_an_image_that_is_still_pulled_is_waited_for(
    pending: Callable[..., None], trials: Preflight, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(preflight, "_POD_SECONDS", 0.5)
    pending()
    assert list(trials.causes()) == []


def settles(own: Ownership, watching: Watching, trials: Preflight) -> Settling:
    return Settling(
        own.api,
        watching,
        Readiness(own, watching),
        starting=Starting(watching, trials.causes),
        refusal=partial(preflight.refusal, own),
        waits=Waits(),
    )


def deployed(objects: Objects, own: Ownership, watching: Watching, namespace: str) -> None:
    """A Namespace of the run with a Deployment that has no pods."""
    ScenarioNamespaces(own, watching).create(namespace)
    template = {"metadata": {"labels": {"app": "w"}}, "spec": {"containers": [{"name": "w", "image": IMAGE}]}}
    objects.put("Deployment", "w", namespace, spec={"replicas": 1, "template": template}, metadata={"generation": 0})


def test_a_scenario_whose_pods_are_refused_waits_no_longer_while_others_may_start(
    objects: Objects, own: Ownership, watching: Watching, trials: Preflight, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settling, "_UNALLOWED_SECONDS", 0.1)
    deployed(objects, own, watching, "n")
    restricted = refusing("Pod", words='violates PodSecurity "restricted:latest"')
    objects.before = lambda method, kind, namespace, name: (
        namespace == "n" and restricted(method, kind, namespace, name)
    )
    settled = settles(own, watching, trials)
    settled.expect("Deployment", "w", "n")
    with pytest.raises(UndeterminedError, match=r'Deployment "w" .* gets no pods: .*violates PodSecurity') as caught:
        settled.settle("n")
    assert not isinstance(caught.value, NoPodStartsError)


def test_where_every_pod_is_refused_the_run_has_no_hope(
    objects: Objects, own: Ownership, watching: Watching, trials: Preflight, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settling, "_UNALLOWED_SECONDS", 0.1)
    deployed(objects, own, watching, "n")
    objects.before = refusing("Pod", words="exceeded quota: q")
    settled = settles(own, watching, trials)
    settled.expect("Deployment", "w", "n")
    with pytest.raises(NoPodStartsError, match="exceeded quota: q"):
        settled.settle("n")


def test_where_no_pod_gets_a_node_the_run_has_no_hope(
    objects: Objects,
    own: Ownership,
    watching: Watching,
    trials: Preflight,
    pending: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(settling, "_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(starting, "COMPLAINT_SECONDS", 0.3)
    pending(**unscheduled())
    ScenarioNamespaces(own, watching).create("n")
    objects.put("Pod", "w", "n", status={"phase": "Pending", **unscheduled()})
    # The pod that sends queries has another image, and runs.
    objects.put(
        "Pod", "svcdns-probe", "n", metadata={"labels": {"svcdns.dev/role": "probe"}}, status={"phase": "Running"}
    )
    with pytest.raises(NoPodStartsError, match="untolerated taint"):
        settles(own, watching, trials).settle("n")


def test_a_pod_of_one_scenario_that_gets_no_node_ends_no_run(
    objects: Objects, own: Ownership, watching: Watching, trials: Preflight, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settling, "_CHECK_SECONDS", 0.1)
    monkeypatch.setattr(starting, "COMPLAINT_SECONDS", 0.2)
    ScenarioNamespaces(own, watching).create("n")
    objects.put("Pod", "w", "n", status={"phase": "Pending", **unscheduled()})
    settled = Settling(
        own.api,
        watching,
        Readiness(own, watching),
        deadline_seconds=2,
        starting=Starting(watching, trials.causes),
    )
    with pytest.raises(UndeterminedError, match="did not settle") as caught:
        settled.settle("n")
    assert not isinstance(caught.value, NoPodStartsError)
