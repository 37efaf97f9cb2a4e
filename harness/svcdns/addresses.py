"""IP addresses in every spelling that the API server reads.

It parses most addresses as ``ParseIPSloppy`` of k8s.io/utils/net does: decimal parts and hexadecimal groups may have
leading zeros, and an IPv4 address mapped into IPv6 is the IPv4 address. It stores them as they were written.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_DECIMAL = re.compile(r"0*([0-9]{1,3})", re.ASCII)
_HEXADECIMAL = re.compile(r"0*([0-9a-fA-F]{1,4})", re.ASCII)
_LONGEST = 200
_IPV4_PARTS = 4
#: The bits of an IPv4-mapped address in front of the IPv4 address (RFC 4291, section 2.5.5.2).
_MAPPED_BITS = 96


@lru_cache(maxsize=2**16)
def parse(text: str) -> IPAddress | None:
    """Return the address that a text spells, or None; an address with a zone is none."""
    if len(text) > _LONGEST or "%" in text:
        return None
    plain = _plain(text)
    try:
        address = ipaddress.ip_address(text if plain is None else plain)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def canonical(text: str) -> str:
    """Return an address in its canonical spelling (RFC 5952); a text that is none, such as a name, stays as it is."""
    address = parse(text)
    return text if address is None else str(address)


def parse_network(text: str) -> tuple[IPAddress, IPNetwork] | None:
    """Return the address and the network that a text such as ``10.0.0.1/8`` spells, or None.

    An IPv4-mapped address with 96 bits or more is in an IPv4 network, as Go's ``net.ParseCIDR`` reads it.
    """
    written, slash, bits = text.partition("/")
    address = parse(written)
    if address is None or not slash or not _DECIMAL.fullmatch(bits):
        return None
    length, base = int(bits), address
    if ":" in written and isinstance(address, ipaddress.IPv4Address):
        if length < _MAPPED_BITS:
            base = ipaddress.IPv6Address(f"::ffff:{address}")
        else:
            length -= _MAPPED_BITS
    try:
        return address, ipaddress.ip_network((base, length), strict=False)
    except ValueError:
        return None


def is_standard(text: str) -> bool:
    """Return whether a text is an address by every parser: without leading zeros, and not an IPv4-mapped one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return getattr(address, "ipv4_mapped", None) is None


def _plain(text: str) -> str | None:
    """Return an address without leading zeros, or None where a part is no number."""
    if ":" not in text:
        return _plain_ipv4(text)
    head, _, last = text.rpartition(":")
    groups = [group and _without_zeros(_HEXADECIMAL, group) for group in head.split(":")]
    groups.append(_plain_ipv4(last) if "." in last else last and _without_zeros(_HEXADECIMAL, last))
    return None if None in groups else ":".join(map(str, groups))


def _plain_ipv4(text: str) -> str | None:
    parts = [_without_zeros(_DECIMAL, part) for part in text.split(".")]
    return ".".join(map(str, parts)) if len(parts) == _IPV4_PARTS and None not in parts else None


def _without_zeros(pattern: re.Pattern[str], part: str) -> str | None:
    found = pattern.fullmatch(part)
    return (found[1].lstrip("0") or "0") if found else None
