"""The life of the vantages: opened by one process, joined by others."""

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
from svcdns.targets.cluster.vantages.plan import VantagePlan
from svcdns.targets.cluster.vantages.pod_resolver import PodResolvers
from svcdns.targets.target import Capability, Vantage
from svcdns.targets.waits import Waits


class OpenVantages:
    """The vantages of a cluster, as a context manager.

    Its objects in the cluster have the run's label and are removed at the end of the context. The pods that resolve
    names are not: they go with the scenario's Namespace that they are in.
    """

    def __init__(
        self,
        own: Ownership,
        settings: ClusterSettings,
        shared: Mapping[str, Any] | None = None,
        waits: Waits | None = None,
    ) -> None:
        """Prepare to open the vantages.

        Args:
            own: the objects of the run.
            settings: the options.
            shared: what another process has shared, which then makes and removes everything.
            waits: is told what is waited for.
        """
        self._waits = waits or Waits()
        self._own = own
        self._settings = settings
        self._shared = shared

    def __enter__(self) -> Self:
        """Create what the vantage needs, and wait until every DNS server answers.

        Raises:
            UsageError: if DNS pods are not ready, or no vantage works; with advice.
        """
        with ExitStack() as life:
            if self._shared is None:
                self._plan, self._vantage = pick(self._own, self._settings, life, self._waits)
            else:
                self._plan = VantagePlan.shared(self._shared)
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
        """The vantages; inside the context."""
        return (self._vantage,)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The capabilities that come with these vantages; inside the context."""
        return frozenset({Capability.POD_RESOLVER} if self._plan.resolver_image else ())

    @property
    def note(self) -> str:
        """A line on which vantage is used and why; inside the context."""
        return self._plan.note

    @property
    def domain(self) -> str:
        """The cluster domain as a pod has it, where one was asked; inside the context."""
        return self._plan.domain

    def share(self) -> dict[str, Any]:
        """Return what another process needs to join, as plain data for JSON; inside the context."""
        return self._plan.share()

    def withdraw(self) -> None:
        """Start removing the probe's Namespace, which takes long; call it after the last query, before other waits."""
        if self._shared is None and self._plan.namespace:
            self._own.undo("Namespace", self._plan.namespace)

    def resolver(self, namespace: str) -> Resolver:
        """Return the resolver of a pod in a Namespace. The pod is created now; the first lookup waits for it.

        Raises:
            UndeterminedError: if no such pod can be made.
        """
        if not self._plan.resolver_image:
            raise UndeterminedError(f"there is no pod that could resolve names; {self.note}")
        return self._resolvers.of(namespace)
