"""The Lease of a run, which shows that the run is alive: it renews the Lease."""

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

#: Every cluster has this namespace. kube-system is often closed to users, and a namespace of our own could be left
#: behind.
NAMESPACE = "default"

#: A run that has not renewed its Lease for this long counts as dead, and its objects may be removed.
DURATION_SECONDS = 60
#: How often a live run renews it.
RENEWAL_SECONDS = 15.0

_API_VERSION = "coordination.k8s.io/v1"
_TASK = "renewing the Lease"


class Lease:
    """The Lease ``svcdns-<run>``, held as long as the context lasts."""

    def __init__(self, own: Ownership, watching: Watching) -> None:
        """Prepare to hold the Lease of a run; ``watching`` records when renewing it fails."""
        self._own = own
        self._watching = watching
        self._ending = Event()
        self._thread = Thread(target=self._renew, name="svcdns-lease", daemon=True)

    def __enter__(self) -> Self:
        """Create the Lease.

        Raises:
            UsageError: if a Lease of that name exists, since another run may have the same id.
        """
        with ExitStack() as life:
            # Registered before the request, which may reach the server even if it is interrupted.
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
            except Exception as error:  # noqa: BLE001 - a thread must not die unnoticed
                self._watching.failed(_TASK, error)
            else:
                self._watching.failed(_TASK, None)

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
        """Renew the Lease; create it again if somebody has deleted it."""
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
    """Return the name of a run's Lease."""
    return f"svcdns-{run}"


def run_of(lease: Mapping[str, Any]) -> str:
    """Return the id of the run that holds a Lease, or empty where no run has made it."""
    metadata = lease["metadata"]
    run = str((metadata.get("labels") or {}).get(marks.RUN, ""))
    ours = (metadata.get("namespace"), metadata["name"]) == (NAMESPACE, name(run)) and made_by(lease, run)
    return run if ours else ""


def is_live(lease: Mapping[str, Any], now: datetime) -> bool:
    """Return whether the holder of a Lease is alive at a time of the API server's clock.

    A Lease without a readable renewal time counts as dead, and so does one that is further in the future than a clock
    may be wrong.
    """
    renewed = renewed_at(lease)
    return renewed is not None and abs(now - renewed) < timedelta(seconds=DURATION_SECONDS)


def renewed_at(lease: Mapping[str, Any]) -> datetime | None:
    """Return when a Lease was last renewed, by the API server's clock; None where it does not say."""
    try:
        renewed = datetime.fromisoformat(lease["spec"]["renewTime"])
    except (KeyError, TypeError, ValueError):
        return None
    return renewed if renewed.tzinfo else renewed.replace(tzinfo=UTC)
