"""Any Kubernetes cluster as a target, found by a context of a kubeconfig.

From the bottom up:

- `apiserver`: one API server, found in a kubeconfig, read within limits and written to.
- `ownership`: what the run made, and every write; beside it `namespaces`, `nodes` and `images`.
- `watch`: the cluster as watches show it, the readiness of pods, and waiting until a namespace settles.
- `vantages`: where DNS queries are sent from: this host, a pod, or port-forwards.
- `cluster`: the target, with `objects`, `changes`, `facts`, `evidence`, `lease` and `leftovers`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from svcdns.targets.cluster import leftovers
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.cluster import LiveCluster
from svcdns.targets.cluster.leftovers import Cleaned, Holder, Leftovers
from svcdns.targets.cluster.settings import ClusterSettings

__all__ = ["ClusterSettings", "LiveCluster", "clean"]


def clean(
    kubeconfig: Path | None,
    context: str,
    confirm: Callable[[str, Leftovers], bool] = lambda _, __: True,
    *,
    wait: bool = False,
    waiting: Callable[[Holder], object] = lambda _: None,
) -> Cleaned:
    """Remove what killed runs have left behind in a cluster, and wait until it is gone.

    Args:
        kubeconfig: a file, or None for the files of ``KUBECONFIG``, else ``~/.kube/config``.
        context: the context's name.
        confirm: gets the API server's URL and the leftovers, and returns whether they are removed.
        wait: whether to wait until every Lease is renewed, or not valid any more.
        waiting: gets each run whose Lease is waited for.

    Returns:
        what is gone, and what is left and why.

    Raises:
        UsageError: if the cluster cannot be reached.
        TargetError: if Leases may not be listed, or the connection is lost before anything is removed.
    """
    with closing(Api(kubeconfig, context)) as api:
        return leftovers.clean(api, partial(confirm, api.server), wait=wait, waiting=waiting)
