"""The Kubernetes API of one kubeconfig context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakMethod

from svcdns.targets.cluster.apiserver import kubectl, paths
from svcdns.targets.cluster.apiserver.discovery import Discovery, Resource
from svcdns.targets.cluster.apiserver.kubeconfig import resolve
from svcdns.targets.cluster.apiserver.outages import Outages

Item = dict[str, Any]
Items = list[Item]
Arguments = list[str]
Labels = Mapping[str, str | None]


class Api:
    """The Kubernetes API of one kubeconfig context: reads, with objects as dicts. `writing` sends the writes.

    A ``kind`` is a bare kind, such as ``Service``. For a kind of another API group than Kubernetes' own, name the
    ``apiVersion``; without it, API discovery finds the group. Several threads may use it at once.

    Every method raises `RefusedError` where the server refuses, in the server's words, and `UndeterminedError` where
    the connection is refused or lost.

    Attributes:
        context: the context's name.
        server: the URL of the API server.
        version: the version of Kubernetes, such as ``v1.34.1``.
        client: the requests, for `writing`.
    """

    def __init__(self, kubeconfig: Path | None, context: str, *, patient: bool = False) -> None:
        """Connect to the API server.

        Args:
            kubeconfig: a file, or None for those of ``KUBECONFIG``, else ``~/.kube/config``.
            context: the context's name.
            patient: whether to wait for a server that cannot be reached now, since it could be before.

        Raises:
            UsageError: if there is no such context, or its API server cannot be reached or rejects the credentials.
        """
        # Imported here, so that a run on the reference target does not load lightkube.
        from svcdns.targets.cluster.apiserver.client import Client  # noqa: PLC0415

        chosen = resolve(kubeconfig, context)
        self._kubeconfig = kubeconfig
        self._hurried_too: list[WeakMethod[Callable[[], None]]] = []
        self.context = context
        self.server = chosen.server
        self.client = Client(chosen)
        self._discovery = Discovery(self.client.read)
        with ExitStack() as life:
            life.callback(self.client.close)
            self.version = self.client.greet(patient=patient)
            life.pop_all()

    def resource(self, kind: str, api_version: str = "") -> Resource:
        """Return the resource of a kind: its group, version and plural.

        Raises:
            TargetError: if the API server does not serve it, or the ``apiVersion`` is not one.
        """
        return self._discovery.resource(kind, paths.checked_version(api_version) if api_version else "")

    def get(self, kind: str, name: str, namespace: str = "", *, api_version: str = "") -> Item | None:
        """Return an object, or None where there is none."""
        return self.client.get(self.resource(kind, api_version), name, namespace)

    def list(self, kind: str, namespace: str | None = None, *, labels: Labels | None = None) -> Items:
        """Return the objects of a kind that have the labels (None: with any value), in one namespace or in all."""
        return self.client.list(self.resource(kind), namespace, labels or {})[0]

    def events(self, namespace: str) -> Items:
        """Return the Events of a namespace, the latest last."""
        return sorted(
            self.list("Event", namespace),
            key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "",
        )

    def snapshot(self, kind: str, namespace: str | None = None) -> tuple[Items, str]:
        """Return the objects of a kind, and the resource version from which `watch` continues."""
        # A list over all namespaces is the first step of a watch, so `end_watches` ends it too.
        return self.client.list(self.resource(kind), namespace, {}, watches=namespace is None)

    def may(self, verb: str, kind: str, namespace: str = "", *, subresource: str = "") -> bool:
        """Return whether the API server allows a verb, in one namespace or in all."""
        return self.client.may(verb, self.resource(kind), namespace, subresource)

    def now(self) -> datetime:
        """Return the time by the API server's clock, which all its clients share."""
        return datetime.now(UTC) + self.client.clock_offset

    def watch(
        self,
        kind: str,
        namespace: str | None = None,
        *,
        since: str,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Iterator[tuple[str, Item]]:
        """Yield the changes after a resource version as (``ADDED``, ``MODIFIED`` or ``DELETED``, object), until `end_watches`.

        Args:
            kind: the kind.
            namespace: the namespace, or None for all.
            since: the resource version.
            is_wanted: called before each change is awaited; where it returns False, the watch ends.

        Raises:
            RefusedError: with code 410 also where the server no longer has the changes since then; list again.
        """
        return self.client.watch(self.resource(kind), namespace, since, is_wanted)

    def kubectl(self, *arguments: str) -> Arguments:
        """Return the argument list that runs kubectl with this kubeconfig and context; it is not for a shell."""
        return kubectl.command(self._kubeconfig, self.context, arguments)

    def logs(self, pod: str, namespace: str, *, container: str = "", lines: int = 200) -> str:
        """Return the last lines that a container wrote."""
        return self.client.logs(pod, namespace, container, lines)

    def hurry(self) -> None:
        """Allow each request only a moment from now on: the run was interrupted."""
        self.client.hurry()
        for reference in list(self._hurried_too):
            if (method := reference()) is not None:
                method()

    def hurry_with(self, method: Callable[[], None]) -> None:
        """Let `hurry` call a bound method too, as long as its object exists."""
        self._hurried_too.append(WeakMethod(method))

    @property
    def outages(self) -> Outages:
        """When the API server could not be reached."""
        return self.client.outages

    def restart_watches(self) -> None:
        """End the watches that are under way; others may begin."""
        self.client.restart_watches()

    def end_watches(self) -> None:
        """End all watches, and let no further one begin."""
        self.client.end_watches()

    def close(self) -> None:
        """Close all connections."""
        self.client.close()
