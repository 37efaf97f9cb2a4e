"""A kind cluster whose life the run owns: created for it, and deleted at its end."""

from __future__ import annotations

from svcdns.targets.kind.cluster import KindCluster
from svcdns.targets.kind.settings import KindSettings, Patience

__all__ = ["KindCluster", "KindSettings", "Patience"]
