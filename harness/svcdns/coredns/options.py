"""What a Corefile decides about answers, read from its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

import dns.name

from svcdns import message
from svcdns.coredns import cache
from svcdns.coredns.cache import Cache

Pods = Literal["disabled", "insecure", "verified"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the lines of a Corefile decide; the defaults are those of an empty ``kubernetes`` block.

    Attributes:
        ttl_seconds: the TTL of the records (K16).
        pods: whether pods have records: never, for any address, or for live pods (K01-K09).
        endpoint_pod_names: whether an endpoint without a hostname is called by its pod's name (K12).
        endpoints: whether endpoints are looked at (K13).
        ignores_empty: whether a Service with a virtual IP and without a ready endpoint has no names (K14).
        falls_through: the zones in which a name that does not exist is asked elsewhere (K17); the root for all.
        forwards: whether there is an elsewhere.
        cache: what remembers answers, if anything does.
    """

    ttl_seconds: int = 5
    pods: Pods = "disabled"
    endpoint_pod_names: bool = False
    endpoints: bool = True
    ignores_empty: bool = False
    falls_through: tuple[str, ...] = ()
    forwards: bool = False
    cache: Cache | None = None

    def asks_elsewhere(self, missing: dns.name.Name) -> bool:
        """Whether a name that does not exist is asked of another server."""
        return self.forwards and any(missing.is_subdomain(message.name(zone)) for zone in self.falls_through)


def read(lines: Iterable[str]) -> Options:
    """The options in the lines of a Corefile, without its braces: each directive is known by its own word."""
    words = [line.split() for line in lines]
    found = {directive: arguments for directive, *arguments in words}
    disabled = [arguments for directive, *arguments in words if directive == "disable"]
    return Options(
        ttl_seconds=int(found.get("ttl", ["5"])[0]),
        pods=cast("Pods", found.get("pods", ["disabled"])[0]),
        endpoint_pod_names="endpoint_pod_names" in found,
        endpoints="noendpoints" not in found,
        ignores_empty=found.get("ignore") == ["empty_service"],
        falls_through=tuple(found["fallthrough"] or ["."]) if "fallthrough" in found else (),
        forwards="forward" in found,
        cache=cache.read(found["cache"], found, disabled) if "cache" in found else None,
    )
