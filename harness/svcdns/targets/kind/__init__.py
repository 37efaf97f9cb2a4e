"""A kind cluster that the run creates and deletes, or one that exists and stays."""

from __future__ import annotations

from svcdns.targets.kind.cluster import KindCluster
from svcdns.targets.kind.settings import KindSettings, Patience

__all__ = ["KindCluster", "KindSettings", "Patience"]
