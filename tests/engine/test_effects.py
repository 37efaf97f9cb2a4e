"""Sentences of Given and When that did not come true: the scenario is not determined, and says what did not happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dns.rcode
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from svcdns import resources
from svcdns.catalogue import gherkin
from svcdns.engine import sentences as vocabulary
from svcdns.engine.sentences import script
from svcdns.engine.world import World
from svcdns.errors import HarnessError, TargetError, UndeterminedError
from svcdns.judge import NotConformantError
from svcdns.manifests.sources import Sources
from svcdns.message import Question, Reply
from svcdns.records import COREDNS
from svcdns.targets.reference import Reference

Json = dict[str, Any]

GATE = "svcdns.dev/ready"
NAMESPACE = "svcdns-effects"

SERVICE: Json = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"clusterIP": "None", "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]},
}
VIRTUAL: Json = {**SERVICE, "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}}
SETTINGS: Json = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}


def pod_spec(**more: Any) -> Json:
    return {"containers": [{"name": "c", "image": "example.com/app:1"}], **more}


def bare(name: str = "solo", **spec: Any) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": pod_spec(**spec),
    }


def workload(kind: str = "StatefulSet", replicas: int = 2, pod: Json | None = None, **spec: Any) -> Json:
    service = {"serviceName": "web"} if kind == "StatefulSet" else {}
    size = {} if kind == "DaemonSet" else {"replicas": replicas}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod_spec(**(pod or {}))}
    selector = {"matchLabels": {"app": "web"}}
    whole = {"selector": selector, "template": template, **size, **service, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": whole}


#: Pods that stay while they terminate.
HELD = {
    "containers": [
        {"name": "c", "image": "example.com/app:1", "lifecycle": {"preStop": {"sleep": {"seconds": 20}}}},
    ]
}
PROBED = {
    "containers": [
        {"name": "c", "image": "registry.k8s.io/pause:3.10", "readinessProbe": {"tcpSocket": {"port": 80}}},
    ]
}

ANYTHING = 'Then "nobody" does not exist'


class Stage:
    """The reference target, with a directory for manifests and features."""

    def __init__(self, target: Reference, directory: Path) -> None:
        self.target = target
        self.directory = directory
        self.world = World.alone(target, NAMESPACE, manifests=Sources((directory, resources.fixtures())))

    def manifest(self, name: str, *objects: Json) -> str:
        path = self.directory / f"{name}.yaml"
        path.write_text(yaml.safe_dump_all(objects))
        return str(path)

    def say(self, *sentences: str) -> None:
        """Play a scenario of these sentences, after another one in the same Namespace if there was one."""
        path = self.directory / "small.feature"
        path.write_text("Feature: f\n  Scenario: s\n" + "\n".join(f"    {one}" for one in sentences))
        for _, say in script(gherkin.read(path).scenarios[0]).sentences:
            say(self.world)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Reference(COREDNS) as target:
        yield Stage(target, tmp_path)


#: What is declared, what is said of it, and why that leaves the scenario undetermined.
WITHOUT_EFFECT: Mapping[str, tuple[list[Json], list[str], str]] = {
    "no pod is ready, and there is none": (
        [SERVICE],
        ["And no pod is ready", 'Then "web" does not exist'],
        '"no pod is ready" says nothing where there is no pod: declare one',
    ),
    "scaled to the number that is there": (
        [workload()],
        ['When the StatefulSet "web" is scaled to 2 replicas'],
        'the StatefulSet "web" had 2 pods before it was scaled to 2, so nothing changed',
    ),
    "scaled to zero twice": (
        [workload("Deployment", 1)],
        ['When the Deployment "web" is scaled to 0 replicas'] * 2,
        'the Deployment "web" had 0 pods before it was scaled to 0, so nothing changed',
    ),
    "scaled up behind a pod that is not ready": (
        [workload()],
        ["And no pod is ready", 'When the StatefulSet "web" is scaled to 3 replicas'],
        'the StatefulSet "web" was scaled to 3 and has 1 pod: an ordered StatefulSet waits',
    ),
    "scaled, but its owner scales it back": (
        [workload("Deployment")],
        ['When the ReplicaSet "{replica_set}" is scaled to 5 replicas'],
        "was scaled to 5 and has 2 pods",
    ),
    "restarted without a pod": (
        [workload("Deployment", 0)],
        ['When the Deployment "web" is restarted'],
        'the Deployment "web" had no pod when it was restarted, so nothing changed',
    ),
    "restarted while paused": (
        [workload("Deployment", paused=True)],
        ['When the Deployment "web" is restarted'],
        'Deployment "web" is paused and cannot be restarted',
    ),
    "restarted on delete alone": (
        [workload(updateStrategy={"type": "OnDelete"})],
        ['When the StatefulSet "web" is restarted'],
        'the StatefulSet "web" was restarted and its pod "web-0" is still the old one',
    ),
    "a DaemonSet restarted on delete alone": (
        [workload("DaemonSet", updateStrategy={"type": "OnDelete"})],
        ['When the DaemonSet "web" is restarted'],
        'the DaemonSet "web" was restarted and its pod "web-',
    ),
    "restarted down to a partition": (
        [workload(updateStrategy={"rollingUpdate": {"partition": 1}})],
        ['When the StatefulSet "web" is restarted'],
        'its pod "web-0" is still the old one',
    ),
    "restarted while no new pod becomes ready": (
        [workload("Deployment", 4)],
        ["And no pod is ready", *["When 1 pod becomes ready"] * 4, 'And the Deployment "web" is restarted'],
        "is still the old one",
    ),
    "a bare pod replaced": (
        [bare()],
        ['When the pod "solo" is deleted and replaced'],
        'the pod "solo" was deleted and not replaced, because no controller owns it',
    ),
    "a pod replaced whose name is held": (
        [workload(pod=HELD)],
        ['When the pod "web-1" is deleted and replaced'],
        'the pod "web-1" was deleted and is still there, still terminating',
    ),
    "1 pod replaced where none is": (
        [SERVICE],
        ["When 1 pod is deleted and replaced"],
        "has no pod that a controller would replace",
    ),
    "1 pod replaced where all are bare": (
        [bare()],
        ["When 1 pod is deleted and replaced"],
        "has no pod that a controller would replace",
    ),
    "a pod that is gone at once begins to terminate": (
        [workload()],
        ['When the pod "web-1" begins to terminate'],
        'the pod "web-1" was gone at once and is not terminating',
    ),
    "a pod begins to terminate twice": (
        [workload(pod=HELD)],
        ['When the pod "web-1" begins to terminate'] * 2,
        'the pod "web-1" was already terminating',
    ),
    "a pod is deleted and comes back": (
        [workload()],
        ['When the Pod "web-1" is deleted'],
        'the Pod "web-1" was deleted and exists again, recreated by StatefulSet/web',
    ),
    "a pod is deleted and held": (
        [bare(**HELD)],
        ['When the Pod "solo" is deleted'],
        'the Pod "solo" was deleted and is still there, still terminating',
    ),
    "what is not there is deleted": (
        [SERVICE],
        ['When the Service "other" is deleted'],
        'Service "other" does not exist',
    ),
    "what is given is applied": (
        [workload(), SERVICE, SETTINGS],
        ['When the manifest "{given}" is applied'],
        "was applied and changed nothing, because all of it was there already",
    ),
    "what was applied is applied again": (
        [SERVICE],
        ['When the manifest "{other}" is applied'] * 2,
        "was applied and changed nothing, because all of it was there already",
    ),
    "a pod becomes unready twice": (
        [workload()],
        ['When the pod "web-0" becomes unready'] * 2,
        'the pod "web-0" was already unready, so nothing changed',
    ),
    "a pod becomes unready that is not there": (
        [workload()],
        ['When the pod "web-7" becomes unready'],
        'Pod "web-7" does not exist',
    ),
    "1 pod becomes ready where all are": (
        [workload()],
        ["When 1 pod becomes ready"],
        "only 0 pods of svcdns-effects can still change their readiness",
    ),
    "1 pod becomes unready where none is ready": (
        [workload()],
        ["And no pod is ready", "When 1 pod becomes unready"],
        "only 0 pods of svcdns-effects can still change their readiness",
    ),
    "1 pod becomes ready whose probe fails": (
        [bare(**PROBED)],
        ["When 1 pod becomes ready"],
        'the pod "solo" did not become ready: its containers fail a readiness probe',
    ),
    "1 pod becomes ready with a gate that nobody sets": (
        [bare(readinessGates=[{"conditionType": "example.com/other"}])],
        ["When 1 pod becomes ready"],
        'the pod "solo" did not become ready: its containers fail a readiness probe, or nothing sets one of its readiness gates',
    ),
    "1 pod becomes ready that has no node": (
        [bare(schedulingGates=[{"name": "example.com/held"}])],
        ["When 1 pod becomes ready"],
        'the pod "solo" did not become ready: it is Pending',
    ),
    "a neighbouring namespace is deleted that is not there": (
        [SERVICE],
        ["When the neighbouring namespace is deleted"],
        "there is no neighbouring namespace",
    ),
    "a Service is exposed that is there": (
        [workload("Deployment"), SERVICE],
        [
            'When kubectl is told to expose the Deployment "web" as the Service "web", from port 80 to port 8080',
            'Then the Service "web" answers the addresses of its 2 ready pods, and no other',
        ],
        'the change was refused: Error from server (AlreadyExists): services "web" already exists; fix it, or expect it',
    ),
    "a refusal that another attempt was to meet": (
        [workload("Deployment")],
        [
            'When kubectl is told to expose the Deployment "wbe" as the Service "web", from port 80 to port 8080',
            'Then kubectl refuses with "Error from server (NotFound): deployments.apps "wbe" not found"',
            'When kubectl is told to expose the Deployment "web" as the Service "web", from port 80 to port 8080',
            'Then kubectl refuses with "Error from server (NotFound): deployments.apps "wbe" not found"',
        ],
        "the answer was no refusal, not Error from server (NotFound)",
    ),
    "the DNS servers restart, and there is none": (
        [VIRTUAL],
        ['When the Deployment "no-dns" of the DNS servers is restarted while a client asks for "web"'],
        'Deployment "no-dns" does not exist',
    ),
    "a client asks for a name that does not exist while the DNS servers restart": (
        [VIRTUAL],
        [
            'When the Deployment "coredns" of the DNS servers is restarted while a client asks for "wbe"',
            'Then during the restart, "wbe" is never answered with NXDOMAIN',
        ],
        '"wbe" does not exist: name something that does',
    ),
    "no client asks while something changes": (
        [VIRTUAL, workload()],
        [
            'When the StatefulSet "web" is restarted',
            ANYTHING,
            'And during the restart, "web" is never answered with NXDOMAIN',
        ],
        'no client has asked for "web" while something changed',
    ),
}

#: Sentences that have to come true, or are refused where they are read, and where that is shown.
SHOWN_ELSEWHERE = {
    'the manifest "x.yaml"': "test_an_object_that_two_manifests_give_is_refused_with_file_and_line",
    'the manifest "x.yaml" in the neighbouring namespace': "the same",
    "pods may use the network of their node": "without it, a live target refuses a pod that does",
    'a client has asked for "x"': "test_a_client_that_was_denied_what_is_there_leaves_nothing_to_be_remembered",
}


@pytest.mark.parametrize(("objects", "sentences", "said"), WITHOUT_EFFECT.values(), ids=WITHOUT_EFFECT)
def test_a_sentence_without_effect_is_not_determined(
    objects: list[Json], sentences: list[str], said: str, stage: Stage
):
    names = {
        "given": stage.manifest("given", *objects),
        "other": stage.manifest("other", {**SERVICE, "metadata": {"name": "other"}}),
        "replica_set": "",
    }
    if "{replica_set}" in "".join(sentences):
        stage.say(f'Given the manifest "{names["given"]}"', ANYTHING)
        names["replica_set"] = next(
            one["metadata"]["name"] for one in stage.target.cluster.objects(NAMESPACE) if one["kind"] == "ReplicaSet"
        )
    with pytest.raises(TargetError) as caught:
        stage.say(f'Given the manifest "{names["given"]}"', *(one.format(**names) for one in sentences), ANYTHING)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_sentence_of_given_and_when_is_shown_without_effect():
    said = {sentence.partition(" ")[2] for _, several, _ in WITHOUT_EFFECT.values() for sentence in several}
    said |= {"no pod is ready", *SHOWN_ELSEWHERE}
    of_change = [one for one in vocabulary.definitions() if one.type in ("given", "when")]
    assert len(of_change) > 10
    unsaid = [one.parser.name for one in of_change if not any(map(one.parser.is_matching, said))]
    assert not unsaid


COMES_TRUE: Mapping[str, tuple[list[Json], list[str]]] = {
    "no pod is ready, without a gate": (
        [workload(podManagementPolicy="Parallel"), SERVICE],
        ["And no pod is ready", 'Then the Service "web" has no ready endpoint', 'And "web" does not exist'],
    ),
    "no pod is ready, also of a workload that gets pods later": (
        [workload("Deployment", 0), SERVICE],
        [
            "And no pod is ready",
            'When the Deployment "web" is scaled to 2 replicas',
            'Then the Service "web" has no ready endpoint',
        ],
    ),
    "1 pod becomes ready, without a gate": (
        [workload(), SERVICE],
        [
            "And no pod is ready",
            "When 1 pod becomes ready",
            'Then the Service "web" answers the addresses of its 1 ready pod, and no other',
        ],
    ),
    "a pod becomes unready, without a gate": (
        [workload(), SERVICE],
        ['When the pod "web-0" becomes unready', 'Then "web-0.web" does not exist'],
    ),
    "what is seen of no state is applied": ([workload()], ['When the manifest "{settings}" is applied']),
    "what is seen of no state is deleted and applied again": (
        [SETTINGS],
        ['When the ConfigMap "settings" is deleted', 'When the manifest "{settings}" is applied'],
    ),
    "1 pod becomes ready beside one that cannot": (
        [bare("a", schedulingGates=[{"name": "example.com/held"}]), bare("b")],
        ['When the pod "b" becomes unready', "And 1 pod becomes ready"],
    ),
    "1 pod is replaced beside a bare one": ([bare("a"), workload()], ["When 1 pod is deleted and replaced"]),
    "a pod of a Deployment and its ReplicaSet are deleted": (
        [workload("Deployment")],
        ['When the Deployment "web" is deleted'],
    ),
    "a refusal that is expected": (
        [workload("Deployment"), SERVICE],
        [
            'When kubectl is told to expose the Deployment "web" as the Service "web", from port 80 to port 8080',
            'Then kubectl refuses with "Error from server (AlreadyExists): services "web" already exists"',
            'And the Service "web" answers the addresses of its 2 ready pods, and no other',
        ],
    ),
    "kubectl makes a Service": (
        [workload("Deployment")],
        [
            'When kubectl is told to expose the Deployment "web" as the Service "web", from port 80 to port 8080',
            'Then the Service "web" answers its virtual IP, and nothing else',
        ],
    ),
}


@pytest.mark.parametrize(("objects", "sentences"), COMES_TRUE.values(), ids=COMES_TRUE)
def test_a_sentence_that_comes_true_goes_on(objects: list[Json], sentences: list[str], stage: Stage):
    settings = stage.manifest("settings", SETTINGS)
    first = f'Given the manifest "{stage.manifest("given", *objects)}"'
    stage.say(first, *(one.format(settings=settings) for one in sentences), ANYTHING)


def test_an_object_that_two_manifests_give_is_refused_with_file_and_line(stage: Stage):
    one, other = stage.manifest("one", SETTINGS, SERVICE), stage.manifest("other", VIRTUAL)
    with pytest.raises(HarnessError) as caught:
        stage.say(f'Given the manifest "{one}"', f'And the manifest "{other}"', ANYTHING)
    assert str(caught.value).startswith(f'{other}:1: Service "web": is declared twice, first in {one}:')


@pytest.mark.parametrize("sentence", ["no pod is ready", 'a client has asked for "x"', 'the manifest "{given}"'])
def test_what_is_given_once_something_happened_is_refused(sentence: str, stage: Stage):
    first, given = stage.manifest("first", workload()), stage.manifest("given", SERVICE)
    stage.say(f'Given the manifest "{first}"', ANYTHING)
    with pytest.raises(TargetError, match="nothing can be declared once something was queried or changed"):
        stage.say(f'Given the manifest "{first}"', f"And {sentence.format(given=given)}", ANYTHING)


class Deaf(Reference):
    """Hears what some questions ask only from the time on that it is ``awake``."""

    awake = False
    reply: Reply | None = Reply(dns.rcode.NXDOMAIN)

    def respond(self, question: Question) -> Reply:
        if self.awake or not str(question.name).startswith("web."):
            return super().respond(question)
        return self.reply

    def settle(self, namespace: str) -> None:
        super().settle(namespace)
        self.awake = self.waking

    waking = False


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Stage]:
    with Deaf(COREDNS) as target:
        yield Stage(target, tmp_path)


def test_a_client_that_was_denied_what_is_there_leaves_nothing_to_be_remembered(deaf: Stage):
    first = deaf.manifest("first", SERVICE, workload())
    given = [f'Given the manifest "{first}"', 'And a client has asked for "web"']
    with pytest.raises(UndeterminedError, match='asked for "web", which exists, and got no record'):
        deaf.say(*given, 'When the Service "web" is deleted', 'Then "web" does not exist')


def test_a_server_that_denies_what_is_there_is_still_found_out(deaf: Stage):
    first = deaf.manifest("first", SERVICE, workload())
    given = [f'Given the manifest "{first}"', 'And a client has asked for "web"']
    with pytest.raises(NotConformantError):
        deaf.say(*given, 'Then the Service "web" answers the addresses of its 2 ready pods, and no other')


def test_a_client_may_be_denied_what_is_not_there(stage: Stage):
    second = stage.manifest("second", VIRTUAL)
    given = [f'Given the manifest "{stage.manifest("first", workload())}"', 'And a client has asked for "web"']
    stage.say(
        *given,
        f'When the manifest "{second}" is applied',
        'Then the Service "web" answers its virtual IP, and nothing else',
    )


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_client_whose_question_fails_was_not_told_what_is_there(rcode: dns.rcode.Rcode, deaf: Stage):
    deaf.target.reply = Reply(rcode)
    given = [f'Given the manifest "{deaf.manifest("first", SERVICE, workload())}"', 'And a client has asked for "web"']
    with pytest.raises(UndeterminedError, match="so nothing could be cached"):
        deaf.say(*given, 'When the Service "web" is deleted', ANYTHING)


def test_a_denial_while_the_dns_servers_restart_is_found_out_where_the_name_is_there(deaf: Stage):
    first = deaf.manifest("first", VIRTUAL)
    with pytest.raises(NotConformantError):
        deaf.say(
            f'Given the manifest "{first}"',
            'When the Deployment "coredns" of the DNS servers is restarted while a client asks for "web"',
            'Then during the restart, "web" is never answered with NXDOMAIN',
        )


def test_dns_servers_that_are_scaled_to_zero_are_not_restarted(stage: Stage):
    stage.target.scale("Deployment", "coredns", 0, "kube-system")
    with pytest.raises(UndeterminedError, match='the Deployment "coredns" had no pod when it was restarted'):
        stage.say(
            f'Given the manifest "{stage.manifest("first", VIRTUAL)}"',
            'When the Deployment "coredns" of the DNS servers is restarted while a client asks for "web"',
        )


# What is said, and what has to be so of the pods before and after; pods are read from the API objects, by uid.
Pods = Mapping[str, Json]
SAID: Mapping[str, tuple[str, Callable[[Pods, Pods], bool]]] = {
    **{
        f"scaled to {count}": (
            f'the {{kind}} "web" is scaled to {count} replicas',
            lambda before, after, count=count: len(active(after)) == count != len(active(before)),
        )
        for count in range(4)
    },
    "restarted": (
        'the {kind} "web" is restarted',
        lambda before, after: (
            bool(active(before)) and not active(before).keys() & active(after).keys() and bool(active(after))
        ),
    ),
    "deleted": ('the {kind} "web" is deleted', lambda before, after: not active(after)),
    "1 pod replaced": (
        "1 pod is deleted and replaced",
        lambda before, after: len(before.keys() - after.keys()) == len(after.keys() - before.keys()) == 1,
    ),
    "1 pod unready": ("1 pod becomes unready", lambda before, after: ready(before) - ready(after) == 1),
    "1 pod ready": ("1 pod becomes ready", lambda before, after: ready(after) - ready(before) == 1),
    "web-0 replaced": (
        'the pod "web-0" is deleted and replaced',
        lambda before, after: named(before, "web-0") != named(after, "web-0") and bool(named(after, "web-0")),
    ),
    "web-0 terminates": (
        'the pod "web-0" begins to terminate',
        lambda before, after: named(after, "web-0") in before and named(after, "web-0") not in active(after),
    ),
    "web-0 deleted": ('the Pod "web-0" is deleted', lambda before, after: not named(after, "web-0")),
    "web-0 unready": ('the pod "web-0" becomes unready', lambda before, after: ready(before) - ready(after) == 1),
}


def active(pods: Pods) -> Pods:
    return {uid: pod for uid, pod in pods.items() if "deletionTimestamp" not in pod["metadata"]}


def named(pods: Pods, name: str) -> str:
    return next((uid for uid, pod in pods.items() if pod["metadata"]["name"] == name), "")


def ready(pods: Pods) -> int:
    return sum(
        one["type"] == "Ready" and one["status"] == "True"
        for pod in pods.values()
        for one in pod["status"]["conditions"]
    )


def stored(target: Reference) -> Pods:
    return {one["metadata"]["uid"]: one for one in target.cluster.objects(NAMESPACE) if one["kind"] == "Pod"}


_WORKLOADS = st.one_of(
    st.builds(
        workload,
        st.just("StatefulSet"),
        st.integers(0, 3),
        st.sampled_from([{}, HELD, PROBED, {"readinessGates": [{"conditionType": GATE}]}]),
        podManagementPolicy=st.sampled_from(["Parallel", "OrderedReady"]),
        updateStrategy=st.sampled_from(
            [{"type": "OnDelete"}, {"type": "RollingUpdate"}, {"rollingUpdate": {"partition": 1}}]
        ),
    ),
    st.builds(
        workload,
        st.just("Deployment"),
        st.integers(0, 3),
        st.sampled_from([{}, HELD, PROBED, {"readinessGates": [{"conditionType": GATE}]}]),
        paused=st.booleans(),
        strategy=st.sampled_from([{"type": "Recreate"}, {"type": "RollingUpdate"}]),
    ),
)


@given(_WORKLOADS, st.booleans(), st.lists(st.sampled_from(list(SAID)), min_size=1, max_size=4))
def test_whatever_is_said_has_happened_or_is_not_determined(
    tmp_path_factory, item: Json, unready: bool, said: list[str]
):
    with Reference(COREDNS) as target:
        stage = Stage(target, tmp_path_factory.mktemp("said"))
        stage.world.declare(stage.manifest("given", item))
        if unready:
            stage.world.wish_unready()
        stage.world.prepare()
        assert not (unready and ready(stored(target)))
        for one in said:
            text, happened = SAID[one]
            before = stored(target)
            try:
                stage.say(f"When {text.format(kind=item['kind'])}")
            except HarnessError:
                return
            assert happened(before, stored(target)), one
