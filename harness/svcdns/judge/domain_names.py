"""Domain names as clients spell them, and one below another."""

from __future__ import annotations

from collections.abc import Iterator

import dns.name

from svcdns import message


def in_other_cases(name: dns.name.Name) -> Iterator[dns.name.Name]:
    """Yield a name in capitals, and with every other letter in them: as a client may ask that mixes case against forgery."""
    lower = str(name).lower()
    mixed = "".join(letter.upper() if index % 2 else letter for index, letter in enumerate(lower))
    yield from map(message.name, (lower.upper(), mixed, mixed.swapcase()))


def is_child(name: dns.name.Name, parent: dns.name.Name) -> bool:
    """Return whether a name is one label below another."""
    return name.is_subdomain(parent) and len(name) == len(parent) + 1
