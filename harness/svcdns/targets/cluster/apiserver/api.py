"""The Kubernetes API of one context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakMethod

from svcdns.targets.cluster.apiserver import kubectl, paths
from svcdns.targets.cluster.apiserver.connection import resolve
from svcdns.targets.cluster.apiserver.discovery import Discovery, Resource

Item = dict[str, Any]
Items = list[Item]
Arguments = list[str]
Labels = Mapping[str, str | None]


class Api:
    """The Kubernetes API of one context, in dicts, through lightkube.

    A ``kind`` is the bare Kind, such as ``Service``; an object of another API group than Kubernetes' own names its
    ``apiVersion`` or is found by API discovery. May be used by several threads. It reads; who writes is `writing`.

    Every method raises `RefusedError` where the server refuses, in the server's words, and `UndeterminedError` where
    the connection is refused or lost.

    Attributes:
        context: the context's name.
        server: the URL of the API server.
        version: the version of Kubernetes, such as ``v1.34.1``.
        client: the requests beneath, for `writing`.
    """

    def __init__(self, kubeconfig: Path | None, context: str) -> None:
        """Connect to the API server.

        Args:
            kubeconfig: a file, or None for those of ``KUBECONFIG``, else ``~/.kube/config``.
            context: the context's name.

        Raises:
            UsageError: if there is no such context, or its API server cannot be reached or does not know us.
        """
        # Only here: a run on the reference target does not pay for the import.
        from svcdns.targets.cluster.apiserver.client import Client  # noqa: PLC0415

        connection = resolve(kubeconfig, context)
        self._kubeconfig = kubeconfig
        self._hurrying: list[WeakMethod[Callable[[], None]]] = []
        self.context = context
        self.server = connection.server
        self.client = Client(connection)
        self._discovery = Discovery(self.client.read)
        with ExitStack() as life:
            life.callback(self.client.close)
            self.version = self.client.greet()
            life.pop_all()

    def resource(self, kind: str, api_version: str = "") -> Resource:
        """What a request for objects of a kind has to name.

        Raises:
            TargetError: if the API server does not serve it, or the ``apiVersion`` cannot be one.
        """
        return self._discovery.resource(kind, paths.checked_version(api_version) if api_version else "")

    def get(self, kind: str, name: str, namespace: str = "", *, api_version: str = "") -> Item | None:
        """An object, or None where there is none."""
        return self.client.get(self.resource(kind, api_version), name, namespace)

    def list(self, kind: str, namespace: str | None = None, *, labels: Labels | None = None) -> Items:
        """The objects of a kind that have the labels (None: with any value), in one namespace or in all."""
        return self.client.list(self.resource(kind), namespace, labels or {})[0]

    def snapshot(self, kind: str, namespace: str | None = None) -> tuple[Items, str]:
        """The objects of a kind, and the resource version from which `watch` goes on."""
        # All of a kind are for a watch, which ends with all others.
        return self.client.list(self.resource(kind), namespace, {}, watches=namespace is None)

    def may(self, verb: str, kind: str, namespace: str = "", *, subresource: str = "") -> bool:
        """Whether the API server lets us do something, in one namespace or in all."""
        return self.client.may(verb, self.resource(kind), namespace, subresource)

    def now(self) -> datetime:
        """The time by the API server's clock, which all who use it share."""
        return datetime.now(UTC) + self.client.clock_offset

    def watch(self, kind: str, namespace: str | None = None, *, since: str) -> Iterator[tuple[str, Item]]:
        """Changes after a resource version, as (``ADDED``, ``MODIFIED`` or ``DELETED``, object), until the watches are ended.

        Raises:
            RefusedError: also with code 410 once the server no longer knows what happened since; list again then.
        """
        return self.client.watch(self.resource(kind), namespace, since)

    def kubectl(self, *arguments: str) -> Arguments:
        """The argument list that runs kubectl with this kubeconfig and context; never for a shell."""
        return kubectl.command(self._kubeconfig, self.context, arguments)

    def logs(self, pod: str, namespace: str, *, container: str = "", lines: int = 200) -> str:
        """The last lines that a container wrote."""
        return self.client.logs(pod, namespace, container, lines)

    def hurry(self) -> None:
        """Wait for each answer only for a moment more, from now on: the run was interrupted, and ends."""
        self.client.hurry()
        for reference in list(self._hurrying):
            if (also := reference()) is not None:
                also()

    def hurry_with(self, also: Callable[[], None]) -> None:
        """Let `hurry` call a method as well, for as long as there is its object."""
        self._hurrying.append(WeakMethod(also))

    def end_watches(self) -> None:
        """End all watches, also those that are yet to begin; whoever waits on one sees it end."""
        self.client.end_watches()

    def close(self) -> None:
        """Close all connections."""
        self.client.close()
