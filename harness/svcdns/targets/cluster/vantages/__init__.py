"""Vantages: where a live cluster's DNS servers are asked from.

`open` picks one: ``direct`` from this host, ``probe`` from inside a pod, ``tunnel`` through port-forwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages.opening import OpenVantages

__all__ = ["OpenVantages", "open"]


def open(own: Ownership, settings: ClusterSettings, shared: Mapping[str, Any] | None) -> OpenVantages:  # noqa: A001 - read as vantages.open
    """The vantages of a cluster, as a context manager.

    Args:
        own: what the run has made in the cluster.
        settings: what the user decides.
        shared: None to open them, or what `OpenVantages.share` gave in the process that did.
    """
    return OpenVantages(own, settings, shared)
