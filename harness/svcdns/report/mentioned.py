"""The names and addresses in the records that were compared for a query."""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcdns.results import Finding

_ADDRESS = re.compile(r"^(?:A|AAAA) ([0-9A-Fa-f:.]+)")
_NAME = re.compile(r"^(?:PTR|CNAME|NS|SRV port \d+) ([^\s<>,]+)")
_OWNER = re.compile(r" owned by ([^\s,]+)")


def address(row: str) -> str:
    """Return the address in a row of a comparison, or nothing."""
    found = _ADDRESS.match(row)
    return found[1] if found else ""


def addresses(finding: Finding) -> tuple[str, ...]:
    """Return the addresses that are expected, missing or unexpected."""
    return tuple(dict.fromkeys(filter(None, map(address, _rows(finding)))))


def names(finding: Finding) -> tuple[str, ...]:
    """Return the names that are expected, missing or unexpected as targets or owners."""
    found = (match[1] for row in _rows(finding) for pattern in (_NAME, _OWNER) for match in pattern.finditer(row))
    return tuple(dict.fromkeys(found))


def _rows(finding: Finding) -> Iterator[str]:
    yield from (*finding.expected, *finding.missing, *finding.unexpected)
