"""A run's sign of life: a Lease that it renews."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from harness.errors import TargetError
from harness.targets.cluster.api import Api
from harness.targets.cluster.vantages import marks
from harness.targets.cluster.watching import Watching

#: Every cluster has it and it is nobody's; kube-system is often closed, and one of our own would itself be a leftover.
NAMESPACE = "default"

#: A run that was silent for this long is taken for dead, and what it left may be removed.
DURATION_SECONDS = 60
_RENEWAL_SECONDS = 15.0

_API_VERSION = "coordination.k8s.io/v1"


class Lease:
    """The Lease ``svcdns-<run>``, held from entering to leaving."""

    def __init__(self, api: Api, run: str, watching: Watching) -> None:
        """Make ready to hold the Lease of a run; ``watching`` hears of it if it cannot be renewed."""
        self._api = api
        self._run = run
        self._watching = watching
        self._ending = Event()
        self._thread = Thread(target=self._renew, name="svcdns-lease", daemon=True)

    def __enter__(self) -> Self:
        with ExitStack() as life:
            # Before it is written: an interrupted request may have reached the server.
            life.callback(self._delete)
            self._write()
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
        self._api.delete("Lease", name(self._run), NAMESPACE)

    def _renew(self) -> None:
        while not self._ending.wait(_RENEWAL_SECONDS):
            try:
                self._write()
            except Exception as error:  # noqa: BLE001 - a thread must not die unheard
                broken = (
                    error if isinstance(error, TargetError) else TargetError(f"the Lease is not renewed: {error!r}")
                )
                self._watching.failed("lease", broken)
            else:
                self._watching.failed("lease", None)

    def _write(self) -> None:
        self._api.apply(
            {
                "apiVersion": _API_VERSION,
                "kind": "Lease",
                "metadata": {"name": name(self._run), "namespace": NAMESPACE, "labels": {marks.RUN: self._run}},
                "spec": {
                    "holderIdentity": name(self._run),
                    "leaseDurationSeconds": DURATION_SECONDS,
                    "renewTime": self._api.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                },
            }
        )


def name(run: str) -> str:
    """The name of a run's Lease."""
    return f"svcdns-{run}"


def is_live(lease: dict[str, Any], now: datetime) -> bool:
    """Whether whoever holds a Lease is alive at a time of the API server's clock."""
    spec = lease.get("spec") or {}
    if not spec.get("renewTime"):
        return False
    renewed = datetime.fromisoformat(spec["renewTime"])
    return now - renewed < timedelta(seconds=spec.get("leaseDurationSeconds") or DURATION_SECONDS)
