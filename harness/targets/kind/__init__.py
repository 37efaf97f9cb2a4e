"""A kind cluster whose life the run owns: created for it, and deleted at its end."""

from __future__ import annotations

from harness.targets.kind.cluster import KindCluster
from harness.targets.kind.settings import KindSettings, Patience

__all__ = ["KindCluster", "KindSettings", "Patience"]
