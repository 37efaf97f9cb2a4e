"""One scenario's place on a target: a Namespace, what was declared and changed in it, and every answer seen from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import TypeVar

import dns.rcode

from harness import data, judge, manifests
from harness.client import Answer, Channel, Transport, Watched, ask, ask_all, eventually, read, send
from harness.clock import Clock
from harness.errors import HarnessError, ManifestError, TargetError, UndeterminedError
from harness.judge import Look, NotConformantError, Promise, PromiseOfState, Reading
from harness.manifests import Manifest
from harness.message import Question
from harness.silence import answers_others, insist, is_silent
from harness.state import ClusterState, Pod
from harness.target import PROBE_LABEL, Target, Vantage

_T = TypeVar("_T")

#: What became of watching one way to a server: the last readings, and why nothing can be said, if so.
_Seen = Watched[tuple[list[Reading], str]]


def _set_ready(pod: str, target: Target, namespace: str, *, ready: bool) -> None:
    target.set_ready(pod, namespace, ready=ready)


@cache
def objects(manifest: str) -> tuple[Manifest, ...]:
    """The objects of a fixture, named by its path below ``fixtures/``; it does not change during a run."""
    return manifests.read(data.fixtures() / manifest)


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
        self, target: Target, vantage: Vantage, namespace: str, clock: Clock, crew: ThreadPoolExecutor | None = None
    ) -> None:
        self.namespace = namespace
        self.neighbour = f"{namespace}-next"
        self.readings: list[Reading] = []
        self.refusal: str | None = None
        self.looks = (0, 0.0)
        self.evidence = ""
        self._target = target
        self._vantage = vantage
        self._clock = clock
        #: Asks several DNS servers at the same time, where that saves waiting.
        self._crew = crew
        self._declared: dict[tuple[str, str], None] = {}
        self._asked: dict[str, None] = {}
        self._ready = True
        self._resolves = False
        self._lock = threading.Lock()
        self._created = False
        self._neighbours = False
        self._prepared = False
        self._changed = False
        #: Since when nothing was changed any more, by the monotonic clock.
        self._settled = time.monotonic()
        self._failure: HarnessError | None = None

    def declare(self, manifest: str, *, neighbour: bool = False) -> None:
        """Have the objects of a manifest, named by its path below ``fixtures/``, here or in a Namespace beside."""
        declared = (self.neighbour if neighbour else self.namespace, manifest)
        if self._prepared and declared not in self._declared:
            raise TargetError(f"{manifest}: a world cannot be given more once something in it was asked or changed")
        self._declared[declared] = None

    def wish_unready(self) -> None:
        """Have every pod fail its readiness probe until a scenario says otherwise."""
        self._ready = False

    def declare_asked(self, name: str) -> None:
        """Have a client ask for a name before anything changes, so that old answers could be remembered somewhere."""
        self._asked[name] = None

    def want_resolver(self) -> None:
        """Have the resolver of a pod at hand once the world is prepared."""
        self._resolves = True

    def begin(self) -> None:
        """Forget what an earlier scenario in this world saw."""
        self.readings = []
        self.refusal = None
        self.looks = (0, 0.0)

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

    def change(self, change: Callable[[Target, str], None]) -> None:
        """Make a change, and wait until the controllers have followed it."""
        self._ready_to_use()
        self._changed = True
        with self._clock.spent("change"):
            change(self._target, self.namespace)
            self._target.settle(self.namespace)
            self._settled = time.monotonic()

    def change_while_asking(self, written: str, change: Callable[[Target, str], None]) -> None:
        """Make a change while a client asks for a name all the time; every answer is kept."""
        self._ready_to_use()
        over = threading.Event()

        def keep_asking() -> None:
            while not over.wait(self._target.deadlines.pause_seconds):
                self._ask_everywhere(written)

        client = threading.Thread(target=keep_asking, name="client", daemon=True)
        self._ask_everywhere(written)
        client.start()
        try:
            self.change(change)
        finally:
            over.set()
            client.join()
        self._ask_everywhere(written)

    def never_denied(self, written: str) -> None:
        """See that no answer since the scenario began has denied a name; no answer at all is no denial.

        Raises:
            NotConformantError: with the answer that did.
        """
        for index, reading in enumerate(self.readings):
            if reading.answer.rcode == dns.rcode.NXDOMAIN:
                denial = replace(reading, problem=f"{reading.answer.question} is denied, though {written} exists")
                raise NotConformantError([*self.readings[:index], denial])

    def delete_neighbour(self) -> None:
        """Delete the Namespace beside, and wait until it is gone."""
        self._ready_to_use()
        self._neighbours = False
        self.change(lambda target, _: target.delete("Namespace", self.neighbour, ""))

    def replace_a_pod(self) -> None:
        """Delete the first pod in the order of the names; whoever owns it makes another."""
        self._ready_to_use()
        first = self.pods()[0].key.name
        self.change(lambda target, namespace: target.delete("Pod", first, namespace))

    def attempt(self, change: Callable[[Target, str], None]) -> None:
        """Attempt a change that the target is to refuse, and keep what it says."""
        self._ready_to_use()
        try:
            change(self._target, self.namespace)
        except UndeterminedError:
            raise
        except (TargetError, ManifestError) as error:
            self.refusal = str(error)

    def apply(self, manifest: str) -> None:
        """Apply the objects of a manifest, named by its path below ``fixtures/``."""
        self.change(
            lambda target, namespace: target.apply([self._placed(item) for item in objects(manifest)], namespace)
        )

    def set_ready(self, count: int, *, ready: bool) -> None:
        """Make the first pods, in the order of their names, that are not so yet become ready or unready."""
        self._ready_to_use()
        pods = [pod for pod in self.pods() if pod.ready is not ready]
        if len(pods) < count:
            raise UndeterminedError(f"only {len(pods)} pods of {self.namespace} can still change their readiness")
        for pod in pods[:count]:
            self.change(partial(_set_ready, pod.key.name, ready=ready))

    def refused_with(self, words: str) -> None:
        """See that the last attempt was refused in these words.

        Raises:
            UndeterminedError: if it was not, which is no fault of DNS.
        """
        if self.refusal != words:
            raise UndeterminedError(f"the answer was {self.refusal or 'no refusal'}, not {words}")

    def remove(self) -> None:
        """Start deleting the Namespace, if it was ever created."""
        with self._lock:
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
        channels = self._vantage.channels[:1] if promise.of_resolver else self._vantage.channels
        with self._clock.spent("ask"):
            for watched in self._everywhere(channels, partial(self._watch, promise)):
                self._conclude(promise, watched)

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
            raise UndeterminedError(watched.last)

    def _ready_to_use(self) -> None:
        with self._clock.spent("prepare"):
            self.prepare()

    def _prepare(self) -> None:
        self._created = True
        self._have(self.namespace)
        if any(namespace == self.neighbour for namespace, _ in self._declared):
            self._neighbours = True
            self._have(self.neighbour)
        self._settled = time.monotonic()
        for name in self._asked:
            self._ask_everywhere(name)
        self.readings = []

    def _have(self, namespace: str) -> None:
        wanted = [
            self._placed(item) for place, manifest in self._declared if place == namespace for item in objects(manifest)
        ]
        self._target.create_namespace(namespace)
        self._target.wish_ready(namespace, ready=self._ready)
        if self._resolves and namespace == self.namespace:
            # Where there can be none, whoever asks for it hears why.
            with suppress(UndeterminedError):
                self._target.resolver(namespace)
        self._target.apply(wanted, namespace)
        self._target.settle(namespace)

    def _placed(self, item: Manifest) -> Manifest:
        """An object whose external name says ``my-namespace`` or ``neighbour``, with the names that those have."""
        external = item.data.get("spec", {}).get("externalName", "")
        named = external.replace("my-namespace.svc", f"{self.namespace}.svc").replace(
            "neighbour.svc", f"{self.neighbour}.svc"
        )
        if named == external:
            return item
        return replace(item, data={**item.data, "spec": {**item.data["spec"], "externalName": named}})

    def _ask_everywhere(self, written: str) -> None:
        for readings, _ in self._everywhere(self._vantage.channels, partial(self._look, judge.asked(written))):
            self.readings += readings

    def _everywhere(self, channels: Iterable[Channel], do: Callable[[Channel, Transport], _T]) -> Iterable[_T]:
        """What comes of asking on each channel over each transport, at the same time if there is a crew for it."""
        ways = [(channel, transport) for channel in channels for transport in self._vantage.transports]
        if self._crew is None:
            return (do(*way) for way in ways)
        return self._crew.map(lambda way: do(*way), ways)

    def _watch(self, promise: Promise, channel: Channel, transport: Transport) -> _Seen:
        deadlines = self._target.deadlines
        left = deadlines.becomes_seconds - (time.monotonic() - self._settled)
        return eventually(
            lambda: self._look(promise, channel, transport),
            lambda look: look[1] == "" and all(reading.kept for reading in look[0]),
            deadline_seconds=max(left, deadlines.insists_seconds),
            interval_seconds=deadlines.pause_seconds,
            in_a_row=deadlines.looks_in_a_row if self._changed else 1,
        )

    def _conclude(self, promise: Promise, watched: _Seen) -> None:
        readings, undetermined = watched.last
        self.readings += readings
        self.looks = (watched.attempts, watched.seconds)
        if not watched.good and undetermined:
            raise UndeterminedError(undetermined)
        if not watched.good:
            self._target.settle(self.namespace)
            raise NotConformantError(readings, promise.choices)

    def _look(self, promise: Promise, channel: Channel, transport: Transport) -> tuple[list[Reading], str]:
        """The readings up to the first broken one, and why nothing can be said, if so."""
        look = self._looking(channel, transport)
        readings: list[Reading] = []
        try:
            for reading in promise.judge(look):
                readings.append(reading)
                if not reading.kept:
                    if is_silent(reading.answer) and not self._answers_others(channel):
                        return readings, f"no DNS server answers at {channel.server}: {reading.answer.failure}"
                    break
        except UndeterminedError as error:
            return readings, str(error)
        return readings, ""

    def _looking(self, channel: Channel, transport: Transport) -> Look:
        deadlines = self._target.deadlines
        seconds = deadlines.question_seconds

        def ask_once(question: Question, *, edns: int | None = None, forwarded: bool = False) -> Answer:
            last = deadlines.forwarded_seconds if forwarded else seconds
            return insist(channel, question, transport, edns, (*deadlines.again_after_seconds, last))

        def ask_outside(question: Question) -> Answer:
            return ask(channel, question, transport=transport, timeout_seconds=deadlines.outside_seconds)

        def send_once(wire: bytes, about: Question) -> Answer:
            received = send(channel, wire, transport=transport, timeout_seconds=seconds)
            return read(received, about, transport=transport, server=channel.server, edns=None, seconds=0.0)

        def ask_together(questions: list[Question]) -> list[Answer]:
            return ask_all(channel, questions, transport=transport, timeout_seconds=seconds)

        return Look(
            state=self.state(),
            namespace=self.namespace,
            neighbour=self.neighbour,
            transport=transport,
            ask=ask_once,
            ask_outside=ask_outside,
            send=send_once,
            ask_together=ask_together,
            resolver=lambda: self._target.resolver(self.namespace),
        )

    def _answers_others(self, channel: Channel) -> bool:
        deadlines = self._target.deadlines
        waits = (*deadlines.again_after_seconds, deadlines.question_seconds)
        return answers_others(channel, self._vantage.transports, self.state().domain, waits)
