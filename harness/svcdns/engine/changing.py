"""What a scenario changes in its Namespace, and what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from svcdns import judge
from svcdns.engine import effects, reuse
from svcdns.engine.declaring import Declaring
from svcdns.engine.effects import Change, ExpectedEffect
from svcdns.engine.scope import Scope
from svcdns.errors import HarnessError, ManifestError, TargetError, UndeterminedError
from svcdns.results import Convergence


class Changing(Declaring):
    """A scenario that changes what it has declared."""

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
            with self._observer.replacing_servers():
                self._restart_dns(deployment)
        finally:
            over.set()
            client.join()
        self._ask_everywhere(written)
        if all(reading.answer.rcode is None for reading in self.readings[begun:]):
            raise UndeterminedError(f'no answer for "{written}" came since the change began')

    def refused_with(self, words: str) -> None:
        """See that the last attempt was refused in these words.

        Raises:
            UndeterminedError: if it was not, which is no fault of DNS.
        """
        if self.refusal != words:
            raise UndeterminedError(f"the answer was {self.refusal or 'no refusal'}, not {words}")
        self._refusal_is_expected = True

    def _change(self, change: Callable[[], None], effect: ExpectedEffect, *, may_be_refused: bool = False) -> None:
        """Make a change, wait until the controllers have followed it, and see that it had its effect."""
        self._changed = True
        environment = self.environment
        try:
            with self._clock.spent("change"):
                before = self.state()
                change()
                self._target.settle(environment.namespace)
                environment.has_settled()
                self.convergence.append(Convergence(effect.change, 0.0))
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
            ExpectedEffect(
                lambda change: effects.restarted("Deployment", deployment, namespace).problem(change),
                "DNS servers restarted",
            ),
        )

    def _ask_everywhere(self, written: str) -> None:
        for look in self._observer.looks(judge.asked(written), self.environment.names):
            self._keep(look.readings)


def _set_ready(pod: str, scope: Scope, *, ready: bool) -> None:
    scope.set_ready(pod, ready=ready)
