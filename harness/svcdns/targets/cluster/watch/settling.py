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
from svcdns.targets.cluster.watch.picture import Picture
from svcdns.targets.cluster.watch.readiness import Readiness
from svcdns.targets.cluster.watch.settled import lacking
from svcdns.targets.cluster.watch.watching import Watching

#: A pod of an image that is on the node runs after 1-2 s, 48 of them at a time on two cores after 20 s.
DEADLINE_SECONDS = 120.0

#: So many deadlines a namespace has while pods become ready elsewhere: then the nodes are busy, and its turn comes.
_PATIENCE = 5

#: The status of a workload is not watched; it follows its pods within some tens of milliseconds.
_PAUSE_SECONDS = 0.2

#: How many problems an error names; the first ones explain the others.
_NAMED = 4


class Settling:
    """Waits for namespaces; several threads may wait at a time.

    The deadline begins anew, a few times, where other pods became ready meanwhile.
    """

    def __init__(
        self, api: Api, watching: Watching, readiness: Readiness, *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Make ready to wait for namespaces in which pods are as ready as is wished."""
        self._api = api
        self._watching = watching
        self._readiness = readiness
        self._deadline_seconds = deadline_seconds
        self._lock = Lock()
        self._workloads: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._abandoned: set[str] = set()

    def expect(self, kind: str, name: str, namespace: str) -> None:
        """Wait for this object too from now on, if its kind makes pods."""
        if kind in workloads.KINDS:
            with self._lock:
                self._workloads[namespace].add((kind, name))

    def forget(self, namespace: str) -> set[tuple[str, str]]:
        """Expect nothing in a namespace any more; kind and name of each workload that was expected there."""
        with self._lock:
            return self._workloads.pop(namespace, set())

    def abandon(self, namespace: str) -> None:
        """Have nobody wait for a namespace any longer."""
        with self._lock:
            self._abandoned.add(namespace)
        self._watching.wake()

    def settle(self, namespace: str) -> None:
        """Wait until pods and EndpointSlices are as declared and wished, and all that is seen is up to date.

        Raises:
            UndeterminedError: if they are not so at the deadline, or when the namespace is abandoned; it names what is
                missing.
        """
        start = time.monotonic()
        end = start + self._deadline_seconds
        before = _ready(self._watching.picture())
        while problems := self._problems(namespace, end):
            now = _ready(self._watching.picture())
            if self._is_abandoned(namespace) or now <= before or end - start >= _PATIENCE * self._deadline_seconds:
                raise _unsettled(namespace, time.monotonic() - start, problems)
            before, end = now, end + self._deadline_seconds

    def _problems(self, namespace: str, end: float) -> list[str]:
        """What is missing at a moment by the monotonic clock; nothing as soon as nothing is."""
        while True:
            seconds = end - time.monotonic()
            looked = self._watching.wait_for(
                lambda picture: self._is_abandoned(namespace) or not self._lacks(picture, namespace), seconds
            )
            if (not looked or self._is_abandoned(namespace)) and (
                found := list(lacking(self._watching.picture(), namespace, self._readiness.wished))
            ):
                return found
            items = list(self._items(namespace))
            if self._finished(items, end):
                for kind in ("Pod", "EndpointSlice"):
                    self._watching.see_all(kind, namespace)
                picture = self._watching.picture()
                if not self._lacks(picture, namespace) and not any(self._unfinished(items, picture)):
                    return []
            elif (time.monotonic() >= end or self._is_abandoned(namespace)) and (
                found := list(self._unfinished(items, self._watching.picture()))
            ):
                return [*found, *self._warnings(namespace)]

    def _is_abandoned(self, namespace: str) -> bool:
        with self._lock:
            return namespace in self._abandoned

    def _lacks(self, picture: Picture, namespace: str) -> bool:
        return next(lacking(picture, namespace, self._readiness.wished), None) is not None

    def _items(self, namespace: str) -> Iterator[dict[str, Any]]:
        """The workloads that were declared and are still there."""
        with self._lock:
            expected = sorted(self._workloads[namespace])
        for kind, name in expected:
            if (item := self._api.get(kind, name, namespace)) is not None:
                yield item

    def _finished(self, items: list[dict[str, Any]], end: float) -> bool:
        """Whether nothing is left to do for workloads by what is seen; waits a moment for pods to be seen."""
        pause = min(_PAUSE_SECONDS, end - time.monotonic())
        return self._watching.wait_for(lambda picture: not any(self._unfinished(items, picture)), pause)

    def _unfinished(self, items: list[dict[str, Any]], picture: Picture) -> Iterator[str]:
        for item in items:
            if problem := workloads.unfinished(item, picture, self._readiness.wished):
                yield f'{item["kind"]} "{item["metadata"]["name"]}": {problem}'

    def _warnings(self, namespace: str) -> list[str]:
        """What controllers warn of, as far as it may be seen; pods have words of their own."""
        events: list[dict[str, Any]] = []
        with suppress(RefusedError):
            events = self._api.list("Event", namespace)
        events.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
        said = [
            f"{event.get('reason', '')}: {event.get('message', '')}"
            for event in events
            if event.get("type") == "Warning" and event["involvedObject"].get("kind") != "Pod"
        ]
        return list(dict.fromkeys(said))[-1:]


def _unsettled(namespace: str, seconds: float, problems: list[str]) -> UndeterminedError:
    more = f"; and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
    named = "; ".join(problems[:_NAMED])
    return UndeterminedError(f'the namespace "{namespace}" did not settle within {seconds:.0f} s: {named}{more}')


def _ready(picture: Picture) -> set[Key]:
    """The pods that are ready, wherever they are."""
    return {key for key, pod in picture.state.pods.items() if pod.ready}
