"""A cluster's picture, kept up to date by watches."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Self

from svcdns.errors import TargetError, UndeterminedError
from svcdns.state import ClusterState
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.apiserver.refusal import MalformedError, RefusedError
from svcdns.targets.cluster.watch.picture import KINDS, Picture, Ref, number, ref_of

#: The first lists come within milliseconds; those of a large cluster take as long as a list may, by the `limits`.
_START_SECONDS = 300.0

#: How long a watch may lag behind what a write returned before it counts as lost.
_LAG_SECONDS = 30.0

#: Before a list or a watch that follows one that failed, or that ended at once: a server that ends everything is not to be
#: overrun. The pause is doubled each time, up to the longest, until one has lived for a while; chance keeps all who watch
#: from coming back at the same moment.
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 5.0
_WHILE_SECONDS = 5.0

#: How long those who watch may take to see that they are to end.
_FAREWELL_SECONDS = 5.0

_NOT_ALLOWED = frozenset({401, 403})


class Watching:
    """Threads that watch a cluster, one a kind, and what went wrong in any thread behind the scenes.

    As a context manager it watches from the moment that every kind was listed once.
    """

    def __init__(self, api: Api, domain: str) -> None:
        """Make ready to watch a cluster of a domain."""
        self._api = api
        self._picture = Picture(ClusterState(domain=domain))
        self._failures: dict[str, TargetError] = {}
        self._listed: set[str] = set()
        self._changed = Condition()
        self._turns = 0
        self._hurried = False
        self._ending = Event()
        self._threads = [
            Thread(target=self._follow, args=(kind,), name=f"svcdns-watch-{kind}", daemon=True) for kind in KINDS
        ]

    def __enter__(self) -> Self:
        with ExitStack() as life:
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

    def picture(self) -> Picture:
        """The cluster as it is seen now.

        Raises:
            UndeterminedError: if something went wrong behind the scenes, so that it may be otherwise.
        """
        with self._changed:
            for failure in self._failures.values():
                raise UndeterminedError(str(failure)) from failure
            return self._picture

    def held(self, namespace: str) -> dict[str, str]:
        """The pods of a namespace that a ``preStop`` hook holds while they are terminating, with their uids; as far as is seen."""
        with self._changed:
            picture = self._picture
        held = sorted(key for key, one in picture.progress.items() if key.namespace == namespace and one.held)
        return {key.name: picture.identities[Ref("Pod", key)].uid for key in held}

    def wait_for(self, good: Callable[[Picture], bool], deadline_seconds: float) -> bool:
        """Wait until a picture is good; False where none was by the deadline.

        Raises:
            UndeterminedError: if something goes wrong behind the scenes.
        """
        end = time.monotonic() + deadline_seconds
        while True:
            with self._changed:
                turn = self._turns
            if good(self.picture()):
                return True
            if not self._turned(turn, end - time.monotonic()):
                return False

    def catch_up(self, item: Mapping[str, Any]) -> None:
        """Wait until the picture is not older than what a write of a watched kind returned.

        Raises:
            UndeterminedError: if it stays older.
        """
        if item["kind"] in KINDS and item.get("apiVersion", "v1") in ("v1", "discovery.k8s.io/v1"):
            self._expect(lambda picture: picture.shows(item), item["kind"])

    def see_all(self, kind: str, namespace: str) -> None:
        """Wait until the picture is not older than what the API server has now of a kind in a namespace.

        Raises:
            UndeterminedError: if it stays older.
        """
        items, listed_at = self._api.snapshot(kind, namespace)
        there = {ref_of(item) for item in items}
        version = number(listed_at)

        def seen(picture: Picture) -> bool:
            return all(picture.shows(item) for item in items) and not any(
                ref.kind == kind and ref.key.namespace == namespace and ref not in there and known.version <= version
                for ref, known in picture.identities.items()
            )

        self._expect(seen, kind)

    def _expect(self, good: Callable[[Picture], bool], kind: str) -> None:
        looked = self.wait_for(lambda picture: self._hurried or good(picture), _LAG_SECONDS)
        if self._hurried:
            raise UndeterminedError(f"the run was interrupted, and waits for no {kind} any more")
        if not looked:
            raise UndeterminedError(f"the watch on {kind} lags more than {_LAG_SECONDS:.0f} s behind the API server")

    def hurry(self) -> None:
        """Let nobody wait any more until something is seen: the run was interrupted; a signal's handler may ask this."""
        self._hurried = True
        self.wake()

    def wake(self) -> None:
        """Have everybody who waits look again."""
        with self._changed:
            self._turns += 1
            self._changed.notify_all()

    def failed(self, who: str, error: TargetError | None) -> None:
        """Note what went wrong for somebody behind the scenes, or with None that it goes well again."""
        with self._changed:
            if error is None:
                self._failures.pop(who, None)
            else:
                self._failures[who] = error
        self.wake()

    def _turned(self, turn: int, seconds: float) -> bool:
        """Wait for the next turn; False where it did not come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._turns != turn, seconds)

    def _end(self) -> None:
        self._ending.set()
        self._api.end_watches()
        end = time.monotonic() + _FAREWELL_SECONDS
        for thread in self._threads:
            # One that still connects ends on its own, and does nothing more.
            thread.join(max(0.0, end - time.monotonic()))

    def _follow(self, kind: str) -> None:
        """List and watch a kind until the end; a watch that is lost is begun anew, with a list."""
        who = f"watch on {kind}"
        pauses = _Pauses(self._ending)
        try:
            while not self._ending.is_set():
                pauses.begin()
                try:
                    items, version = self._api.snapshot(kind)
                    self._draw(Picture.replaced, kind, items, number(version))
                    self._listed.add(kind)
                    self.failed(who, None)
                    self._watch(kind, version, pauses)
                except TargetError as error:
                    # Also where we may not: tokens run out and are renewed, and roles are fixed.
                    self.failed(who, error)
                pauses.wait()
        except Exception as error:  # noqa: BLE001 - a thread must not die unheard
            self.failed(who, error if isinstance(error, TargetError) else TargetError(f"the {who} broke: {error!r}"))

    def _watch(self, kind: str, version: str, pauses: _Pauses) -> None:
        """Follow the changes since a version for as long as it can be done.

        Raises:
            RefusedError: if we may not watch.
            MalformedError: if what the watch tells makes no sense.
        """
        try:
            while not self._ending.is_set():
                pauses.begin()
                for change, item in self._api.watch(kind, since=version):
                    self._draw(Picture.without if change == "DELETED" else Picture.put, item)
                    version = item["metadata"].get("resourceVersion") or version
                # The server ends a watch after some minutes, and the next one goes on where it was.
                pauses.wait()
        except RefusedError as error:
            if error.code in _NOT_ALLOWED:
                raise
        except MalformedError:
            raise
        except UndeterminedError:
            # The list that follows tells whether the server is still there.
            return

    def _draw(self, change: Callable[..., Picture], *arguments: Any) -> None:
        with self._changed:
            self._picture = change(self._picture, *arguments)
        self.wake()


class _Pauses:
    """What one who watches waits before it begins anew."""

    def __init__(self, ending: Event) -> None:
        self._ending = ending
        self._next = _PAUSE_SECONDS
        self._begun = time.monotonic()

    def begin(self) -> None:
        """Note that a list or a watch begins."""
        self._begun = time.monotonic()

    def wait(self) -> None:
        """Wait after it has ended; less long where it has lived for a while, and not beyond the end of all watching."""
        if time.monotonic() - self._begun >= _WHILE_SECONDS:
            self._next = _PAUSE_SECONDS
        self._ending.wait(self._next * random.uniform(0.5, 1))  # noqa: S311 - chance, no secret
        self._next = min(2 * self._next, _LONGEST_PAUSE_SECONDS)
