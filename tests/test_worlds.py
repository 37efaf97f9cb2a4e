"""Who shares a world, and worlds made ahead within a pod budget."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.clock import Clock
from harness.errors import UndeterminedError
from harness.features import Scenario, Step
from harness.records import COREDNS
from harness.targets.reference import Reference
from harness.world import World, objects
from harness.worlds import Worlds, pods

DEPLOYMENT = 'the manifest "combinations/deployment.yaml"'
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


def declare(world: World, scenario: Scenario) -> None:
    for text in scenario.declarations:
        world.declare(text.split('"')[1])


def scenario(*declared: str, changes: bool = False, name: str = "One") -> Scenario:
    given = [Step("Given", "given", text, 1) for text in declared]
    when = [Step("When", "when", "1 pod becomes unready", 2)] if changes else []
    then = [Step("Then", "then", '"x" does not exist', 3)]
    return Scenario(name, 1, frozenset({"core"}), (*given, *when, *then))


@pytest.fixture
def target() -> Iterator[Watched]:
    with Watched(COREDNS) as found:
        yield found


def worlds(target: Watched, budget: int | None = None) -> Worlds:
    return Worlds(target, "tests", Clock(), budget=budget, keep=False)


def test_scenarios_that_declare_the_same_and_change_nothing_share_a_world(target: Watched):
    found = worlds(target)
    plan = [("a", scenario(DEPLOYMENT)), ("b", scenario(DEPLOYMENT)), ("c", scenario(DEPLOYMENT, HEADLESS))]
    found.plan(plan, declare)
    first, second, third = (found.enter(*one) for one in plan)
    assert first is second
    assert first is not third
    found.close()


def test_a_scenario_that_changes_something_has_a_world_of_its_own(target: Watched):
    found = worlds(target)
    plan = [("a", scenario(DEPLOYMENT)), ("b", scenario(DEPLOYMENT, changes=True)), ("c", scenario(DEPLOYMENT))]
    found.plan(plan, declare)
    first, changed, last = (found.enter(*one) for one in plan)
    assert first is last
    assert changed is not first
    found.close()


def test_a_world_goes_with_its_last_scenario(target: Watched):
    found = worlds(target)
    plan = [("a", scenario(DEPLOYMENT)), ("b", scenario(DEPLOYMENT))]
    found.plan(plan, declare)
    world = found.enter(*plan[0])
    world.prepare()
    found.leave(*plan[0])
    assert world.namespace in target.cluster.state.namespaces
    found.leave(*plan[1])
    assert world.namespace not in target.cluster.state.namespaces
    found.close()


@pytest.mark.parametrize("budget", [4, 8, 13])
def test_worlds_are_made_ahead_within_the_budget_ofpods(target: Watched, budget: int):
    found = worlds(target, budget)
    plan = [(str(number), scenario(DEPLOYMENT, changes=True)) for number in range(12)]
    found.plan(plan, declare)
    for one in plan:
        assert len(found.enter(*one).pods()) == 3
        found.leave(*one)
    found.close()
    assert 3 <= target.most <= budget


def test_scenarios_in_another_order_than_planned_still_get_their_worlds(target: Watched):
    found = worlds(target, 4)
    plan = [(str(number), scenario(DEPLOYMENT, changes=True)) for number in range(4)]
    found.plan(plan, declare)
    for one in reversed(plan):
        found.enter(*one)
        found.leave(*one)
    found.close()


def test_what_went_wrong_ahead_is_met_by_every_scenario_of_the_world(target: Watched):
    target.full = True
    found = worlds(target, 8)
    plan = [("a", scenario(DEPLOYMENT)), ("b", scenario(DEPLOYMENT))]
    found.plan(plan, declare)
    for one in plan:
        world = found.enter(*one)
        with pytest.raises(UndeterminedError, match="the nodes are full"):
            world.prepare()
    found.close()


def test_closing_early_makes_no_more_worlds_and_leaves_nothing(target: Watched):
    found = worlds(target, 4)
    found.plan([(str(number), scenario(DEPLOYMENT, changes=True)) for number in range(20)], declare)
    found.close()
    assert not [name for name in target.cluster.state.namespaces if name.startswith("svcdns-")]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("world")]


def test_the_same_world_has_the_same_name_everywhere(target: Watched):
    found = worlds(target)
    world = found.enter("a", scenario(DEPLOYMENT))
    assert world.namespace.startswith("svcdns-tests-")
    assert len(world.namespace) == len("svcdns-tests-") + 5
    found.close()


def test_bare_pods_and_the_pod_that_resolves_names_count_as_well():
    labels = scenario('the manifest "behaviour/labels.yaml"')
    resolving = replace(labels, tags=frozenset({"core", "needs-pod-resolver"}))
    changing = scenario('the manifest "behaviour/labels.yaml"', changes=True)
    bare = len([one for one in objects("behaviour/labels.yaml") if one.kind == "Pod"])
    assert bare > 0
    assert [pods(one) for one in (labels, resolving, changing)] == [bare, bare + 1, bare + 1]


def test_a_world_that_several_share_has_room_for_what_any_of_them_needs(target: Watched):
    found = worlds(target, 100)
    plain = scenario(DEPLOYMENT)
    resolving = replace(plain, tags=frozenset({"core", "needs-pod-resolver"}))
    found.plan([("a", plain), ("b", resolving)], declare)
    (place,) = found._places.values()
    found.close()
    assert place.pods == 4
