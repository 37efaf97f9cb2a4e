"""Any Kubernetes cluster as a target: its API in dicts, its DNS servers by a vantage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from svcdns.targets.cluster import leftovers
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.cluster import LiveCluster
from svcdns.targets.cluster.leftovers import Cleaned, Found
from svcdns.targets.cluster.settings import ClusterSettings

__all__ = ["Api", "Cleaned", "ClusterSettings", "Found", "LiveCluster", "clean"]


def clean(kubeconfig: Path | None, context: str, confirm: Callable[[str, Found], bool] = lambda _, __: True) -> Cleaned:
    """Remove what killed runs have left on a cluster, and wait until it is gone.

    Args:
        kubeconfig: a file, or None for those of ``KUBECONFIG``, else ``~/.kube/config``.
        context: the context's name.
        confirm: is shown the API server's URL and what was found, and says whether it is removed.

    Returns:
        what is gone, and what is left and why.

    Raises:
        UsageError: if the cluster cannot be reached.
        TargetError: if Leases may not be listed, or the connection is lost before anything is removed.
    """
    with closing(Api(kubeconfig, context)) as api:
        return leftovers.clean(api, partial(confirm, api.server))
