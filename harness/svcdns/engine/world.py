"""What a scenario does: declare, change, and see that promises hold."""

from __future__ import annotations

from svcdns.engine.changing import Changing
from svcdns.engine.environment import Environment
from svcdns.engine.holding import Holding
from svcdns.engine.observer import Observer
from svcdns.engine.timing import Clock
from svcdns.manifests.sources import PACKAGED, Sources
from svcdns.targets.target import Target


class World(Changing, Holding):
    """One scenario on a target.

    Given steps declare (`declare`, `wish_unready`, `declare_asked`), When steps change, Then steps hold (`holds`). At the
    first When or Then the environment is entered that holds what was declared.
    """

    @classmethod
    def alone(cls, target: Target, namespace: str, *, manifests: Sources = PACKAGED) -> World:
        """A world with an environment of its own, which whoever made it removes."""
        observer = Observer(target, target.vantages[0])
        return cls(
            target,
            observer,
            Clock(),
            lambda declaration: Environment(target, observer, namespace, declaration),
            manifests=manifests,
        )
