"""Any Kubernetes cluster as a target: its API in dicts, its DNS servers by a vantage."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from harness.targets.cluster import leftovers
from harness.targets.cluster.api import Api
from harness.targets.cluster.cluster import LiveCluster
from harness.targets.cluster.leftovers import Cleaned
from harness.targets.cluster.settings import ClusterSettings

__all__ = ["Api", "Cleaned", "ClusterSettings", "LiveCluster", "clean"]


def clean(kubeconfig: Path | None, context: str) -> Cleaned:
    """Remove what killed runs have left on a cluster, and wait until it is gone.

    Args:
        kubeconfig: a file, or None for those of ``KUBECONFIG``, else ``~/.kube/config``.
        context: the context's name.

    Returns:
        what is gone, and what is left and why.

    Raises:
        UsageError: if the cluster cannot be reached.
        TargetError: if Leases may not be listed, or the connection is lost before anything is removed.
    """
    with closing(Api(kubeconfig, context)) as api:
        return leftovers.clean(api)
