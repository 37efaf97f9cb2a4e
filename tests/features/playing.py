"""One scenario played on the reference target, without a run of pytest around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness import data, features, records, vocabulary
from harness.clock import Clock
from harness.features import Scenario
from harness.message import Question, Reply
from harness.state import ClusterState
from harness.targets.reference import Reference
from harness.world import World

#: What a wrong server makes of the right reply.
Fault = Callable[[Question, Reply, ClusterState], Reply]


def scenario(feature: str, name: str) -> Scenario:
    """The scenario of that name; an example of an outline has the name with its values."""
    found = features.read(data.features() / f"{feature}.feature").scenarios
    rendered = [each for one in found for each in one.rendered()]
    return next(one for one in rendered if one.name == name)


def play(feature: str, name: str, fault: Fault) -> None:
    """Runs the steps of a scenario on a server with a fault; raises what a step raises."""
    with _wrong(fault) as target:
        world = World(target, target.vantages[0], "played", Clock())
        for step in scenario(feature, name).steps:
            vocabulary.saying(step, vocabulary.definitions())(world)


@contextmanager
def _wrong(fault: Fault) -> Iterator[Reference]:
    class Wrong(Reference):
        def respond(self, question: Question) -> Reply:
            return fault(question, super().respond(question), self.cluster.state)

    with Wrong(records.COREDNS) as target:
        yield target
