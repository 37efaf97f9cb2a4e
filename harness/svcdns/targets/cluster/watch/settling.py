"""Waiting until the controllers have nothing left to do in a namespace."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
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
from svcdns.targets.cluster.watch.view import ClusterView
from svcdns.targets.cluster.watch.watching import Watching

#: A pod whose image is on the node runs after 1-2 s; 48 of them at a time on two cores after 20 s.
DEADLINE_SECONDS = 120.0

#: The most deadlines of one namespace while pods become ready elsewhere: the nodes are busy then, and its pods wait.
_PATIENCE = 5

#: The status of a workload is not watched; it follows its pods within some tens of milliseconds.
_PAUSE_SECONDS = 0.2

#: How many problems an error names; the first ones explain the others.
_NAMED = 4


class Settling:
    """Waits until namespaces settle. Several threads may wait at once.

    The deadline begins again, a few times, if other pods became ready meanwhile.
    """

    def __init__(
        self, api: Api, watching: Watching, readiness: Readiness, *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Prepare to wait for namespaces whose pods are as ready as ``readiness`` wishes."""
        self._api = api
        self._watching = watching
        self._readiness = readiness
        self._deadline_seconds = deadline_seconds
        self._lock = Lock()
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
            UndeterminedError: if they are not at the deadline, or the namespace is abandoned; it names what is missing.
        """
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
        while True:
            seconds = end - time.monotonic()
            seen = self._watching.wait_for(
                lambda view: self._is_abandoned(namespace) or not self._lacks(view, namespace), seconds
            )
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
