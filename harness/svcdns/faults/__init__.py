"""Faults of DNS servers, legal variations of right servers, and bad networks: a conformance harness has to tell them apart.

Nothing here uses sockets: `svcdns.faults.proxy` puts faults in front of the DNS servers of a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from svcdns.errors import UsageError
from svcdns.faults import (
    addresses,
    aliases,
    beyond,
    choices,
    hostnames,
    intermittent,
    legal,
    messages,
    names,
    negative,
    network,
    ports,
    queries,
    reverse,
    stale,
    virtual_ips,
)
from svcdns.faults.fault import EarlierReply, Fault, QueryContext, Sending

__all__ = ["FAULTS", "NETWORK", "VARIATIONS", "EarlierReply", "Fault", "QueryContext", "Sending", "find"]


def _by_name(*lists: Iterable[Fault]) -> Mapping[str, Fault]:
    return MappingProxyType({fault.name: fault for faults in lists for fault in faults})


#: What a wrong server does. A scenario of the fault's level, tagged with one of its behaviours, catches it.
FAULTS = _by_name(
    virtual_ips.FAULTS,
    addresses.FAULTS,
    hostnames.FAULTS,
    ports.FAULTS,
    reverse.FAULTS,
    negative.FAULTS,
    aliases.FAULTS,
    names.FAULTS,
    stale.FAULTS,
    intermittent.FAULTS,
    messages.FAULTS,
    queries.FAULTS,
    beyond.FAULTS,
    choices.FAULTS,
)

#: What a right server may do. Every core scenario passes.
VARIATIONS = _by_name(legal.VARIATIONS, queries.VARIATIONS)

#: What a bad network does to a right server. On a live target it changes no verdict.
NETWORK = _by_name(network.CONDITIONS)


def find(name: str) -> Fault:
    """Return the fault, variation or network condition of that name.

    Raises:
        UsageError: if there is none.
    """
    known = {**FAULTS, **VARIATIONS, **NETWORK}
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=3)
    advice = f"did you mean {' or '.join(close)}?" if close else "run `svcdns faults` for the list"
    raise UsageError(f"unknown fault {name!r}: {advice}")
