"""What of a Corefile decides which names there are, and for how long answers are remembered."""

from __future__ import annotations

from collections.abc import Iterator

_REVERSE = ("in-addr.arpa", "ip6.arpa")

#: The directives of a server block that matter, and what matters below them.
_DIRECTIVES = ("cache", "forward", "kubernetes", "loadbalance")
_OPTIONS = {
    "cache": ("denial", "disable", "success"),
    "kubernetes": ("endpoint_pod_names", "fallthrough", "ignore", "noendpoints", "pods", "ttl"),
}


def options(corefile: str) -> tuple[str, ...]:
    """The lines on zones, TTLs, pods and the cache, in their order and without indentation."""
    return tuple(" ".join(words) for _, words in _directives(corefile))


def domain(corefile: str) -> str | None:
    """The first zone of the ``kubernetes`` plugin that is none of addresses; its server block's where it names none."""
    for block, words in _directives(corefile):
        if words[0] == "kubernetes":
            zones = [_zone(zone) for zone in (words[1:] or block)]
            return next((zone for zone in zones if zone and not zone.endswith(_REVERSE)), None)
    return None


def _directives(corefile: str) -> Iterator[tuple[list[str], list[str]]]:
    """The lines that matter, each as its words, with the keys of the server block that it is in."""
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
    """The zone of a server block's key: ``dns://cluster.local.:53`` is about cluster.local."""
    return key.rpartition("://")[2].partition(":")[0].rstrip(".").lower()
