"""What the Given steps of a scenario declare, as data: scenarios that declare the same may use the same Namespace."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from svcdns.errors import HarnessError
from svcdns.manifests import Manifest, is_known
from svcdns.manifests.sources import PACKAGED, Sources

#: Kinds that are pods or create some, as many as their replicas are.
WORKLOADS = frozenset({"Pod", "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


@dataclass(frozen=True)
class Declaration:
    """What a scenario finds when its first When or Then begins; equal declarations give equal Namespaces.

    Attributes:
        sources: the directories that hold its manifests.
        manifests: the names of the manifests applied in its Namespace, in order.
        neighbour: those applied in the neighbouring Namespace.
        ready: whether pods become ready without being told to.
        asked: the names that a client queried before anything changed.
        host_network: whether its pods may use the network of their node.
    """

    sources: Sources = PACKAGED
    manifests: tuple[str, ...] = ()
    neighbour: tuple[str, ...] = ()
    ready: bool = True
    asked: tuple[str, ...] = ()
    host_network: bool = False

    def objects(self, *, neighbour: bool = False) -> list[Manifest]:
        """Read the objects declared in the scenario's Namespace, or in the neighbouring one.

        Raises:
            ManifestError: if a manifest cannot be read.
        """
        return [
            item for name in (self.neighbour if neighbour else self.manifests) for item in self.sources.objects(name)
        ]

    @cached_property
    def workloads(self) -> Declaration | None:
        """The part that decides which pods there are, or None where there are none."""
        kept = tuple(name for name in self.manifests if self._pods(name))
        neighbour = tuple(name for name in self.neighbour if self._pods(name))
        if not kept and not neighbour:
            return None
        return Declaration(self.sources, kept, neighbour, host_network=self.host_network)

    @cached_property
    def pods(self) -> int:
        """How many pods it declares."""
        return sum(map(self._pods, (*self.manifests, *self.neighbour)))

    def _pods(self, name: str) -> int:
        with suppress(HarnessError):
            # The scenario meets what cannot be read at the step that names it, and reports it.
            return declared_pods(self.sources.objects(name))
        return 0

    def with_manifest(self, name: str, *, neighbour: bool = False) -> Declaration:
        """Add a manifest."""
        if neighbour:
            return self if name in self.neighbour else replace(self, neighbour=(*self.neighbour, name))
        return self if name in self.manifests else replace(self, manifests=(*self.manifests, name))

    def with_query(self, name: str) -> Declaration:
        """Add a name that a client queried before anything changed."""
        return self if name in self.asked else replace(self, asked=(*self.asked, name))


def declared_pods(objects: Iterable[Manifest]) -> int:
    """How many pods some objects are or create."""
    return sum(
        int(item.data["spec"].get("replicas", 1)) for item in objects if item.kind in WORKLOADS and is_known(item)
    )


def require_once(objects: Iterable[Manifest]) -> None:
    """See that no object is declared twice, since one of the two would have no effect.

    Raises:
        ManifestError: if one is.
    """
    seen: dict[tuple[str, str, str, str], Manifest] = {}
    for item in objects:
        first = seen.setdefault((item.api_version, item.kind, item.namespace, item.name), item)
        if first is not item:
            raise item.error(f"is declared twice, first in {first.path}:{first.line()}: remove one")
