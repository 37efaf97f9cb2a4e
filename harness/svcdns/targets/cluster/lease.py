"""A run's sign of life: a Lease that it renews."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from svcdns.errors import TargetError, UsageError
from svcdns.targets.cluster import marks
from svcdns.targets.cluster.apiserver.refusal import RefusedError
from svcdns.targets.cluster.ownership import Ownership, made_by
from svcdns.targets.cluster.watch.watching import Watching

#: Every cluster has it and it is nobody's; kube-system is often closed, and one of our own would itself be a leftover.
NAMESPACE = "default"

#: A run that was silent for this long is taken for dead, and what it left may be removed.
DURATION_SECONDS = 60
#: How often a run that lives renews it.
RENEWAL_SECONDS = 15.0

_API_VERSION = "coordination.k8s.io/v1"


class Lease:
    """The Lease ``svcdns-<run>``, held from entering to leaving."""

    def __init__(self, own: Ownership, watching: Watching) -> None:
        """Make ready to hold the Lease of a run; ``watching`` hears of it if it cannot be renewed."""
        self._own = own
        self._watching = watching
        self._ending = Event()
        self._thread = Thread(target=self._renew, name="svcdns-lease", daemon=True)

    def __enter__(self) -> Self:
        """Create the Lease.

        Raises:
            UsageError: if there is one of its name, which another run of the same id may hold.
        """
        with ExitStack() as life:
            # Before it is written: an interrupted request may have reached the server.
            life.callback(self._delete)
            self._create()
            life.pop_all()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._delete()

    def _delete(self) -> None:
        self._own.undo("Lease", name(self._own.run), NAMESPACE)

    def _renew(self) -> None:
        while not self._ending.wait(RENEWAL_SECONDS):
            try:
                self._prolong()
            except Exception as error:  # noqa: BLE001 - a thread must not die unheard
                broken = (
                    error if isinstance(error, TargetError) else TargetError(f"the Lease is not renewed: {error!r}")
                )
                self._watching.failed("lease", broken)
            else:
                self._watching.failed("lease", None)

    def _create(self) -> None:
        try:
            self._own.create(
                {
                    "apiVersion": _API_VERSION,
                    "kind": "Lease",
                    "metadata": {"name": name(self._own.run), "namespace": NAMESPACE},
                    "spec": self._spec(),
                }
            )
        except RefusedError:
            raise
        except TargetError as error:
            raise UsageError(f"the run's id {self._own.run} is in use: {error}; run again") from error

    def _prolong(self) -> None:
        """Say that the run lives; a Lease that somebody has deleted is created again."""
        try:
            self._own.change("Lease", name(self._own.run), NAMESPACE, {"spec": self._spec()})
        except TargetError:
            if self._own.api.get("Lease", name(self._own.run), NAMESPACE) is not None:
                raise
            self._create()

    def _spec(self) -> dict[str, Any]:
        return {
            "holderIdentity": name(self._own.run),
            "leaseDurationSeconds": DURATION_SECONDS,
            "renewTime": self._own.api.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }


def name(run: str) -> str:
    """The name of a run's Lease."""
    return f"svcdns-{run}"


def run_of(lease: Mapping[str, Any]) -> str:
    """The run that holds a Lease, or empty where it is not one that a run has made: where and how ours are is known."""
    metadata = lease["metadata"]
    run = str((metadata.get("labels") or {}).get(marks.RUN, ""))
    ours = (metadata.get("namespace"), metadata["name"]) == (NAMESPACE, name(run)) and made_by(lease, run)
    return run if ours else ""


def is_live(lease: Mapping[str, Any], now: datetime) -> bool:
    """Whether whoever holds a Lease is alive at a time of the API server's clock.

    A Lease that does not say when it was renewed, in words that can be read, is a dead one; so is one that was renewed
    further in the future than a clock may be wrong.
    """
    renewed = renewed_at(lease)
    return renewed is not None and abs(now - renewed) < timedelta(seconds=DURATION_SECONDS)


def renewed_at(lease: Mapping[str, Any]) -> datetime | None:
    """When a Lease was renewed last, by the clock of the API server; None where it does not say."""
    try:
        renewed = datetime.fromisoformat(lease["spec"]["renewTime"])
    except (KeyError, TypeError, ValueError):
        return None
    return renewed if renewed.tzinfo else renewed.replace(tzinfo=UTC)
