"""What a scenario will do is found without doing it."""

from __future__ import annotations

import inspect
import re

import pytest

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario, Step
from svcdns.engine.rehearsal import Rehearsal
from svcdns.engine.sentences import script
from svcdns.engine.world import World

ADDRESSES = 'the Service "test-svc" answers its virtual IP, and nothing else'


def plan(*steps: tuple[str, str]):
    told = tuple(Step(type_.capitalize(), type_, text, number) for number, (type_, text) in enumerate(steps, 1))
    return script(Scenario("s", 1, frozenset({"core"}), told)).plan


def test_every_method_that_steps_use_can_be_rehearsed():
    used = set()
    for path in resources.steps().glob("*.py"):
        used |= set(re.findall(r"world\.(\w+)\(", path.read_text(encoding="utf-8")))
    assert len(used) > 10
    for name in used:
        assert inspect.signature(getattr(Rehearsal, name)) == inspect.signature(getattr(World, name)), name


def test_equal_declarations_are_equal_whatever_is_promised():
    given = ("given", 'the manifest "combinations/deployment.yaml"')
    first, second = plan(given, ("then", '"x" does not exist')), plan(given, ("then", ADDRESSES))
    assert first.declaration == second.declaration
    assert hash(first.declaration) == hash(second.declaration)
    assert plan(("then", ADDRESSES)).declaration != first.declaration


@pytest.mark.parametrize(
    ("change", "pods", "replaces"),
    [
        ('the Deployment "tomcat" is scaled to 5 replicas', 6, False),
        ('the Deployment "tomcat" is scaled to 0 replicas', 4, True),
        ('the Deployment "tomcat" is restarted', 4, True),
        ("1 pod becomes unready", 4, False),
        ('the manifest "combinations/statefulset-of-headless-service.yaml" is applied', 4, False),
    ],
)
def test_a_change_says_what_becomes_of_the_pods(change: str, pods: int, replaces: bool):
    planned = plan(
        ("given", 'the manifest "combinations/deployment.yaml"'), ("when", change), ("then", '"x" does not exist')
    )
    assert (planned.changes, planned.pods, planned.replaces_pods) == (True, pods, replaces)


def test_what_cannot_be_read_is_left_to_the_scenario():
    planned = plan(("given", 'the manifest "nowhere.yaml"'), ("then", '"x" does not exist'))
    assert planned.declaration.manifests == ("nowhere.yaml",)
    assert planned.declaration.pods == 0
