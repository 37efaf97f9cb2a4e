"""Vantages: where the queries to a live cluster's DNS servers are sent from.

`open` picks one: ``direct`` from this host, ``probe`` from a pod, or ``tunnel`` through port-forwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.settings import ClusterSettings
from svcdns.targets.cluster.vantages.opening import OpenVantages
from svcdns.targets.waits import Waits

__all__ = ["OpenVantages", "open"]


def open(  # noqa: A001 - read as vantages.open
    own: Ownership, settings: ClusterSettings, shared: Mapping[str, Any] | None, waits: Waits
) -> OpenVantages:
    """Return the vantages of a cluster, as a context manager.

    Args:
        own: the objects of the run.
        settings: the options.
        shared: None to open them, or what `OpenVantages.share` returned in the process that opened them.
        waits: is told what is waited for.
    """
    return OpenVantages(own, settings, shared, waits)
