"""xdist's scheduler for live targets; imported only where xdist is there."""

from __future__ import annotations

from functools import cached_property

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

from harness.plugin.shares import shares


class ByWorlds(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """Gives each worker all of its share at once."""

    @cached_property
    def _shares(self) -> dict[str, int]:
        return shares(self.config.rootpath, self.collection or (), self.numnodes)

    def _split_scope(self, nodeid: str) -> str:
        return str(self._shares[nodeid])
