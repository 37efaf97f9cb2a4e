"""The ``cache`` plugin's effect on answers, both cached and passed on (behaviours F10, L17, L18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import dns.name

from svcdns import message
from svcdns.message import Record, Reply


class Bounds(NamedTuple):
    """How long answers of a kind are cached, in seconds, and the zones in which they are not."""

    most: int
    least: int
    exempt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cache:
    """A cache in front of the other plugins.

    Attributes:
        success: the bounds for answers with records.
        denial: the bounds for answers without.
        zones: the zones that are cached at all; the root for all.
    """

    success: Bounds
    denial: Bounds
    zones: tuple[str, ...]

    def remembers(self, name: dns.name.Name) -> bool:
        """Return whether an answer about a name may be a cached one."""
        exempt = _within(name, self.success.exempt) and _within(name, self.denial.exempt)
        return _within(name, self.zones) and not exempt

    def begins_with(self, ttl_seconds: int, *, denial: bool) -> int:
        """Return the TTL that a cached answer starts with, given its smallest TTL."""
        bounds = self.denial if denial else self.success
        return max(bounds.least, min(bounds.most, ttl_seconds))

    def passed(self, reply: Reply, name: dns.name.Name) -> Reply:
        """Return a fresh reply as the cache passes it on: every TTL is the smallest one, within the bounds, exempt or not."""
        seconds = [record.ttl for record in (*reply.answer, *reply.authority, *reply.additional)]
        if not seconds or not _within(name, self.zones):
            return reply
        ttl = self.begins_with(min(seconds), denial=not reply.answer)
        answer, authority, additional = (
            _levelled(section, ttl) for section in (reply.answer, reply.authority, reply.additional)
        )
        return replace(reply, answer=answer, authority=authority, additional=additional)


def read(arguments: Sequence[str], directives: Mapping[str, Sequence[str]], disabled: Sequence[Sequence[str]]) -> Cache:
    """Return the cache of ``cache [TTL] [ZONES...]`` and the directives in its braces.

    Args:
        arguments: the arguments of ``cache``.
        directives: every other directive with its arguments; ``success`` and ``denial`` are read.
        disabled: the arguments of each ``disable``: a kind of answer and zones.
    """
    ttl, zones = (arguments[0], arguments[1:]) if arguments and arguments[0].isdecimal() else ("", arguments)
    bounds = {}
    for kind, default in (("success", 3600), ("denial", 1800)):
        _, most, least, *_ = (*directives.get(kind, ()), *[""] * 3)
        exempt = [zone for disabled_kind, *zones in disabled if disabled_kind == kind for zone in zones or ["."]]
        bounds[kind] = Bounds(int(most or ttl or default), int(least or 5), tuple(exempt))
    return Cache(bounds["success"], bounds["denial"], tuple(zones) or (".",))


def _levelled(section: tuple[Record, ...], ttl: int) -> tuple[Record, ...]:
    return tuple(record._replace(ttl=ttl) for record in section)


def _within(name: dns.name.Name, zones: Sequence[str]) -> bool:
    return any(name.is_subdomain(message.name(zone)) for zone in zones)
