"""Waiting until the controllers have nothing left to do in a namespace."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

from svcdns.errors import UndeterminedError
from svcdns.state import Key
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.watch import workloads
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settled import lacking
from svcdns.targets.cluster.watch.starting import Starting
from svcdns.targets.cluster.watch.view import ClusterView
from svcdns.targets.cluster.watch.watching import Watching
from svcdns.targets.waits import Waits

#: A pod whose image is on the node runs after 1-2 s; 48 of them at a time on two cores after 20 s.
DEADLINE_SECONDS = 120.0

#: The most deadlines of one namespace while pods become ready elsewhere: the nodes are busy then, and its pods wait.
_PATIENCE = 5

#: The status of a workload is not watched; it follows its pods within some tens of milliseconds.
_PAUSE_SECONDS = 0.2

#: How often it is checked whether waiting is useless.
_CHECK_SECONDS = 1.0

#: A workload without all of its pods after so long may not be allowed to have them: a controller creates one in milliseconds.
_UNALLOWED_SECONDS = 2.0

#: How many problems an error names; the first ones explain the others.
_NAMED = 4


class Settling:
    """Waits until namespaces settle. Several threads may wait at once.

    The deadline begins again, a few times, if other pods became ready meanwhile.
    """

    def __init__(
        self,
        api: Api,
        watching: Watching,
        readiness: Readiness,
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        starting: Starting | None = None,
        refusal: Callable[[Mapping[str, Any]], str] = lambda _: "",
        waits: Waits | None = None,
    ) -> None:
        """Prepare to wait.

        Args:
            api: the API of the cluster.
            watching: shows the pods and EndpointSlices.
            readiness: wishes how ready the pods are to be.
            deadline_seconds: how long a namespace may take, if no other pod became ready meanwhile.
            starting: notices that no pod of the run starts.
            refusal: returns why the API server refuses a workload's pods, or nothing.
            waits: is told what is waited for.
        """
        self._api = api
        self._watching = watching
        self._readiness = readiness
        self._deadline_seconds = deadline_seconds
        self._starting = starting
        self._refusal = refusal
        self._waits = waits or Waits()
        self._lock = Lock()
        #: The namespaces that are waited for now, each as often as it is.
        self._unsettled: list[str] = []
        self._workloads: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._abandoned: set[str] = set()

    def expect(self, kind: str, name: str, namespace: str) -> None:
        """Wait for this object too from now on, if it is a workload."""
        if kind in workloads.KINDS:
            with self._lock:
                self._workloads[namespace].add((kind, name))

    def forget(self, namespace: str) -> set[tuple[str, str]]:
        """Expect nothing in a namespace any more; return the kind and name of each workload that was expected there."""
        with self._lock:
            return self._workloads.pop(namespace, set())

    def abandon(self, namespace: str) -> None:
        """End every wait for a namespace, now and later."""
        with self._lock:
            self._abandoned.add(namespace)
        self._watching.wake()

    def settle(self, namespace: str) -> None:
        """Wait until pods and EndpointSlices are as declared and wished, and the view is up to date.

        Raises:
            UndeterminedError: if they are not at the deadline, cannot be, or the namespace is abandoned; it names what is
                missing.
            NoPodStartsError: if no pod of the run starts.
        """
        with self._lock:
            self._unsettled.append(namespace)
        try:
            with self._waits.on(lambda: self._words(namespace)):
                self._settle(namespace)
        finally:
            with self._lock:
                self._unsettled.remove(namespace)

    def _words(self, namespace: str) -> str:
        """Return what a namespace lacks first, in words for the progress of a run."""
        lacks = next(lacking(self._watching.view(), namespace, self._readiness.wished), "its controllers")
        return f"{namespace}: {lacks}"

    def _settle(self, namespace: str) -> None:
        start = time.monotonic()
        end = start + self._deadline_seconds
        before = _ready(self._watching.view())
        while problems := self._problems(namespace, end):
            now = _ready(self._watching.view())
            if self._is_abandoned(namespace) or now <= before or end - start >= _PATIENCE * self._deadline_seconds:
                raise _unsettled(namespace, time.monotonic() - start, problems)
            before, end = now, end + self._deadline_seconds

    def _problems(self, namespace: str, end: float) -> list[str]:
        """Return what is missing at a moment of the monotonic clock; return nothing as soon as nothing is missing."""
        check_at = time.monotonic() + _UNALLOWED_SECONDS
        while True:
            seconds = min(end - time.monotonic(), _CHECK_SECONDS)
            seen = self._watching.wait_for(
                lambda view: self._is_abandoned(namespace) or not self._lacks(view, namespace), seconds
            )
            if self._starting is not None:
                self._starting.check(self._waited_for())
            if not seen and time.monotonic() < end:
                continue
            if (not seen or self._is_abandoned(namespace)) and (
                problems := list(lacking(self._watching.view(), namespace, self._readiness.wished))
            ):
                return problems
            items = list(self._items(namespace))
            if self._finished(items, end):
                for kind in ("Pod", "EndpointSlice"):
                    self._watching.see_all(kind, namespace)
                view = self._watching.view()
                if not self._lacks(view, namespace) and not any(self._unfinished(items, view)):
                    return []
            elif (time.monotonic() >= end or self._is_abandoned(namespace)) and (
                problems := list(self._unfinished(items, self._watching.view()))
            ):
                return [*problems, *self._warnings(namespace)]
            elif time.monotonic() >= check_at:
                check_at = time.monotonic() + _UNALLOWED_SECONDS
                self._require_allowed(namespace, items)

    def _require_allowed(self, namespace: str, items: list[dict[str, Any]]) -> None:
        """See that the API server takes the pods that workloads still lack; a controller would try for ever.

        A pod that terminates may make room in a quota, so that nothing is certain before it is gone.

        Raises:
            UndeterminedError: if it does not; in its words.
            NoPodStartsError: if it takes no pod of the run.
        """
        view = self._watching.view()
        if any(key.namespace == namespace and pod.terminating for key, pod in view.state.pods.items()):
            return
        for item in items:
            problem = workloads.unfinished(item, view, self._readiness.wished)
            if problem and (refused := self._refusal(item)):
                if self._starting is not None:
                    self._starting.suspect(wait=True)
                raise UndeterminedError(
                    f'{item["kind"]} "{item["metadata"]["name"]}" in the namespace "{namespace}" gets no pods: {refused}'
                )

    def _waited_for(self) -> set[str]:
        with self._lock:
            return set(self._unsettled)

    def _is_abandoned(self, namespace: str) -> bool:
        with self._lock:
            return namespace in self._abandoned

    def _lacks(self, view: ClusterView, namespace: str) -> bool:
        return next(lacking(view, namespace, self._readiness.wished), None) is not None

    def _items(self, namespace: str) -> Iterator[dict[str, Any]]:
        """Yield the workloads that were declared and still exist."""
        with self._lock:
            expected = sorted(self._workloads[namespace])
        for kind, name in expected:
            if (item := self._api.get(kind, name, namespace)) is not None:
                yield item

    def _finished(self, items: list[dict[str, Any]], end: float) -> bool:
        """Wait a moment for the view; return whether by it the workloads' controllers have nothing left to do."""
        pause = min(_PAUSE_SECONDS, end - time.monotonic())
        return self._watching.wait_for(lambda view: not any(self._unfinished(items, view)), pause)

    def _unfinished(self, items: list[dict[str, Any]], view: ClusterView) -> Iterator[str]:
        for item in items:
            if problem := workloads.unfinished(item, view, self._readiness.wished):
                yield f'{item["kind"]} "{item["metadata"]["name"]}": {problem}'

    def _warnings(self, namespace: str) -> list[str]:
        """Return the last warning about an object other than a pod, if we may read events; pods name their own problems."""
        events: list[dict[str, Any]] = []
        with suppress(RefusedError):
            events = self._api.events(namespace)
        warnings = [
            f"{event.get('reason', '')}: {event.get('message', '')}"
            for event in events
            if event.get("type") == "Warning" and event["involvedObject"].get("kind") != "Pod"
        ]
        return list(dict.fromkeys(warnings))[-1:]


def _unsettled(namespace: str, seconds: float, problems: list[str]) -> UndeterminedError:
    more = f"; and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
    named = "; ".join(problems[:_NAMED])
    return UndeterminedError(f'the namespace "{namespace}" did not settle within {seconds:.0f} s: {named}{more}')


def _ready(view: ClusterView) -> set[Key]:
    """Return the pods that are ready, in any namespace."""
    return {key for key, pod in view.state.pods.items() if pod.ready}
