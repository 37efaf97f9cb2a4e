"""Who shares a world, and worlds made ahead within a pod budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from dns.rdatatype import PTR

from svcdns import judge
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine import effects, pool, reuse
from svcdns.engine.environment import Environment
from svcdns.engine.observer import Observer
from svcdns.engine.pool import WorldPool, namespaces_of, order
from svcdns.engine.rehearsal import Plan
from svcdns.engine.sentences import script
from svcdns.engine.timing import Clock
from svcdns.engine.world import World
from svcdns.errors import HarnessError, UndeterminedError
from svcdns.faults import FAULTS
from svcdns.manifests.sources import PACKAGED, Sources
from svcdns.records import COREDNS
from svcdns.selftest.baseline import baselines
from svcdns.selftest.faulty import faulty_reference
from svcdns.selftest.playing import scenarios
from svcdns.targets.reference import Reference

DEPLOYMENT = 'the manifest "combinations/deployment.yaml"'
RESOLVES = 'a pod resolves "kubernetes.default" to the Service "default/kubernetes" with its second query'
HOST_NETWORK = "pods may use the network of their node"
HEADLESS = 'the manifest "combinations/headless-service.yaml"'


class Watched(Reference):
    """The reference target, which remembers the most pods that namespaces of a run ever had together."""

    most = 0
    full = False

    def settle(self, namespace: str) -> None:
        super().settle(namespace)
        ours = [key for key in self.cluster.state.pods if key.namespace.startswith("svcdns-")]
        self.most = max(self.most, len(ours))
        if self.full:
            raise UndeterminedError("the nodes are full")


def plan(
    *declared: str,
    changes: bool = False,
    name: str = "One",
    when: str = "1 pod becomes unready",
    then: str = '"x" does not exist',
    sources: Sources = PACKAGED,
) -> Plan:
    given = [Step("Given", "given", text, 1) for text in declared]
    change = [Step("When", "when", when, 2)] if changes else []
    steps = (*given, *change, Step("Then", "then", then, 3))
    return script(Scenario(name, 1, frozenset({"core"}), steps, sources=sources)).plan


def enter(pool: WorldPool, id_: str, planned: Plan) -> World:
    """A world whose Given steps were played."""
    world = pool.world(id_, planned)
    for manifest in planned.declaration.manifests:
        world.declare(manifest)
    assert world.namespace
    return world


@pytest.fixture
def target() -> Iterator[Watched]:
    with Watched(COREDNS) as found:
        yield found


def worlds(target: Watched, budget: int | None = None) -> WorldPool:
    return WorldPool(target, Clock(), namespaces_of("tests"), budget=budget, ahead=budget is not None)


def test_scenarios_that_declare_the_same_and_change_nothing_share_a_world(target: Watched):
    found = worlds(target)
    planned = [("a", plan(DEPLOYMENT)), ("b", plan(DEPLOYMENT)), ("c", plan(DEPLOYMENT, HEADLESS))]
    found.plan(planned)
    first, second, third = (enter(found, *one) for one in planned)
    assert first.environment is second.environment
    assert first.environment is not third.environment
    found.close()


def test_a_scenario_that_was_interrupted_leaves_a_world_that_is_gone_already(target: Watched):
    found = worlds(target)
    found.plan([("a", plan(DEPLOYMENT))])
    namespace = enter(found, "a", plan(DEPLOYMENT)).namespace
    found.close()
    found.leave("a")
    assert namespace not in target.state().namespaces


def test_a_scenario_that_changes_something_has_a_world_of_its_own(target: Watched):
    found = worlds(target)
    planned = [("a", plan(DEPLOYMENT)), ("b", plan(DEPLOYMENT, changes=True)), ("c", plan(DEPLOYMENT))]
    found.plan(planned)
    first, changed, last = (enter(found, *one) for one in planned)
    assert first.environment is last.environment
    assert changed.environment is not first.environment
    found.close()


def test_a_world_goes_with_its_last_scenario(target: Watched):
    found = worlds(target)
    planned = [("a", plan(DEPLOYMENT)), ("b", plan(DEPLOYMENT))]
    found.plan(planned)
    world = enter(found, *planned[0])
    world.prepare()
    found.leave(planned[0][0])
    assert world.namespace in target.cluster.state.namespaces
    found.leave(planned[1][0])
    assert world.namespace not in target.cluster.state.namespaces
    found.close()


@pytest.mark.parametrize("budget", [4, 8, 13])
def test_worlds_are_made_ahead_within_the_budget_ofpods(target: Watched, budget: int):
    found = worlds(target, budget)
    planned = [(str(number), plan(DEPLOYMENT, changes=True)) for number in range(12)]
    found.plan(planned)
    for one in planned:
        assert len(enter(found, *one).pods()) == 3
        found.leave(one[0])
    found.close()
    assert 3 <= target.most <= budget


def test_scenarios_in_another_order_than_planned_still_get_their_worlds(target: Watched):
    found = worlds(target, 4)
    planned = [(str(number), plan(DEPLOYMENT, changes=True)) for number in range(4)]
    found.plan(planned)
    for one in reversed(planned):
        enter(found, *one)
        found.leave(one[0])
    found.close()


def test_what_went_wrong_ahead_is_met_by_every_scenario_of_the_world(target: Watched):
    target.full = True
    found = worlds(target, 8)
    planned = [("a", plan(DEPLOYMENT)), ("b", plan(DEPLOYMENT))]
    found.plan(planned)
    for one in planned:
        world = enter(found, *one)
        with pytest.raises(UndeterminedError, match="the nodes are full"):
            world.prepare()
    found.close()


def test_closing_early_makes_no_more_worlds_and_leaves_nothing(target: Watched):
    found = worlds(target, 4)
    found.plan([(str(number), plan(DEPLOYMENT, changes=True)) for number in range(20)])
    found.close()
    assert not [name for name in target.cluster.state.namespaces if name.startswith("svcdns-")]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("world")]


def test_the_same_world_has_the_same_name_everywhere(target: Watched):
    found = worlds(target)
    world = enter(found, "a", plan(DEPLOYMENT))
    assert world.namespace.startswith("svcdns-tests-")
    assert len(world.namespace) == len("svcdns-tests-") + 5
    found.close()


def test_bare_pods_and_the_pod_that_resolves_names_count_as_well():
    labels = plan('the manifest "behaviour/labels.yaml"')
    resolving = plan('the manifest "behaviour/labels.yaml"', then=RESOLVES)
    changing = plan('the manifest "behaviour/labels.yaml"', changes=True)
    bare = len([one for one in PACKAGED.objects("behaviour/labels.yaml") if one.kind == "Pod"])
    assert bare > 0
    assert [one.pods for one in (labels, resolving, changing)] == [bare, bare + 1, bare + 1]


def test_a_world_that_several_share_has_room_for_what_any_of_them_needs(target: Watched):
    found = worlds(target, 100)
    plain = plan(DEPLOYMENT)
    resolving = plan(DEPLOYMENT, then=RESOLVES)
    found.plan([("a", plain), ("b", resolving)])
    (place,) = found._places.values()
    found.close()
    assert place.pods == 4


def lived(found: WorldPool, names: str, do: Callable[[World], None], then: str = '"x" does not exist') -> list[str]:
    """The Namespaces of scenarios that declare the same pods and do the same with them, one after the other."""
    planned = [(name, plan(DEPLOYMENT, HEADLESS, changes=True, then=then)) for name in names]
    found.plan(planned)
    namespaces = []
    for one in planned:
        world = enter(found, *one)
        world.prepare()
        assert [
            len(world.pods()),
            [key.name for key in world.state().services if key.namespace == world.namespace],
        ] == [
            3,
            ["test-headless-svc"],
        ]
        assert all(pod.ready for pod in world.pods())
        namespaces.append(world.namespace)
        with suppress(HarnessError):
            do(world)
        found.leave(one[0])
    found.close()
    return namespaces


def scale(world: World, replicas: int) -> None:
    effect = effects.scaled("Deployment", "tomcat", replicas)
    world.change(lambda scope: scope.scale("Deployment", "tomcat", replicas), effect)


def delete_service(world: World, name: str) -> None:
    effect = effects.deleted("Service", name)
    world.change(lambda scope: scope.delete("Service", name), effect)


def scaled(world: World) -> None:
    scale(world, 1)


def made_unready(world: World) -> None:
    world.set_ready(2, ready=False)


def given_another_service(world: World) -> None:
    world.apply("combinations/clusterip-service.yaml")


def robbed_of_its_service(world: World) -> None:
    delete_service(world, "test-headless-svc")


@pytest.mark.parametrize("do", [scaled, made_unready, given_another_service, robbed_of_its_service])
def test_on_a_live_target_a_namespace_is_put_back_and_passed_on(target: Watched, do: Callable[[World], None]):
    found = worlds(target, 100)
    assert len(set(lived(found, "abc", do))) == 1
    assert not [name for name in target.cluster.state.namespaces if name.startswith("svcdns-")]


WRITTEN = 'the manifest "behaviour/endpoint-slices.yaml"'
CLUSTERIP = 'the manifest "combinations/clusterip-service.yaml"'


def test_a_namespace_without_pods_passes_on_whatever_its_services_and_slices_are(
    target: Watched, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pool, "IDLE_LINES", 1)
    found = worlds(target, 100)
    planned = [("a", plan(WRITTEN, changes=True)), ("b", plan(CLUSTERIP)), ("c", plan(WRITTEN, changes=True))]
    found.plan(planned)
    namespaces, held = [], []
    for one in planned:
        world = enter(found, *one)
        world.prepare()
        own = world.state().only(world.namespace)
        held.append(({key.name for key in own.services}, {one.service for one in own.slices.values()}))
        namespaces.append(world.namespace)
        found.leave(one[0])
    found.close()
    assert len(set(namespaces)) == 1
    written = {item.name for item in PACKAGED.objects("behaviour/endpoint-slices.yaml") if item.kind == "Service"}
    assert held[0] == held[2]
    assert held[0][0] == written
    assert held[1] == ({"test-svc"}, {"test-svc"})


def given_a_slice(world: World) -> None:
    world.apply("behaviour/hints.yaml")


def test_what_a_scenario_wrote_by_hand_is_gone_for_the_next(target: Watched):
    assert len(set(lived(worlds(target, 100), "abc", given_a_slice))) == 1


def asked_for_a_reverse_name(world: World) -> None:
    world.holds(judge.ready_endpoints_lead_back("test-headless-svc"))


def asked_and_replaced(world: World) -> None:
    asked_for_a_reverse_name(world)
    scale(world, 0)
    scale(world, 3)


def asked_for_names(world: World) -> None:
    world.holds(judge.does_not_exist("nobody"))


LEADS_BACK = 'the address of every ready pod of the Service "test-headless-svc" leads back to a name that answers it'


@pytest.mark.parametrize(
    ("do", "then", "namespaces"),
    [
        pytest.param(asked_for_a_reverse_name, LEADS_BACK, 3, id="asked by both"),
        pytest.param(asked_for_a_reverse_name, '"x" does not exist', 1, id="asked by the one before"),
        pytest.param(asked_for_names, LEADS_BACK, 1, id="asked by the one after"),
        pytest.param(asked_and_replaced, LEADS_BACK, 1, id="asked for pods that are gone"),
    ],
)
def test_who_asks_for_reverse_names_gets_no_pods_whose_reverse_names_may_be_remembered(
    target: Watched, do: Callable[[World], None], then: str, namespaces: int
):
    assert len(set(lived(worlds(target, 100), "abc", do, then))) == namespaces


def test_reverse_names_are_forgotten_in_time(target: Watched, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reuse, "KEPT_SECONDS", 0.0)
    assert len(set(lived(worlds(target, 100), "abc", asked_for_a_reverse_name, LEADS_BACK))) == 1


def test_the_sentences_that_ask_for_reverse_names_of_pods_are_known():
    with_pods = [one for one in scenarios() if one.script.plan.declaration.workloads]
    known = baselines(tuple(with_pods))
    asking = {
        one.id
        for one in with_pods
        if any(replies.exchange and replies.exchange.context.question.type == PTR for replies in known[one.id].replies)
    }
    assert asking <= {one.id for one in with_pods if one.script.plan.reverse_names}


def given_more_pods(world: World) -> None:
    world.apply("behaviour/labels.yaml")


def failed(world: World) -> None:
    delete_service(world, "nothing")


def wrong(world: World) -> None:
    world.holds(judge.does_not_exist("test-headless-svc"))


@pytest.mark.parametrize("do", [given_more_pods, failed, wrong])
def test_a_namespace_that_cannot_be_put_back_or_that_failed_is_not_passed_on(
    target: Watched, do: Callable[[World], None]
):
    found = worlds(target, 100)
    assert len(set(lived(found, "abc", do))) == 3
    assert not [name for name in target.cluster.state.namespaces if name.startswith("svcdns-")]


def test_a_namespace_that_was_passed_on_to_a_scenario_that_never_came_is_removed(target: Watched):
    observer = Observer(target, target.vantages[0])
    declared = plan(DEPLOYMENT).declaration
    first, following = (Environment(target, observer, f"svcdns-tests-{name}", declared) for name in "ab")
    first.prepare()
    assert first.pass_on(following)
    first.remove()
    assert first.namespace in target.cluster.state.namespaces
    following.remove()
    assert first.namespace not in target.cluster.state.namespaces


def test_a_namespace_for_pods_in_the_host_network_is_passed_on_only_where_they_are_allowed(target: Watched):
    observer = Observer(target, target.vantages[0])
    plain, allowed = plan(DEPLOYMENT).declaration, plan(DEPLOYMENT, HOST_NETWORK).declaration
    assert allowed.host_network
    assert allowed.workloads != plain.workloads
    first, other, same = (
        Environment(target, observer, f"svcdns-tests-{name}", declared)
        for name, declared in (("a", allowed), ("b", plain), ("c", allowed))
    )
    first.prepare()
    assert not first.pass_on(other)
    assert first.pass_on(same)
    same.remove()


def test_a_namespace_that_cannot_be_put_back_is_replaced(target: Watched, monkeypatch: pytest.MonkeyPatch):
    found = worlds(target, 100)
    monkeypatch.setattr(reuse, "is_as_declared", lambda *_: False)
    assert len(set(lived(found, "abc", scaled))) == 3
    assert not [name for name in target.cluster.state.namespaces if name.startswith("svcdns-")]


def test_scenarios_of_one_line_are_spread_over_the_run_and_those_without_pods_come_between_them():
    lines = [("a", plan(DEPLOYMENT)), ("b", plan(DEPLOYMENT)), ("c", plan(DEPLOYMENT, changes=True))]
    idle = [(name, plan(HEADLESS, name=name, changes=True)) for name in "def"]
    assert order([*lines, *idle]) == [(0, True), (0, True), (1 / 2, True), (0, False), (1 / 3, False), (2 / 3, False)]


def test_between_those_of_a_line_that_ask_for_reverse_names_come_others_first_of_all_what_replaces_the_pods():
    asking = [(name, plan(DEPLOYMENT, changes=True, then=LEADS_BACK)) for name in "abc"]
    others = [(name, plan(DEPLOYMENT, changes=True)) for name in "de"]
    whens = ('the Deployment "tomcat" is restarted', 'the Deployment "tomcat" is scaled to 0 replicas')
    replacing = [(name, plan(DEPLOYMENT, changes=True, when=text)) for name, text in zip("rs", whens, strict=True)]
    planned = [*asking, *others, *replacing]
    parts = dict(zip("abcders", [part for part, _ in order(planned)], strict=True))
    assert "".join(sorted(parts, key=parts.__getitem__)) == "arebscd"


def test_services_make_no_difference_to_who_may_have_the_pods_next():
    beside = plan(DEPLOYMENT, 'the manifest "combinations/clusterip-service.yaml"')
    workloads = beside.declaration.workloads
    assert workloads == plan(HEADLESS, DEPLOYMENT).declaration.workloads == plan(DEPLOYMENT).declaration
    assert plan(HEADLESS).declaration.workloads is None


def test_pods_that_come_by_themselves_make_no_server_wrong(target: Watched):
    world = World.alone(target, "svcdns-tests-a")
    world.declare("combinations/deployment.yaml")
    world.declare("combinations/headless-service.yaml")
    world.prepare()
    target.delete("Pod", world.pods()[0].key.name, world.namespace)
    with pytest.raises(UndeterminedError, match=f"came or went by themselves.*{world.namespace}/tomcat-"):
        wrong(world)
    world.remove()


def test_a_deviation_that_is_known_is_not_waited_for_as_a_change_is(target: Watched):
    target.deadlines = replace(target.deadlines, becomes_seconds=3600.0, insists_seconds=0.0)
    world = World.alone(target, "svcdns-tests-a")
    world.declare("combinations/deployment.yaml")
    world.declare("combinations/headless-service.yaml")
    world.asks_once = True
    with pytest.raises(judge.NotConformantError):
        wrong(world)
    world.remove()


def test_whoever_waits_for_the_namespace_of_a_client_that_hears_nothing_waits_no_longer(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("svcdns.engine.observer.SLOW_SECONDS", 0.0)
    with faulty_reference(FAULTS["addresses-without-data"]) as target:
        target.deadlines = replace(target.deadlines, becomes_seconds=3600.0)
        observer = Observer(target, target.vantages[0])
        declared = plan(HEADLESS, DEPLOYMENT).declaration.with_query("test-headless-svc")
        environment = Environment(target, observer, "svcdns-tests-a", declared)
        # What follows begins, and here it ends the wait.
        environment.when_used_up = observer.over.set
        with pytest.raises(UndeterminedError, match="the run is over"):
            environment.be_queried()
        assert environment.used_up


@pytest.mark.parametrize("spec", ["[1, 2]", "null", "{externalName: 5}", "{replicas: [1]}"])
@pytest.mark.parametrize("kind", ["Service", "Deployment", "StatefulSet", "Pod"])
def test_a_custom_kind_that_is_called_like_one_of_kubernetes_is_not_taken_for_it(
    target: Watched, tmp_path: Path, kind: str, spec: str
):
    (tmp_path / "own.yaml").write_text(
        f"apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"
    )
    own = plan('the manifest "own.yaml"', changes=True, sources=Sources((tmp_path,)))
    assert own.declaration.pods == 0
    found = worlds(target)
    found.plan([("a", own)])
    enter(found, "a", own).prepare()
    found.close()
