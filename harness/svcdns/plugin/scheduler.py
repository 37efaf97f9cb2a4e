"""xdist's scheduler for live targets; imported only where xdist is there."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

from svcdns.plugin.options import manifest_roots
from svcdns.plugin.shares import shares


class ByWorlds(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """Gives each worker all of its share at once, and what was kept back to whoever has almost finished.

    The first of that comes before everything else, so that workers have something to do until their pods are ready.
    """

    @cached_property
    def _shares(self) -> dict[str, int]:
        return shares(
            self.config.rootpath,
            self.collection or (),
            self.numnodes,
            self.config.invocation_params.dir,
            manifest_roots(self.config),
        )

    def _split_scope(self, nodeid: str) -> str:
        return str(self._shares[nodeid])

    def _assign_work_unit(self, node: Any) -> None:
        own, begun = node.gateway.id.removeprefix("gw"), bool(self.assigned_work.get(node))

        def rank(share: str) -> tuple[bool, bool, int]:
            """Which share comes first: that of another worker, which may have crashed, comes last of all."""
            belongs = int(share) < self.numnodes
            return belongs and share != own, (share == own) is not begun, int(share)

        self.workqueue.move_to_end(min(self.workqueue, key=rank), last=False)
        super()._assign_work_unit(node)
