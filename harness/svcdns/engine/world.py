"""One scenario's place on a target: a Namespace, what was declared and changed in it, and every answer seen from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import dns.name
import dns.rcode

from svcdns import judge
from svcdns.client import Watched, eventually
from svcdns.engine import effects, reuse
from svcdns.engine.effects import Change, Effect
from svcdns.engine.observer import Observer, Place, Seen
from svcdns.engine.scope import Scope
from svcdns.engine.timing import Clock
from svcdns.errors import HarnessError, ManifestError, TargetError, UndeterminedError
from svcdns.judge import NotConformantError, Promise, PromiseOfState, Reading
from svcdns.manifests import Manifest, is_known, sources
from svcdns.manifests.sources import Sources
from svcdns.state import ClusterState, Pod
from svcdns.targets.target import PROBE_LABEL, Target, Vantage


def _is_denial(reading: Reading) -> bool:
    return reading.answer.rcode == dns.rcode.NXDOMAIN


def _set_ready(pod: str, scope: Scope, *, ready: bool) -> None:
    scope.set_ready(pod, ready=ready)


def _require_once(declared: Iterable[Manifest]) -> None:
    """See that no object is declared twice, since one of the two would have no effect.

    Raises:
        ManifestError: if one is.
    """
    seen: dict[tuple[str, str, str, str], Manifest] = {}
    for item in declared:
        first = seen.setdefault((item.api_version, item.kind, item.namespace, item.name), item)
        if first is not item:
            raise item.error(f"is given twice, first in {first.path}:{first.line()}: take one away")


class World:
    """A Namespace on a target.

    Given sentences declare (`declare`, `wish_unready`), When sentences change, Then sentences hold (`holds`). What is
    declared is applied at the first When or Then, or ahead of it, so that a world can be shared by scenarios that declare
    the same.

    Attributes:
        namespace: the Namespace's name.
        neighbour: the name of a second Namespace, which is there once something in it was declared.
        readings: every answer that was judged, in order, since the scenario began.
        refusal: what the target said when it last refused a change that a scenario expected it to refuse.
        looks: how often the last promise was looked at, and for how many seconds.
        evidence: where the evidence of the first failure was written, or empty.
    """

    def __init__(
        self,
        target: Target,
        vantage: Vantage,
        namespace: str,
        clock: Clock,
        crew: ThreadPoolExecutor | None = None,
        *,
        manifests: Sources = sources.PACKAGED,
    ) -> None:
        self.namespace = namespace
        self.neighbour = f"{namespace}-next"
        self.readings: list[Reading] = []
        self.refusal: str | None = None
        self.looks = (0, 0.0)
        self.evidence = ""
        self._target = target
        self._observer = Observer(target, vantage, crew)
        self._clock = clock
        self._manifests = manifests
        #: Manifests, each with whether it is for the Namespace beside.
        self._declared: dict[tuple[str, bool], None] = {}
        self._asked: dict[str, None] = {}
        self._ready = True
        #: Why what is given says nothing so far, though nothing contradicts it.
        self._unproven = ""
        #: Whether there was a pod that was not ready.
        self._was_unready = False
        #: What was last applied of each object, by kind and name.
        self._standing: dict[tuple[str, str, str], Any] = {}
        #: Whether a scenario has said that the last refusal was to come.
        self._refusal_is_known = False
        self._resolves = False
        self._asks_reverse_names = False
        self._deviation_is_known = False
        self._lock = threading.Lock()
        self._created = False
        self._neighbours = False
        self._prepared = False
        self._changed = False
        #: The Namespace of another world, to be put back as it was declared.
        self._inherited = ""
        #: Whether the Namespace must not be passed on: something was wrong in it, or cannot be put back.
        self._spoilt = False
        #: When each reverse name was last asked for here or by those who had the Namespace before, by the monotonic clock.
        self._reversed: dict[dns.name.Name, float] = {}
        #: Since when nothing was changed any more, by the monotonic clock.
        self._settled = time.monotonic()
        self._failure: HarnessError | None = None
        self._abandoned = False

    def declare(self, manifest: str, *, neighbour: bool = False) -> None:
        """Have the objects of a manifest, by the name that the feature gives it, here or in a Namespace beside.

        Raises:
            ManifestError: if it cannot be read.
        """
        self._manifests.objects(manifest)
        self._still_takes(f'the manifest "{manifest}"', known=(manifest, neighbour) in self._declared)
        self._declared[manifest, neighbour] = None

    def wish_unready(self) -> None:
        """Have every pod fail its readiness probe until a scenario says otherwise."""
        self._still_takes("no pod is ready", known=not self._ready)
        self._ready = False

    def declare_asked(self, name: str) -> None:
        """Have a client ask for a name before anything changes, so that old answers could be remembered somewhere."""
        self._still_takes(f'a client has asked for "{name}"', known=name in self._asked)
        self._asked[name] = None

    def want_resolver(self) -> None:
        """Have the resolver of a pod at hand once the world is prepared."""
        self._resolves = True

    def will_ask_reverse_names(self) -> None:
        """Have no pods here whose reverse names somebody may remember."""
        self._asks_reverse_names = True

    def begin(self) -> None:
        """Forget what an earlier scenario in this world saw."""
        self.readings = []
        self.refusal = None
        self._refusal_is_known = False
        self.looks = (0, 0.0)
        self._deviation_is_known = False

    def expect_a_deviation(self) -> None:
        """Have a wrong answer asked for again no longer than it would be if nothing had changed: its cause is known."""
        self._deviation_is_known = True

    def prepare(self) -> None:
        """Apply what was declared, once; whoever comes later meets the same failure.

        Raises:
            HarnessError: if it cannot be had.
        """
        with self._lock:
            if not self._prepared:
                self._prepared = True
                try:
                    self._prepare()
                except HarnessError as error:
                    self._failure = error
        if self._failure is not None:
            raise self._failure

    def pass_on(self, heir: World) -> bool:
        """Leave the Namespace to a world that declares the same, unless it is spoilt or could not be put back."""
        with self._lock:
            usable = self._created and self._prepared and not (self._failure or self._spoilt or self._neighbours)
            if not usable or not reuse.can_be_put_back(self._wanted(self.namespace), ready=heir._ready):
                return False
            if heir._asks_reverse_names and reuse.may_be_remembered(self._reversed, self.pods(), time.monotonic()):
                return False
            self._created = False
            heir._reversed |= self._reversed
            heir._inherited = self.namespace
        return True

    def change(self, change: Callable[[Scope], None], effect: Effect) -> None:
        """Make a change to objects of the Namespace, wait until the controllers have followed it, and see that it had its effect.

        Raises:
            UndeterminedError: if it had not.
        """
        self._ready_to_use()
        self._change(lambda: change(Scope(self._target, self.namespace)), effect)

    def restart_dns_while_asking(self, deployment: str, written: str) -> None:
        """Restart the Deployment of the DNS servers while a client asks for a name all the time; every answer is kept.

        The client begins once no server denies the name any more: one may still have to hear of what was declared.

        Raises:
            UndeterminedError: if the change had no effect, nobody answers before it or since, or the name does not exist.
        """
        self._ready_to_use()
        if problem := self._unheard(judge.exists(written), in_a_row=self._target.deadlines.right_in_a_row):
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

    def never_denied(self, written: str) -> None:
        """See that no answer to the client that asked for a name has denied it; no answer at all is no denial.

        Raises:
            NotConformantError: with the answer that did.
            UndeterminedError: if no client asked for it while something changed.
        """
        words = judge.asked(written).words
        if all(reading.words != words for reading in self.readings):
            raise UndeterminedError(f'no client has asked for "{written}" while something changed')
        for index, reading in enumerate(self.readings):
            if reading.words == words and _is_denial(reading):
                self._spoilt = True
                denial = replace(reading, problem=f"{reading.answer.question} is denied, though {written} exists")
                raise NotConformantError([*self.readings[:index], denial])
        self._require_given()

    def delete_neighbour(self) -> None:
        """Delete the Namespace beside, and wait until it is gone."""
        self._ready_to_use()
        if not self._neighbours:
            raise UndeterminedError(
                'there is no neighbouring namespace: declare a manifest "in the neighbouring namespace"'
            )
        self._neighbours = False
        self._change(
            lambda: self._target.remove_namespace(self.neighbour), effects.deleted("Namespace", self.neighbour)
        )

    def replace_a_pod(self) -> None:
        """Delete the first pod, in the order of the names, that has an owner, which makes another."""
        self._ready_to_use()
        first = next((pod.key.name for pod in self.pods() if pod.owner), "")
        if not first:
            raise UndeterminedError(
                f"{self.namespace} has no pod that a controller would replace: declare one that does"
            )
        self.change(lambda scope: scope.delete("Pod", first), effects.replaced(first))

    def attempt(self, change: Callable[[Scope], None], effect: Effect) -> None:
        """Attempt a change that the target may refuse, and keep what it says, for the next sentence to expect it."""
        self._ready_to_use()
        self.refusal, spoilt = None, self._spoilt
        try:
            self.change(change, effect)
        except UndeterminedError:
            raise
        except (TargetError, ManifestError) as error:
            self.refusal, self._refusal_is_known = str(error), False
            self._spoilt = spoilt

    def apply(self, manifest: str) -> None:
        """Apply the objects of a manifest, by the name that the feature gives it."""
        self._ready_to_use()
        applied = [self._placed(item) for item in self._manifests.objects(manifest)]
        anew = {(item.kind, item.namespace, item.name): item.data for item in applied}
        effect = effects.applied(manifest, anew=not anew.items() <= self._standing.items())
        self.change(lambda scope: scope.apply(applied), effect)
        self._standing |= anew
        self._spoilt |= not reuse.leaves_as_it_was(applied, self._wanted(self.namespace))

    def set_ready(self, count: int, *, ready: bool) -> None:
        """Make the first pods, in the order of their names, that are not so yet become ready or unready; those that run first."""
        self._ready_to_use()
        pods = sorted((pod for pod in self.pods() if pod.ready is not ready), key=lambda pod: pod.phase != "Running")
        if len(pods) < count:
            raise UndeterminedError(f"only {len(pods)} pods of {self.namespace} can still change their readiness")
        for pod in pods[:count]:
            self.change(partial(_set_ready, pod.key.name, ready=ready), effects.becomes(pod.key.name, ready=ready))

    def refused_with(self, words: str) -> None:
        """See that the last attempt was refused in these words.

        Raises:
            UndeterminedError: if it was not, which is no fault of DNS.
        """
        if self.refusal != words:
            raise UndeterminedError(f"the answer was {self.refusal or 'no refusal'}, not {words}")
        self._refusal_is_known = True

    @property
    def namespaces(self) -> list[str]:
        """The Namespaces that it has in the cluster now."""
        own = [self.namespace] if self._created else [self._inherited] if self._inherited and not self._prepared else []
        return [*own, *([self.neighbour] if self._neighbours else [])]

    def abandon(self) -> None:
        """Have nobody wait any longer until it is prepared; `remove` is still to be called."""
        self._abandoned = True
        for namespace in self.namespaces:
            self._target.abandon(namespace)

    def remove(self) -> None:
        """Start deleting the Namespace, if it was ever created or inherited."""
        with self._lock:
            if self._inherited and not self._prepared:
                self._target.delete_namespace(self._inherited)
            self._prepared = True
            if self._created:
                self._created = False
                self._target.delete_namespace(self.namespace)
            if self._neighbours:
                self._neighbours = False
                self._target.delete_namespace(self.neighbour)

    def state(self) -> ClusterState:
        """What the cluster holds now."""
        return self._target.state()

    def pods(self) -> list[Pod]:
        """The pods of the Namespace that belong to the scenario and are not being deleted, in the order of their names."""
        pods = sorted(self.state().pods.items())
        return [
            pod
            for key, pod in pods
            if key.namespace == self.namespace and not pod.terminating and PROBE_LABEL not in pod.labels
        ]

    def holds(self, promise: Promise) -> None:
        """Ask every DNS server over every transport, and see that each keeps the promise.

        Raises:
            NotConformantError: if one still breaks it at the deadline.
            UndeterminedError: if the promise cannot be judged: there is no state to judge against, or no server answers.
        """
        self._ready_to_use()
        deadlines = self._target.deadlines
        left = 0 if self._deviation_is_known else deadlines.becomes_seconds - (time.monotonic() - self._settled)
        with self._clock.spent("ask"):
            for watched in self._observer.watches(
                promise,
                self._place,
                deadline_seconds=max(left, deadlines.insists_seconds),
                in_a_row=deadlines.right_in_a_row if self._changed else 1,
            ):
                self._conclude(promise, watched)
        self._require_given()

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
            self._spoilt = True
            raise UndeterminedError(watched.last)
        self._require_given()

    @property
    def _place(self) -> Place:
        return Place(self.namespace, self.neighbour)

    @contextmanager
    def _spoiling(self) -> Iterator[None]:
        """What goes wrong in the context spoils the Namespace for others."""
        spoilt, self._spoilt = self._spoilt, True
        yield
        self._spoilt = spoilt

    def _restart_dns(self, deployment: str) -> None:
        namespace = ""

        def restart() -> None:
            nonlocal namespace
            namespace = self._target.restart_dns(deployment)

        def effect(change: Change) -> str:
            return effects.restarted("Deployment", deployment, namespace)(change)

        self._change(restart, effect)

    def _change(self, change: Callable[[], None], effect: Effect) -> None:
        """Make a change, wait until the controllers have followed it, and see that it had its effect."""
        self._changed = True
        with self._clock.spent("change"), self._spoiling():
            before = self.state()
            change()
            self._target.settle(self.namespace)
            self._settled = time.monotonic()
            self._prove(effect, before)
        # What became of other kinds is not seen.
        self._standing = {known: item for known, item in self._standing.items() if known[0] in effects.SEEN}

    def _ready_to_use(self) -> None:
        with self._clock.spent("prepare"):
            self.prepare()
        if self.refusal is not None and not self._refusal_is_known:
            raise UndeterminedError(
                f'the change was refused: {self.refusal}; fix it, or expect it: Then it refuses with "…"'
            )

    def _still_takes(self, given: str, *, known: bool) -> None:
        """See that something can still be given.

        Raises:
            TargetError: if it is new, and something was asked or changed already.
        """
        if self._prepared and not known:
            raise TargetError(f"{given}: a world cannot be given more once something in it was asked or changed")

    def _require_given(self) -> None:
        """See, once a sentence holds, that it says anything about what is given; where it does not hold, it does.

        Raises:
            UndeterminedError: if something that is given had no effect.
        """
        if not self._ready and not self._was_unready:
            raise UndeterminedError(
                '"no pod is ready" says nothing where there is no pod: declare one, or remove the step'
            )
        if self._unproven:
            raise UndeterminedError(self._unproven)

    def _prove(self, effect: Effect, before: ClusterState) -> None:
        """See that a change had its effect, and left no pod ready that is not to be."""
        change = Change(before, self.state(), self.namespace)
        effects.prove(effect, change)
        self._see_unready(change)

    def _see_unready(self, change: Change) -> None:
        if not self._ready:
            effects.prove(effects.none_is_born_ready, change)
            self._was_unready |= effects.has_unready_pod(change.after, change.namespace)

    def _unheard(self, promise: Promise, *, in_a_row: int) -> str:
        """Have a client ask everywhere until it hears what it should, and keep the answers; why it does not, or nothing."""
        deadlines = self._target.deadlines
        problem = ""
        for watched in self._observer.watches(
            promise, self._place, deadline_seconds=deadlines.becomes_seconds, in_a_row=in_a_row
        ):
            readings, undetermined = watched.last
            self._keep(readings)
            problem = problem or undetermined
        return problem

    def _prepare(self) -> None:
        self._created = True
        if not self._inherited or not self._put_back():
            self._target.create_namespace(self.namespace)
            self._have(self.namespace)
        if any(neighbour for _, neighbour in self._declared):
            self._neighbours = True
            self._target.create_namespace(self.neighbour)
            self._have(self.neighbour)
        self._settled = time.monotonic()
        self._standing = {(item.kind, item.namespace, item.name): item.data for item in self._wanted(self.namespace)}
        for name in self._asked:
            self._unproven = self._unproven or self._unheard(judge.heard(name), in_a_row=1)
        self.readings = []

    def _put_back(self) -> bool:
        """Make the inherited Namespace what was declared, or be rid of it."""
        mine, self.namespace = self.namespace, self._inherited
        with suppress(HarnessError):
            for kind, name in reuse.made_anew(self.state(), self.namespace):
                self._target.delete(kind, name, self.namespace)
            self._have(self.namespace)
            if reuse.is_as_declared(self.state(), self.namespace, self._wanted(self.namespace)):
                return True
        self._target.delete_namespace(self.namespace)
        self.namespace = mine
        return False

    def _wanted(self, namespace: str) -> list[Manifest]:
        """What was declared in a Namespace."""
        beside = namespace == self.neighbour
        manifests = [manifest for manifest, neighbour in self._declared if neighbour is beside]
        return [self._placed(item) for manifest in manifests for item in self._manifests.objects(manifest)]

    def _have(self, namespace: str) -> None:
        if self._abandoned:
            raise UndeterminedError("the run is over")
        self._target.wish_ready(namespace, ready=self._ready)
        if self._resolves and namespace == self.namespace:
            # Where there can be none, whoever asks for it hears why.
            with suppress(UndeterminedError):
                self._target.resolver(namespace)
        wanted = self._wanted(namespace)
        _require_once(wanted)
        self._target.apply(wanted, namespace)
        self._target.settle(namespace)
        self._see_unready(Change(ClusterState(), self.state(), namespace))

    def _placed(self, item: Manifest) -> Manifest:
        """An object whose external name says ``my-namespace`` or ``neighbour``, with the names that those have."""
        external = item.data["spec"].get("externalName", "") if item.kind == "Service" and is_known(item) else ""
        named = external.replace("my-namespace.svc", f"{self.namespace}.svc").replace(
            "neighbour.svc", f"{self.neighbour}.svc"
        )
        if named == external:
            return item
        return replace(item, data={**item.data, "spec": {**item.data["spec"], "externalName": named}})

    def _ask_everywhere(self, written: str) -> None:
        for readings, _ in self._observer.looks(judge.asked(written), self._place):
            self._keep(readings)

    def _keep(self, readings: list[Reading]) -> None:
        self.readings += readings
        self._reversed |= dict.fromkeys(reuse.reverse_names(readings), time.monotonic())

    def _conclude(self, promise: Promise, watched: Watched[Seen]) -> None:
        readings, undetermined = watched.last
        self._keep(readings)
        self.looks = (watched.attempts, watched.seconds)
        self._spoilt |= not watched.good
        if not watched.good and undetermined:
            raise UndeterminedError(undetermined)
        if not watched.good:
            self._target.settle(self.namespace)
            raise NotConformantError(readings, promise.choices)
