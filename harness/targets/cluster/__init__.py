"""Any Kubernetes cluster as a target: its API in dicts, its DNS servers by a vantage."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from harness.targets.cluster import leftovers
from harness.targets.cluster.api import Api
from harness.targets.cluster.cluster import LiveCluster
from harness.targets.cluster.settings import ClusterSettings

__all__ = ["Api", "ClusterSettings", "LiveCluster", "clean"]


def clean(kubeconfig: Path | None, context: str) -> list[str]:
    """Remove what killed runs have left on a cluster.

    Args:
        kubeconfig: a file, or None for those of ``KUBECONFIG``, else ``~/.kube/config``.
        context: the context's name.

    Returns:
        what is being removed, each as kubectl would name it.

    Raises:
        UsageError: if the cluster cannot be reached.
        TargetError: if something may not be listed or removed.
    """
    with closing(Api(kubeconfig, context)) as api:
        return [str(left) for left in leftovers.clean(api)]
