"""Wrong servers, right servers that differ, and bad networks: what a conformance harness has to tell apart.

Nothing here knows of sockets: `svcdns.faults.proxy` puts faults in front of the DNS servers of a target.
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
    legal,
    messages,
    names,
    negative,
    network,
    ports,
    reverse,
    stale,
    virtual_ips,
)
from svcdns.faults.fault import EarlierReply, Fault, QueryContext, Sending

__all__ = ["FAULTS", "NETWORK", "VARIATIONS", "EarlierReply", "Fault", "QueryContext", "Sending", "find"]


def _by_name(*lists: Iterable[Fault]) -> Mapping[str, Fault]:
    return MappingProxyType({fault.name: fault for faults in lists for fault in faults})


#: What a wrong server does; each is caught by a scenario of its level that carries one of its behaviours.
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
    messages.FAULTS,
    beyond.FAULTS,
    choices.FAULTS,
)

#: What a right server may do; every core scenario passes.
VARIATIONS = _by_name(legal.VARIATIONS)

#: What a bad network does to a right server; on a live target every verdict stays.
NETWORK = _by_name(network.CONDITIONS)


def find(name: str) -> Fault:
    """The fault, variation or condition of the network of that name.

    Raises:
        UsageError: if there is none.
    """
    known = {**FAULTS, **VARIATIONS, **NETWORK}
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=3)
    advice = f"did you mean {' or '.join(close)}?" if close else "`svcdns faults` lists them"
    raise UsageError(f"{name!r} is no fault: {advice}")
