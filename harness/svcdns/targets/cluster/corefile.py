"""The parts of a Corefile that decide which names exist, and how long answers are cached."""

from __future__ import annotations

from collections.abc import Iterator

_REVERSE = ("in-addr.arpa", "ip6.arpa")

#: The directives of a server block that matter, and the options below them that do.
_DIRECTIVES = ("cache", "forward", "kubernetes", "loadbalance")
_OPTIONS = {
    "cache": ("denial", "disable", "success"),
    "kubernetes": ("endpoint_pod_names", "fallthrough", "ignore", "noendpoints", "pods", "ttl"),
}


def options(corefile: str) -> tuple[str, ...]:
    """Return the lines on zones, TTLs, pods and the cache, in their order and without indentation."""
    return tuple(" ".join(words) for _, words in _directives(corefile))


def domain(corefile: str) -> str | None:
    """Return the first forward zone of the ``kubernetes`` plugin, which by default has the zones of its server block."""
    for block, words in _directives(corefile):
        if words[0] == "kubernetes":
            zones = [_zone(zone) for zone in (words[1:] or block)]
            return next((zone for zone in zones if zone and not zone.endswith(_REVERSE)), None)
    return None


def _directives(corefile: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the lines that matter, each as its words, after the keys of its server block."""
    block: list[str] = []
    inside: list[str] = []
    for line in corefile.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        directive, opens = words[0], words[-1] == "{"
        words = words[:-1] if opens else words
        if directive == "}":
            inside = inside[:-1]
            continue
        if not inside:
            block = words
        elif directive in (_DIRECTIVES if len(inside) == 1 else _OPTIONS.get(inside[-1], ())):
            yield block, words
        if opens:
            inside.append(directive)


def _zone(key: str) -> str:
    """Return the zone in a server block's key: cluster.local in ``dns://cluster.local.:53``."""
    return key.rpartition("://")[2].partition(":")[0].rstrip(".").lower()
