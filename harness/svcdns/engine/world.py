"""What a scenario does: declare, change, and see that promises hold."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import dns.rcode

from svcdns import judge
from svcdns.client import Watched, eventually
from svcdns.engine import effects, reuse
from svcdns.engine.declaration import Declaration
from svcdns.engine.effects import Change, ExpectedEffect
from svcdns.engine.environment import Environment
from svcdns.engine.observer import Observer, Seen
from svcdns.engine.patience import miss
from svcdns.engine.scope import Scope
from svcdns.engine.timing import Clock
from svcdns.errors import HarnessError, ManifestError, TargetError, UndeterminedError
from svcdns.judge import NotConformantError, Promise, PromiseOfState, Reading
from svcdns.manifests.sources import PACKAGED, Sources
from svcdns.state import ClusterState, Pod
from svcdns.targets.target import Target

#: Gives a scenario the environment that holds what it declares.
Enter = Callable[[Declaration], Environment]


class World:
    """One scenario on a target.

    Given steps declare (`declare`, `wish_unready`, `declare_asked`), When steps change, Then steps hold (`holds`). At the
    first When or Then the environment is entered that holds what was declared.

    Attributes:
        sentence: the step that is played.
        asks_once: whether nobody waits for a broken promise to be kept: that it is broken is known, or only observed.
        declaration: what was declared so far.
        readings: every response that was judged, in order.
        refusal: what the target said when it last refused a change that the scenario expected it to refuse.
        looks: how often the last promise was looked at, and for how many seconds.
        evidence: where the evidence of the failure was written, or empty.
    """

    def __init__(
        self, target: Target, observer: Observer, clock: Clock, enter: Enter, *, manifests: Sources = PACKAGED
    ) -> None:
        self.sentence = ""
        self.asks_once = False
        self.declaration = Declaration(manifests)
        self.readings: list[Reading] = []
        self.refusal: str | None = None
        self.looks = (0, 0.0)
        self.evidence = ""
        self._target = target
        self._observer = observer
        self._clock = clock
        self._enter = enter
        self._environment: Environment | None = None
        #: What was last applied of each object, by kind, namespace and name.
        self._applied: dict[tuple[str, str, str], Any] | None = None
        self._refusal_is_expected = False
        self._changed = False

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

    def declare(self, manifest: str, *, neighbour: bool = False) -> None:
        """Have the objects of a manifest, by the name that the feature gives it, here or in the neighbouring Namespace.

        Raises:
            ManifestError: if it cannot be read.
        """
        self.declaration.sources.objects(manifest)
        self._declare(self.declaration.with_manifest(manifest, neighbour=neighbour))

    def wish_unready(self) -> None:
        """Have every pod fail its readiness probe until a scenario says otherwise."""
        self._declare(replace(self.declaration, ready=False))

    def declare_asked(self, name: str) -> None:
        """Have a client query a name before anything changes, so that a cache may remember what it was."""
        self._declare(self.declaration.with_query(name))

    @property
    def environment(self) -> Environment:
        """The environment that holds what was declared; from the first use on, nothing more can be declared."""
        if self._environment is None:
            self._environment = self._enter(self.declaration)
        return self._environment

    @property
    def namespace(self) -> str:
        """The name of the scenario's Namespace."""
        return self.environment.namespace

    @property
    def neighbour(self) -> str:
        """The name of the neighbouring Namespace."""
        return self.environment.neighbour

    @property
    def is_entered(self) -> bool:
        """Whether there is an environment to be asked about."""
        return self._environment is not None

    def prepare(self) -> None:
        """Enter the environment, and wait until it holds what was declared.

        Raises:
            HarnessError: if it cannot be had.
        """
        with self._clock.spent("prepare"):
            self.environment.be_queried()
        if self._applied is None:
            wanted = self.environment.wanted()
            self._applied = {(item.kind, item.namespace, item.name): item.data for item in wanted}

    def remove(self) -> None:
        """Start deleting the environment of a world that is alone in it."""
        if self._environment is not None:
            self._environment.remove()

    def state(self) -> ClusterState:
        """What the cluster holds now."""
        return self._target.state()

    def pods(self) -> list[Pod]:
        """The pods of the Namespace that belong to the scenario and are not being deleted, in the order of their names."""
        return self.environment.pods()

    def change(self, change: Callable[[Scope], None], effect: ExpectedEffect) -> None:
        """Change objects of the Namespace, wait until the controllers have followed, and see that it had its effect.

        Raises:
            UndeterminedError: if it had not.
        """
        self._ready_to_use()
        self._change(lambda: change(Scope(self._target, self.namespace)), effect)

    def attempt(self, change: Callable[[Scope], None], effect: ExpectedEffect) -> None:
        """Attempt a change that the target may refuse, and keep what it says, for the next sentence to expect it."""
        self._ready_to_use()
        self.refusal = None
        scope = Scope(self._target, self.namespace)
        try:
            self._change(lambda: change(scope), effect, may_be_refused=True)
        except UndeterminedError:
            raise
        except (TargetError, ManifestError) as error:
            self.refusal, self._refusal_is_expected = str(error), False

    def apply(self, manifest: str) -> None:
        """Apply the objects of a manifest, by the name that the feature gives it."""
        self._ready_to_use()
        environment = self.environment
        objects = [environment.placed(item) for item in self.declaration.sources.objects(manifest)]
        anew = {(item.kind, item.namespace, item.name): item.data for item in objects}
        effect = effects.applied(manifest, anew=not anew.items() <= (self._applied or {}).items())
        self.change(lambda scope: scope.apply(objects), effect)
        self._applied = {**(self._applied or {}), **anew}
        if not reuse.leaves_as_it_was(objects, environment.wanted()):
            environment.use_up()

    def set_ready(self, count: int, *, ready: bool) -> None:
        """Make the first pods, in the order of their names, that are not so yet become ready or unready; those that run first."""
        self._ready_to_use()
        pods = sorted((pod for pod in self.pods() if pod.ready is not ready), key=lambda pod: pod.phase != "Running")
        if len(pods) < count:
            raise UndeterminedError(f"only {len(pods)} pods of {self.namespace} can still change their readiness")
        for pod in pods[:count]:
            self.change(partial(_set_ready, pod.key.name, ready=ready), effects.becomes(pod.key.name, ready=ready))

    def replace_a_pod(self) -> None:
        """Delete the first pod, in the order of the names, that has an owner, which creates another."""
        self._ready_to_use()
        first = next((pod.key.name for pod in self.pods() if pod.owner), "")
        if not first:
            raise UndeterminedError(
                f"{self.namespace} has no pod that a controller would replace: declare one that does"
            )
        self.change(lambda scope: scope.delete("Pod", first), effects.replaced(first))

    def delete_neighbour(self) -> None:
        """Delete the neighbouring Namespace, and wait until it is gone."""
        self._ready_to_use()
        environment = self.environment
        if not environment.has_neighbour:
            raise UndeterminedError(
                'there is no neighbouring namespace: declare a manifest "in the neighbouring namespace"'
            )
        environment.has_neighbour = False
        self._change(
            lambda: self._target.remove_namespace(self.neighbour), effects.deleted("Namespace", self.neighbour)
        )

    def restart_dns_while_asking(self, deployment: str, written: str) -> None:
        """Restart the Deployment of the DNS servers while a client queries a name all the time; every response is kept.

        The client begins once no server denies the name any more: one may still have to hear of what was declared.

        Raises:
            UndeterminedError: if the change had no effect, nobody answers before it or since, or the name does not exist.
        """
        self._ready_to_use()
        readings, problem = self.environment.unheard(
            judge.exists(written), in_a_row=self._target.deadlines.right_in_a_row
        )
        self._keep(readings)
        if problem:
            raise UndeterminedError(problem)
        over = threading.Event()

        def keep_asking() -> None:
            while not over.wait(self._target.deadlines.pause_seconds):
                self._ask_everywhere(written)

        client = threading.Thread(target=keep_asking, name="client", daemon=True)
        self._ask_everywhere(written)
        begun = len(self.readings)
        client.start()
        try:
            self._restart_dns(deployment)
        finally:
            over.set()
            client.join()
        self._ask_everywhere(written)
        if all(reading.answer.rcode is None for reading in self.readings[begun:]):
            raise UndeterminedError(f'no answer for "{written}" came since the change began')

    def holds(self, promise: Promise) -> None:
        """Ask every DNS server over every transport, and see that each keeps the promise.

        Raises:
            NotConformantError: if one still breaks it at the deadline.
            UndeterminedError: if the promise cannot be judged: there is no state to judge against, or no server answers.
        """
        self._ready_to_use()
        deadlines, environment = self._target.deadlines, self.environment
        left = max(deadlines.becomes_seconds - (time.monotonic() - environment.settled), deadlines.insists_seconds)
        whole = 0.0 if self.asks_once and not promise.choices else left
        with self._clock.spent("ask"):
            for watched in self._observer.watches(
                promise,
                environment.names,
                deadline_seconds=whole,
                in_a_row=deadlines.right_in_a_row if self._changed else 1,
                patience=partial(self._patience, promise),
                slow=environment.use_up,
            ):
                self._conclude(promise, watched, whole)
        environment.require_given()

    def _patience(self, promise: Promise, seen: Seen, whole: float) -> float:
        readings, undetermined = seen
        if undetermined or not readings:
            return whole
        return self._observer.patience.seconds(miss(promise, readings[-1], changed=self._changed), whole)

    def holds_in_cluster(self, promise: PromiseOfState) -> None:
        """See that the cluster itself is as a sentence says.

        Raises:
            UndeterminedError: if it is not so at the deadline; that is no fault of DNS.
        """
        self._ready_to_use()
        deadlines = self._target.deadlines
        watched = eventually(
            lambda: promise.problem(self.state(), self.namespace),
            lambda problem: not problem,
            deadline_seconds=deadlines.becomes_seconds,
            interval_seconds=deadlines.pause_seconds,
            in_a_row=1,
        )
        if not watched.good:
            self.environment.use_up()
            raise UndeterminedError(watched.last)
        self.environment.require_given()

    def never_denied(self, written: str) -> None:
        """See that no response to the client that queried a name has denied it; no response at all is no denial.

        Raises:
            NotConformantError: with the response that did.
            UndeterminedError: if no client queried it while something changed.
        """
        if all(reading.asked != written for reading in self.readings):
            raise UndeterminedError(f'no client has asked for "{written}" while something changed')
        for index, reading in enumerate(self.readings):
            if reading.asked == written and reading.answer.rcode == dns.rcode.NXDOMAIN:
                self.environment.use_up()
                problem = f"{reading.answer.question} is denied, though {written} exists"
                denial = replace(reading, promise=self.sentence, problem=problem, promised="records")
                raise NotConformantError([*self.readings[:index], denial])
        self.environment.require_given()

    def refused_with(self, words: str) -> None:
        """See that the last attempt was refused in these words.

        Raises:
            UndeterminedError: if it was not, which is no fault of DNS.
        """
        if self.refusal != words:
            raise UndeterminedError(f"the answer was {self.refusal or 'no refusal'}, not {words}")
        self._refusal_is_expected = True

    def _declare(self, declaration: Declaration) -> None:
        if self._environment is not None and declaration != self.declaration:
            raise TargetError(
                f"{self.sentence or 'the Given'}: nothing can be declared once something was queried or changed"
            )
        self.declaration = declaration

    def _ready_to_use(self) -> None:
        self.prepare()
        if self.refusal is not None and not self._refusal_is_expected:
            raise UndeterminedError(
                f'the change was refused: {self.refusal}; fix it, or expect it: Then it refuses with "…"'
            )

    def _change(self, change: Callable[[], None], effect: ExpectedEffect, *, may_be_refused: bool = False) -> None:
        """Make a change, wait until the controllers have followed it, and see that it had its effect."""
        self._changed = True
        environment = self.environment
        try:
            with self._clock.spent("change"):
                before = self.state()
                change()
                self._target.settle(environment.namespace)
                environment.settled = time.monotonic()
                made = Change(before, self.state(), environment.namespace)
                effects.prove(effect, made)
                environment.see_unready(made)
        except HarnessError as error:
            if isinstance(error, UndeterminedError) or not may_be_refused:
                environment.use_up()
            raise
        # What became of other kinds is not seen.
        self._applied = {key: data for key, data in (self._applied or {}).items() if key[0] in effects.SEEN}

    def _restart_dns(self, deployment: str) -> None:
        namespace = ""

        def restart() -> None:
            nonlocal namespace
            namespace = self._target.restart_dns(deployment)

        self._change(
            restart,
            ExpectedEffect(lambda change: effects.restarted("Deployment", deployment, namespace).problem(change)),
        )

    def _ask_everywhere(self, written: str) -> None:
        for readings, _ in self._observer.looks(judge.asked(written), self.environment.names):
            self._keep(readings)

    def _keep(self, readings: Sequence[Reading]) -> None:
        self.readings += (replace(reading, promise=self.sentence) for reading in readings)
        self.environment.remember(readings)

    def _conclude(self, promise: Promise, watched: Watched[Seen], whole: float) -> None:
        readings, undetermined = watched.last
        self._keep(readings)
        self.looks = (watched.attempts, watched.seconds)
        if watched.good:
            if watched.attempts > self._target.deadlines.right_in_a_row:
                self._observer.patience.converged(watched.seconds)
            return
        self.environment.use_up()
        if undetermined:
            raise UndeterminedError(undetermined)
        if whole and watched.seconds >= whole:
            self._observer.patience.lasted(miss(promise, readings[-1], changed=self._changed))
        self._target.settle(self.namespace)
        raise NotConformantError(self.readings[-len(readings) :], promise.choices)


def _set_ready(pod: str, scope: Scope, *, ready: bool) -> None:
    scope.set_ready(pod, ready=ready)
