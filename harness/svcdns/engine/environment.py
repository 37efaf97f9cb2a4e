"""A Namespace that holds what was declared: created, or taken over and reset, and removed in the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import dns.name

from svcdns import judge
from svcdns.engine import effects, reuse
from svcdns.engine.declaration import Declaration, require_once
from svcdns.engine.effects import Change
from svcdns.engine.looking import Namespaces
from svcdns.engine.observer import Observer
from svcdns.errors import HarnessError, UndeterminedError
from svcdns.judge import Promise, Reading
from svcdns.manifests import Manifest, is_known
from svcdns.state import ClusterState, Key, Pod
from svcdns.targets.target import PROBE_LABEL, Target


class Environment:
    """A Namespace with what a scenario declares, and the neighbouring one where something is declared in that.

    Scenarios that declare the same and change nothing share one.

    Attributes:
        namespace: the Namespace's name.
        declaration: what it holds once it is prepared.
        settled: since when nothing was changed any more, by the monotonic clock.
        heard: what a client was answered before anything changed.
        has_neighbour: whether the neighbouring Namespace exists.
        used_up: whether the Namespace must not be used again: something was wrong in it, or it cannot be reset.
        when_used_up: is called once that is so.
    """

    def __init__(
        self,
        target: Target,
        observer: Observer,
        namespace: str,
        declaration: Declaration,
        *,
        resolver: bool = False,
        reverse_names: bool = False,
    ) -> None:
        self.namespace = namespace
        self.declaration = declaration
        self.settled = time.monotonic()
        self.heard: list[Reading] = []
        self.has_neighbour = False
        self.used_up = False
        self.when_used_up: Callable[[], object] = lambda: None
        self._target = target
        self._observer = observer
        self._resolver = resolver
        self._reverse_names = reverse_names
        self._lock = threading.Lock()
        self._created = False
        self._prepared = False
        #: The Namespace of another environment, to be reset to what is declared here.
        self._taken_over = ""
        #: When each reverse name was last queried in the Namespace, by the monotonic clock.
        self._reverse_queries: dict[dns.name.Name, float] = {}
        self._failure: HarnessError | None = None
        self._abandoned = False
        self._queried = False
        #: The pods that were there when everything had settled.
        self._settled_pods: frozenset[tuple[Key, str]] = frozenset()
        #: Why what is declared proves nothing so far, though nothing contradicts it.
        self._unproven = ""
        #: Whether there was a pod that was not ready.
        self._was_unready = False

    @property
    def neighbour(self) -> str:
        """The name of the neighbouring Namespace."""
        return f"{self.namespace}-next"

    @property
    def names(self) -> Namespaces:
        """The Namespaces that names are relative to."""
        return Namespaces(self.namespace, self.neighbour)

    def need(self, *, resolver: bool, reverse_names: bool) -> None:
        """Take in what one more scenario needs: a pod's resolver, or pods whose reverse names no cache can hold."""
        self._resolver |= resolver
        self._reverse_names |= reverse_names

    def prepare(self) -> None:
        """Apply what was declared, once; whoever comes later gets the same failure.

        Raises:
            HarnessError: if that is not possible.
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

    def be_queried(self) -> None:
        """Query, once, what a client has queried before anything changes; it may take as long as a deadline.

        Raises:
            HarnessError: if the Namespace cannot be prepared.
        """
        self.prepare()
        with self._lock:
            if self._queried:
                return
            self._queried = True
            for name in self.declaration.asked:
                heard, problem = self.unheard(judge.heard(name), in_a_row=1)
                self.heard += heard
                self._unproven = self._unproven or problem

    def pass_on(self, following: Environment) -> bool:
        """Leave the Namespace to an environment with the same pods, unless it is used up or cannot be reset."""
        with self._lock:
            usable = self._created and self._prepared and not (self._failure or self.used_up or self.has_neighbour)
            usable = usable and self.declaration.host_network == following.declaration.host_network
            if not usable or not reuse.can_be_reset(self.wanted(), ready=following.declaration.ready):
                return False
            if following._reverse_names and reuse.may_be_remembered(
                self._reverse_queries, self.pods(), time.monotonic()
            ):
                return False
            self._created = False
            following._reverse_queries |= self._reverse_queries
            following._taken_over = self.namespace
        return True

    @property
    def namespaces(self) -> list[str]:
        """The Namespaces that it has in the cluster now."""
        taken_over = [self._taken_over] if self._taken_over and not self._prepared else []
        own = [self.namespace] if self._created else taken_over
        return [*own, *([self.neighbour] if self.has_neighbour else [])]

    def abandon(self) -> None:
        """End all waiting until it is prepared, now and later; `remove` is still to be called."""
        self._abandoned = True
        for namespace in self.namespaces:
            self._target.abandon(namespace)

    def remove(self) -> None:
        """Start deleting the Namespace, if it was ever created or taken over."""
        with self._lock:
            if self._taken_over and not self._prepared:
                self._target.delete_namespace(self._taken_over)
            self._prepared = True
            if self._created:
                self._target.delete_namespace(self.namespace)
                self._created = False
            if self.has_neighbour:
                self._target.delete_namespace(self.neighbour)
                self.has_neighbour = False

    def state(self) -> ClusterState:
        """What the cluster holds now."""
        return self._target.state()

    def pods(self) -> list[Pod]:
        """The pods of the Namespace that belong to the scenario and are not being deleted, in the order of their names."""
        return [
            pod
            for key, pod in sorted(self.state().pods.items())
            if key.namespace == self.namespace and not pod.terminating and PROBE_LABEL not in pod.labels
        ]

    def wanted(self, *, neighbour: bool = False) -> list[Manifest]:
        """What is declared in the Namespace, or in the neighbouring one."""
        return [self.placed(item) for item in self.declaration.objects(neighbour=neighbour)]

    def placed(self, item: Manifest) -> Manifest:
        """An object whose external name says ``my-namespace`` or ``neighbour``, with the names that those have."""
        external = item.data["spec"].get("externalName", "") if item.kind == "Service" and is_known(item) else ""
        named = external.replace("my-namespace.svc", f"{self.namespace}.svc").replace(
            "neighbour.svc", f"{self.neighbour}.svc"
        )
        if named == external:
            return item
        return replace(item, data={**item.data, "spec": {**item.data["spec"], "externalName": named}})

    def use_up(self) -> None:
        """Have the Namespace not used again."""
        if not self.used_up:
            self.used_up = True
            self.when_used_up()

    def remember(self, readings: Sequence[Reading]) -> None:
        """Note which reverse names were queried."""
        self._reverse_queries |= dict.fromkeys(reuse.reverse_names(readings), time.monotonic())

    def see_unready(self, change: Change) -> None:
        """See that no pod became ready by itself where none is to.

        Raises:
            UndeterminedError: if one did.
        """
        if not self.declaration.ready:
            effects.prove(effects.NONE_IS_BORN_READY, change)
            self._was_unready |= effects.has_unready_pod(change.after, change.namespace)

    def has_settled(self) -> None:
        """Know that all has followed the last change, and which pods there are."""
        self._settled_pods = self._lasting_pods()
        self.settled = time.monotonic()

    def require_settled(self) -> None:
        """See that there are the pods that there were when everything had settled.

        Raises:
            UndeterminedError: if a pod came or went by itself; what a scenario says of them is not so any more.
        """
        if others := sorted({str(key) for key, _ in self._settled_pods ^ self._lasting_pods()}):
            raise UndeterminedError(
                f"pods came or went by themselves while answers were judged: {', '.join(others)}; run it again, on a "
                "cluster that is less busy"
            )

    def require_given(self) -> None:
        """See that what is declared had an effect, without which a promise that holds proves nothing.

        Raises:
            UndeterminedError: if something had none.
        """
        if not self.declaration.ready and not self._was_unready:
            raise UndeterminedError(
                '"no pod is ready" says nothing where there is no pod: declare one, or remove the step'
            )
        if self._unproven:
            raise UndeterminedError(self._unproven)

    def unheard(self, promise: Promise, *, in_a_row: int) -> tuple[list[Reading], str]:
        """Query as a client until it hears what it should, everywhere; whoever waits for the Namespace waits no longer.

        Returns:
            the responses, and why it does not hear it, if so.
        """
        readings: list[Reading] = []
        problem = ""
        for series in self._observer.watches(
            promise,
            self.names,
            deadline_seconds=self._target.deadlines.becomes_seconds,
            in_a_row=in_a_row,
            slow=self.use_up,
        ):
            readings += series.look.readings
            problem = problem or series.look.undetermined
        self.remember(readings)
        return readings, problem

    def _lasting_pods(self) -> frozenset[tuple[Key, str]]:
        """Each pod that stays, with what tells it from others of its name."""
        return frozenset(
            (pod.key, pod.uid)
            for pod in self.state().pods.values()
            if pod.key.namespace in (self.namespace, self.neighbour)
            and not pod.terminating
            and PROBE_LABEL not in pod.labels
        )

    def _prepare(self) -> None:
        self._created = True
        if not self._taken_over or not self._reset():
            self._create(self.namespace)
            self._have(self.namespace, self.wanted())
        if self.declaration.neighbour:
            self.has_neighbour = True
            self._create(self.neighbour)
            self._have(self.neighbour, self.wanted(neighbour=True))
        self.has_settled()

    def _create(self, namespace: str) -> None:
        self._target.create_namespace(namespace, host_network=self.declaration.host_network)

    def _reset(self) -> bool:
        """Make the Namespace that was taken over what is declared, or be rid of it."""
        own, self.namespace = self.namespace, self._taken_over
        with suppress(HarnessError):
            for kind, name in reuse.made_anew(self.state(), self.namespace):
                self._target.delete(kind, name, self.namespace)
            self._have(self.namespace, self.wanted())
            if reuse.is_as_declared(self.state(), self.namespace, self.wanted()):
                return True
        self._target.delete_namespace(self.namespace)
        self.namespace = own
        return False

    def _have(self, namespace: str, wanted: Sequence[Manifest]) -> None:
        if self._abandoned:
            raise UndeterminedError("the run is over")
        self._target.wish_ready(namespace, ready=self.declaration.ready)
        if self._resolver and namespace == self.namespace:
            # Where there can be none, whoever asks for it hears why.
            with suppress(UndeterminedError):
                self._target.resolver(namespace)
        require_once(wanted)
        self._target.apply(wanted, namespace)
        self._target.settle(namespace)
        self.see_unready(Change(ClusterState(), self.state(), namespace))
