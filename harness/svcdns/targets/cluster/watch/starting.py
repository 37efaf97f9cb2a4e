"""Notices that no pod of a run starts: its pods are not scheduled, their images cannot be had, or they are refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from threading import Lock

from svcdns.errors import NoPodStartsError
from svcdns.state import Key, Pod
from svcdns.targets.cluster.watch.view import ClusterView
from svcdns.targets.cluster.watch.watching import Watching
from svcdns.targets.target import PROBE_LABEL

#: A complaint about every pod has to last so long: a scheduler and a kubelet also complain about what is over in a moment.
COMPLAINT_SECONDS = 8.0

#: Without any complaint, so long may it take until the first pod runs; after that a plain pod is tried, which may show why.
SILENT_SECONDS = 25.0


class Starting:
    """Watches whether any pod of a run starts at all. As soon as one has, it has nothing to do any more.

    What is wrong with the pods of some scenarios need not be wrong with all: a plain pod, as the fixtures have them,
    decides. Several threads may use it at once.
    """

    def __init__(self, watching: Watching, causes: Callable[[], Collection[str]]) -> None:
        """Prepare to watch.

        Args:
            watching: shows the pods.
            causes: starts a plain pod and returns why it does not start; nothing where it starts, or may still do so.
        """
        self._watching = watching
        self._causes = causes
        self._trying = Lock()
        self._lock = Lock()
        self._started = False
        self._lines: tuple[str, ...] = ()
        #: Since when there are pods, and since when there is a complaint about each, by the monotonic clock.
        self._since: float | None = None
        self._complained: float | None = None

    def check(self, namespaces: Collection[str]) -> None:
        """Look at the pods of namespaces that have not settled yet.

        Raises:
            NoPodStartsError: if no pod of the run starts.
        """
        if self._started:
            return
        self._require_hope()
        if self._is_suspicious(self._watching.view(), namespaces):
            self.suspect(wait=False)

    def suspect(self, *, wait: bool) -> None:
        """Try a plain pod, unless some pod has started already.

        Args:
            wait: whether to wait for a trial that another thread makes.

        Raises:
            NoPodStartsError: if it does not start either.
        """
        if self._started or not self._trying.acquire(blocking=wait):
            return
        try:
            if not self._lines:
                self._lines = tuple(self._causes())
            with self._lock:
                # Where the pod may still start, as with a slow pull, everybody goes on waiting.
                self._since = self._complained = None
        finally:
            self._trying.release()
        self._require_hope()

    def _require_hope(self) -> None:
        if self._lines:
            raise NoPodStartsError(*self._lines)

    def _is_suspicious(self, view: ClusterView, namespaces: Collection[str]) -> bool:
        # A pod that only sends queries has another image, and may run where no other does.
        pods = {
            key: pod
            for key, pod in view.state.pods.items()
            if key.namespace in namespaces and PROBE_LABEL not in pod.labels
        }
        now = time.monotonic()
        with self._lock:
            if any(map(has_started, pods.values())):
                self._started = True
            awaited = [key for key in pods if not view.progress[key].is_gated]
            if self._started or not awaited:
                self._since = self._complained = None
                return False
            self._since = self._since or now
            complained = all(view.progress[key].obstacle for key in awaited)
            self._complained = (self._complained or now) if complained else None
            lasts = self._complained is not None and now - self._complained >= COMPLAINT_SECONDS
            return lasts or now - self._since >= SILENT_SECONDS


def has_started(pod: Pod) -> bool:
    """Return whether a pod runs, or has run."""
    return pod.phase == "Running" or pod.completed


def obstacles(view: ClusterView, pod: Key) -> str:
    """Return why a pod does not start; empty as long as nobody complains, or where it does not exist."""
    progress = view.progress.get(pod)
    return progress.obstacle if progress else ""
