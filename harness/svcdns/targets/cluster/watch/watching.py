"""The view of a cluster, kept up to date by watches."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Self

from svcdns.errors import TargetError, UndeterminedError
from svcdns.state import ClusterState
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.outages import LONGEST_SECONDS, STARTING_SECONDS
from svcdns.targets.cluster.apiserver.refusal import MalformedResponseError, RefusedError
from svcdns.targets.cluster.watch.view import KINDS, ClusterView, key_of, number

#: The longest wait for the first lists. They come within milliseconds; a large cluster may take as long as `limits`
#: allow.
_START_SECONDS = 300.0

#: How long a watch may lag behind the response to a write before it counts as lost.
_LAG_SECONDS = 30.0

#: How long a view is waited for after the API server was lost: as long as the server may be away, and start.
_CATCH_UP_SECONDS = LONGEST_SECONDS + STARTING_SECONDS

#: The pause before a list or a watch that follows one that failed or ended at once. It doubles each time up to the
#: longest, until one has lasted for a while. Chance keeps the watches from coming back all at the same moment.
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 5.0
_WHILE_SECONDS = 5.0

#: How long the threads may take to end.
_FAREWELL_SECONDS = 5.0

_NOT_ALLOWED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class Watching:
    """Threads that watch a cluster, one per kind. It also keeps the failures of the run's other background threads.

    As a context manager it starts the threads, and waits until every kind was listed once.
    """

    def __init__(self, api: Api, domain: str) -> None:
        """Prepare to watch a cluster with a cluster domain."""
        self._api = api
        self._view = ClusterView(ClusterState(domain=domain))
        self._failures: dict[str, TargetError] = {}
        self._listed: set[str] = set()
        #: The kinds that were not listed since the server was lost: what is shown of them may be out of date.
        self._interrupted: set[str] = set()
        self._losses = 0
        self._changed = Condition()
        self._changes = 0
        self._hurried = False
        self._ending = Event()
        self._threads = [
            Thread(target=self._follow, args=(kind,), name=f"svcdns-watch-{kind}", daemon=True) for kind in KINDS
        ]

    def __enter__(self) -> Self:
        with ExitStack() as life:
            self._api.outages.tell(self._lost)
            for thread in self._threads:
                thread.start()
            life.callback(self._end)
            if not self.wait_for(lambda _: self._listed.issuperset(KINDS), _START_SECONDS):
                raise UndeterminedError(f"{self._api.server} did not list its objects within {_START_SECONDS:.0f} s")
            life.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def correct_domain(self, domain: str) -> None:
        """Set the cluster domain, which was not known when the watches began."""
        with self._changed:
            self._view = replace(self._view, state=replace(self._view.state, domain=domain))

    def view(self) -> ClusterView:
        """Return the cluster as the watches show it now; while the API server is lost, wait until they have caught up.

        Raises:
            UndeterminedError: if a background thread has failed, so that the view may be out of date.
        """
        with self._changed:
            end = time.monotonic() + _CATCH_UP_SECONDS
            while self._interrupted and not (self._failures or self._hurried or self._ending.is_set()):
                if not self._changed.wait(end - time.monotonic()) and time.monotonic() >= end:
                    raise UndeterminedError(
                        f"the watches on {self._api.server} did not catch up within {_CATCH_UP_SECONDS:.0f} s"
                    )
            for failure in self._failures.values():
                raise UndeterminedError(str(failure)) from failure
            return self._view

    def held_pods(self, namespace: str) -> dict[str, str]:
        """Return the pods of a namespace with a ``preStop`` hook, and their uids, even after a background thread has failed."""
        with self._changed:
            view = self._view
        held = sorted(key for key, pod in view.progress.items() if key.namespace == namespace and pod.held)
        return {key.name: view.uid(key) for key in held}

    def wait_for(self, good: Callable[[ClusterView], bool], deadline_seconds: float) -> bool:
        """Wait until a view is good; return False where none was by the deadline.

        Raises:
            UndeterminedError: if a background thread fails.
        """
        end = time.monotonic() + deadline_seconds
        while True:
            with self._changed:
                changes = self._changes
            begun = time.monotonic()
            view = self.view()
            # While the server is lost, no time passes for those who wait for it to do something.
            end += time.monotonic() - begun
            if good(view):
                return True
            if not self._changed_since(changes, end - time.monotonic()):
                return False

    def catch_up(self, item: Mapping[str, Any]) -> None:
        """Wait until the view is at least as new as the response to a write of a watched kind.

        Raises:
            UndeterminedError: if it stays older.
        """
        if item["kind"] in KINDS and item.get("apiVersion", "v1") in ("v1", "discovery.k8s.io/v1"):
            self._expect(lambda view: view.shows(item), item["kind"])

    def see_all(self, kind: str, namespace: str) -> None:
        """Wait until the view is at least as new as what the API server now lists of a kind in a namespace.

        Raises:
            UndeterminedError: if it stays older.
        """
        items, listed_at = self._api.snapshot(kind, namespace)
        listed = {key_of(item) for item in items}
        version = number(listed_at)

        def seen(view: ClusterView) -> bool:
            return all(view.shows(item) for item in items) and not any(
                key.namespace == namespace and key not in listed and meta.version <= version
                for key, meta in view.metadata[kind].items()
            )

        self._expect(seen, kind)

    def _expect(self, good: Callable[[ClusterView], bool], kind: str) -> None:
        seen = self.wait_for(lambda view: self._hurried or good(view), _LAG_SECONDS)
        if self._hurried:
            raise UndeterminedError(f"the run was interrupted and waits for no {kind} any more")
        if not seen:
            raise UndeterminedError(f"the watch on {kind}s lags more than {_LAG_SECONDS:.0f} s behind the API server")

    def hurry(self) -> None:
        """End every wait for the view to catch up: the run was interrupted. A signal handler may call this."""
        self._hurried = True
        self.wake()

    def wake(self) -> None:
        """Let every waiting thread check its condition again."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def failed(self, task: str, error: Exception | None) -> None:
        """Record that a background task has failed, or with None that it works again."""
        with self._changed:
            if error is None:
                self._failures.pop(task, None)
            else:
                self._failures[task] = (
                    error if isinstance(error, TargetError) else TargetError(f"{task} failed: {error!r}")
                )
        self.wake()

    def _changed_since(self, changes: int, seconds: float) -> bool:
        """Wait for the next change; return False where it did not come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._changes != changes, seconds)

    def _lost(self) -> None:
        """Note that the server was lost; whatever its watches have missed since is listed before the view is used again."""
        with self._changed:
            self._losses += 1
            self._interrupted |= self._listed
        self._api.restart_watches()

    def _end(self) -> None:
        self._ending.set()
        self.wake()
        self._api.end_watches()
        end = time.monotonic() + _FAREWELL_SECONDS
        for thread in self._threads:
            # A thread that still connects ends later by itself, and changes nothing.
            thread.join(max(0.0, end - time.monotonic()))

    def _follow(self, kind: str) -> None:
        """List and watch a kind until the end; after a watch is lost, list again."""
        task = f"the watch on {kind}s"
        pauses = _Pauses(self._ending)
        try:
            while not self._ending.is_set():
                pauses.begin()
                losses = self._losses
                try:
                    items, version = self._api.snapshot(kind)
                    self._update(ClusterView.replaced, kind, items, number(version))
                    self._caught_up(kind, losses)
                    self.failed(task, None)
                    self._watch(kind, version, pauses, losses)
                except TargetError as error:
                    # Tried again even where it is forbidden: tokens are renewed and roles fixed.
                    self.failed(task, error)
                pauses.wait()
        except Exception as error:  # noqa: BLE001 - a thread must not die unnoticed
            self.failed(task, error)

    def _caught_up(self, kind: str, losses: int) -> None:
        """Note that a kind was listed, which began after so many losses of the server."""
        with self._changed:
            self._listed.add(kind)
            if self._losses == losses:
                self._interrupted.discard(kind)
        self.wake()

    def _watch(self, kind: str, version: str, pauses: _Pauses, losses: int) -> None:
        """Follow the changes since a version as long as possible, and the server is not lost.

        Raises:
            RefusedError: if we may not watch.
            MalformedResponseError: if an event is malformed.
        """
        try:
            while not self._ending.is_set() and self._losses == losses:
                pauses.begin()
                for change, item in self._api.watch(kind, since=version, is_wanted=lambda: self._losses == losses):
                    self._update(ClusterView.without if change == "DELETED" else ClusterView.put, item)
                    version = item["metadata"].get("resourceVersion") or version
                # The server ends a watch after some minutes; the next one continues from there.
                pauses.wait()
        except RefusedError as error:
            if error.code in _NOT_ALLOWED and not self._api.outages.is_recent():
                raise
            self._is_behind(kind)
        except MalformedResponseError:
            raise
        except UndeterminedError:
            # The list that follows shows whether the server can still be reached.
            self._is_behind(kind)

    def _is_behind(self, kind: str) -> None:
        """Note that a kind has to be listed again before it is looked at."""
        with self._changed:
            self._interrupted.add(kind)

    def _update(self, change: Callable[..., ClusterView], *arguments: Any) -> None:
        with self._changed:
            self._view = change(self._view, *arguments)
        self.wake()


class _Pauses:
    """The growing pauses of one thread between its lists and watches."""

    def __init__(self, ending: Event) -> None:
        self._ending = ending
        self._next = _PAUSE_SECONDS
        self._begun = time.monotonic()

    def begin(self) -> None:
        """Note that a list or a watch begins."""
        self._begun = time.monotonic()

    def wait(self) -> None:
        """Pause after a list or a watch has ended: briefly if it lasted for a while, and not beyond the end of watching."""
        if time.monotonic() - self._begun >= _WHILE_SECONDS:
            self._next = _PAUSE_SECONDS
        self._ending.wait(self._next * random.uniform(0.5, 1))  # noqa: S311 - chance, no secret
        self._next = min(2 * self._next, _LONGEST_PAUSE_SECONDS)
