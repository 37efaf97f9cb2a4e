"""The life of a vantage, and how another process joins it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from svcdns.client.resolver import Resolver
from svcdns.errors import UndeterminedError
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages.joining import join
from svcdns.targets.cluster.vantages.picking import pick
from svcdns.targets.cluster.vantages.plan import Plan
from svcdns.targets.cluster.vantages.pod_resolver import PodResolvers
from svcdns.targets.target import Capability, Vantage


class OpenVantages:
    """Ways to the DNS servers of a cluster, as a context manager.

    What it makes in the cluster carries the run's label and is gone at the end of the context, but for the pods that
    resolve names: they go with the Namespace of whoever asked for them.
    """

    def __init__(self, own: Ownership, settings: ClusterSettings, shared: Mapping[str, Any] | None = None) -> None:
        """Decide nothing yet.

        Args:
            own: what the run has made.
            settings: what the user decides.
            shared: what another process has shared, which then makes and removes everything.
        """
        self._own = own
        self._settings = settings
        self._shared = shared

    def __enter__(self) -> Self:
        """Make what is needed, and wait until every DNS server answers.

        Raises:
            UsageError: if DNS pods are not ready, or no vantage works that may be used; with advice.
        """
        with ExitStack() as life:
            if self._shared is None:
                self._plan, self._vantage = pick(self._own, self._settings, life)
            else:
                self._plan = Plan.shared(self._shared)
                self._vantage = join(self._own, self._plan, life)
            self._resolvers = PodResolvers(self._own, self._plan.resolver_image)
            life.callback(self._resolvers.close)
            self._life = life.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._life.__exit__(kind, error, trace)

    @property
    def vantages(self) -> tuple[Vantage, ...]:
        """Where questions are asked from; inside the context."""
        return (self._vantage,)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What scenarios may need and these vantages can do; inside the context."""
        return frozenset({Capability.POD_RESOLVER} if self._plan.resolver_image else ())

    @property
    def note(self) -> str:
        """Which vantage it is and why, for people; inside the context."""
        return self._plan.note

    def share(self) -> dict[str, Any]:
        """What another process needs to join, as plain data for JSON; inside the context."""
        return self._plan.share()

    def withdraw(self) -> None:
        """Start removing what takes long to go; to be called when nobody will ask any more, before other waiting."""
        if self._shared is None and self._plan.namespace:
            self._own.undo("Namespace", self._plan.namespace)

    def resolver(self, namespace: str) -> Resolver:
        """The resolver of a pod in a Namespace: the pod is created now, and waited for when it is first asked.

        Raises:
            UndeterminedError: if there can be no such pod.
        """
        if not self._plan.resolver_image:
            raise UndeterminedError(f"there is no pod to resolve names in; {self.note}")
        return self._resolvers.of(namespace)
