"""CoreDNS's version and Corefile, on which its answers depend beside the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from svcdns.coredns.choices import undone
from svcdns.coredns.deviations import Deviation, deviations, held, of
from svcdns.coredns.deviations import read as read_deviations
from svcdns.coredns.options import Options, read
from svcdns.records import COREDNS, Profile

__all__ = ["Deviation", "Options", "deviations", "held", "of", "profile", "read", "read_deviations", "undone"]


def profile(version: str, corefile: Sequence[str]) -> Profile:
    """Return the profile of a CoreDNS of a version with the lines of a Corefile; without lines, as `COREDNS`."""
    known = replace(COREDNS, deviations=frozenset(deviation.id for deviation in of(version)))
    if not corefile:
        return known
    options = read(corefile)
    return replace(
        known,
        ttl_seconds=options.ttl_seconds,
        pod_records=options.pods,
        endpoint_label="pod" if options.endpoint_pod_names else "address",
        endpoints=options.endpoints,
        empty_services=not options.ignores_empty,
    )
