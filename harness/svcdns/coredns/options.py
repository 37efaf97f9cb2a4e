"""The options of a Corefile that decide about answers, read from its lines."""

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
    """The options in the lines of a Corefile; the defaults are those of an empty ``kubernetes`` block.

    Attributes:
        ttl_seconds: the TTL of the records (K16).
        pods: whether pods have records: never, for any address, or for live pods (K01-K09).
        endpoint_pod_names: whether the label of an endpoint without a hostname is its pod's name (K12).
        endpoints: whether endpoints are read (K13).
        ignores_empty: whether a Service with a virtual IP and without a ready endpoint has no names (K14).
        falls_through: the zones in which a name that does not exist is passed on (K17); the root for all.
        forwards: whether there is an upstream resolver to pass it on to.
        cache: the cache, if there is one.
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
        """Return whether a name that does not exist is asked of an upstream resolver."""
        return self.forwards and any(missing.is_subdomain(message.name(zone)) for zone in self.falls_through)


def read(lines: Iterable[str]) -> Options:
    """Return the options in the lines of a Corefile, without its braces: each directive is known by its first word."""
    words = [line.split() for line in lines]
    arguments_of = {directive: arguments for directive, *arguments in words}
    disabled = [arguments for directive, *arguments in words if directive == "disable"]
    return Options(
        ttl_seconds=int(arguments_of.get("ttl", ["5"])[0]),
        pods=cast("Pods", arguments_of.get("pods", ["disabled"])[0]),
        endpoint_pod_names="endpoint_pod_names" in arguments_of,
        endpoints="noendpoints" not in arguments_of,
        ignores_empty=arguments_of.get("ignore") == ["empty_service"],
        falls_through=tuple(arguments_of["fallthrough"] or ["."]) if "fallthrough" in arguments_of else (),
        forwards="forward" in arguments_of,
        cache=cache.read(arguments_of["cache"], arguments_of, disabled) if "cache" in arguments_of else None,
    )
