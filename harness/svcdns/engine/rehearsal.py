"""What a scenario will do, found by saying its sentences to somebody who only takes notes.

A run plans with it: which Namespaces are needed, which may follow each other, and how many pods there are at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

from svcdns.engine.declaration import Declaration, declared_pods
from svcdns.engine.effects import ExpectedEffect
from svcdns.engine.scope import Scope
from svcdns.engine.world import World
from svcdns.errors import FeatureError, HarnessError, did_you_mean
from svcdns.judge import Promise, PromiseOfState
from svcdns.manifests.sources import PACKAGED, Sources

#: Does in a world what a sentence says.
Say = Callable[[World], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a scenario before it is played.

    Attributes:
        declaration: what its Given steps declare.
        changes: whether anything changes after that.
        pods: the most pods that it has at a time.
        resolver: whether it asks the resolver of a pod.
        reverse_names: whether it queries the reverse names of addresses.
        replaces_pods: whether none of the declared pods is left in the end.
    """

    declaration: Declaration
    changes: bool = False
    pods: int = 0
    resolver: bool = False
    reverse_names: bool = False
    replaces_pods: bool = False


class Rehearsal:
    """Takes the same sentences as a `World`, and does nothing but note what they need."""

    def __init__(self, manifests: Sources = PACKAGED) -> None:
        self.sentence = ""
        self.plan = Plan(Declaration(manifests))
        self._asked: list[str] = []
        self._attempted = False

    def declare(self, manifest: str, *, neighbour: bool = False) -> None:
        """Note a manifest."""
        self._declare(self.plan.declaration.with_manifest(manifest, neighbour=neighbour))

    def wish_unready(self) -> None:
        """Note that no pod is to be ready."""
        self._declare(replace(self.plan.declaration, ready=False))

    def allow_host_network(self) -> None:
        """Note that pods may use the network of their node."""
        self._declare(replace(self.plan.declaration, host_network=True))

    def declare_asked(self, name: str) -> None:
        """Note a name that a client queries before anything changes."""
        self._declare(self.plan.declaration.with_query(name))

    def change(self, change: Callable[[Scope], None], effect: ExpectedEffect) -> None:  # noqa: ARG002 - as `World.change`
        """Note a change, and what becomes of the pods."""
        pods = max(self.plan.pods, effect.pods or 0)
        self.plan = replace(
            self.plan, changes=True, pods=pods, replaces_pods=self.plan.replaces_pods or effect.replaces_pods
        )

    def attempt(self, change: Callable[[Scope], None], effect: ExpectedEffect) -> None:
        """Note a change that may be refused."""
        self._attempted = True
        self.change(change, effect)

    def apply(self, manifest: str) -> None:
        """Note the pods of a manifest."""
        with suppress(HarnessError):
            # The scenario meets what cannot be read at the step that names it, and reports it.
            more = declared_pods(self.plan.declaration.sources.objects(manifest))
            self.plan = replace(self.plan, pods=self.plan.pods + more)
        self.plan = replace(self.plan, changes=True)

    def set_ready(self, count: int, *, ready: bool) -> None:  # noqa: ARG002 - as `World.set_ready`
        """Note a change."""
        self.plan = replace(self.plan, changes=True)

    def replace_a_pod(self) -> None:
        """Note a change for which there is one pod more for a while."""
        self.plan = replace(self.plan, changes=True)

    def delete_neighbour(self) -> None:
        """Note a change.

        Raises:
            FeatureError: if nothing is declared in the neighbouring Namespace, so that there is none.
        """
        if not self.plan.declaration.neighbour:
            raise FeatureError('no manifest is declared "in the neighbouring namespace": declare one')
        self.plan = replace(self.plan, changes=True)

    def restart_dns_while_asking(self, deployment: str, written: str) -> None:  # noqa: ARG002 - as in `World`
        """Note a change, and the name that is queried while it lasts."""
        self._asked.append(written)
        self.plan = replace(self.plan, changes=True)

    def holds(self, promise: Promise) -> None:
        """Note what a promise needs."""
        self.plan = replace(
            self.plan,
            resolver=self.plan.resolver or promise.of_resolver,
            reverse_names=self.plan.reverse_names or promise.reverse_names,
        )

    def holds_in_cluster(self, promise: PromiseOfState) -> None:
        """Note nothing: the state is always at hand."""

    def never_denied(self, written: str) -> None:
        """See that a name was queried while something changed.

        Raises:
            FeatureError: if it was not.
        """
        if written not in self._asked:
            raise FeatureError(
                f'no step before has a client ask for "{written}" during a restart: fix the name, or add the step'
                f"{did_you_mean(written, self._asked)}"
            )

    def refused_with(self, words: str) -> None:  # noqa: ARG002 - as in `World`
        """See that something was attempted.

        Raises:
            FeatureError: if nothing was that could be refused.
        """
        if not self._attempted:
            raise FeatureError("no step before attempts what kubectl may refuse: add one")

    def _declare(self, declaration: Declaration) -> None:
        self.plan = replace(self.plan, declaration=declaration)


def rehearse(said: Iterable[Say], manifests: Sources = PACKAGED) -> Plan:
    """Say the sentences of a scenario to nobody but a `Rehearsal`."""
    rehearsal = Rehearsal(manifests)
    for say in said:
        # The scenario meets what a sentence cannot take at the step that says it, and reports it.
        with suppress(FeatureError):
            say(cast(World, rehearsal))
    plan = rehearsal.plan
    # A pod that is replaced may end after the next has begun, and a resolver is a pod.
    spare = (plan.changes and bool(plan.declaration.pods)) + plan.resolver
    return replace(plan, pods=max(plan.pods, plan.declaration.pods) + spare)
