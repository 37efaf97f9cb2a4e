"""One scenario played on the reference target, without a run of pytest around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from svcdns import records, resources
from svcdns.catalogue import gherkin
from svcdns.catalogue.gherkin import Scenario
from svcdns.engine.sentences import script
from svcdns.engine.world import World
from svcdns.message import Question, Reply
from svcdns.state import ClusterState
from svcdns.targets.reference import Reference

#: What a wrong server makes of the right reply.
Fault = Callable[[Question, Reply, ClusterState], Reply]


def scenario(feature: str, name: str) -> Scenario:
    """The scenario of that name; an example of an outline has the name with its values."""
    found = gherkin.read(resources.features() / f"{feature}.feature").scenarios
    rendered = [each for one in found for each in one.rendered()]
    return next(one for one in rendered if one.name == name)


def play(feature: str, name: str, fault: Fault) -> None:
    """Runs the steps of a scenario on a server with a fault; raises what a step raises."""
    with _wrong(fault) as target:
        world = World.alone(target, "played")
        for _, say in script(scenario(feature, name)).sentences:
            say(world)


@contextmanager
def _wrong(fault: Fault) -> Iterator[Reference]:
    class Wrong(Reference):
        def respond(self, question: Question) -> Reply:
            return fault(question, super().respond(question), self.cluster.state)

    with Wrong(records.COREDNS) as target:
        yield target
