"""Known deviations of DNS servers: the table ``fixtures/deviations.yaml``, and the failures that a user expects.

Both have the same format. A row holds for the answer that it describes, and for no other failure of the same scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from svcdns import resources
from svcdns.errors import UsageError
from svcdns.results import Finding

Version = tuple[int, ...]

_NUMBERS = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_TEXTS = ("id", "sentence", "source", "implementation", "since", "fixed")
_LISTS = ("behaviours", "scenarios", "types", "came", "labels")
_MOST_OCTETS = 2**20


@dataclass(frozen=True, slots=True)
class Deviation:
    """A deviation of some versions of a DNS server.

    Attributes:
        sentence: the cause: what such a server does.
        source: a link to it.
        behaviours: the behaviours that such a version fails or shows differently, by their ids.
        implementation: the server, such as ``CoreDNS``; empty for any.
        since: the first version that has it; empty if the first of all does.
        fixed: the first version without it; empty if none is known.
        scenarios: titles of scenarios that fail, for those without a behaviour.
        types: the queried types whose answers deviate; empty for all.
        came: what comes: ``records``, ``NODATA`` or another rcode, or ``fewer records`` where some are missing and no other
            came; empty for anything.
        labels: labels of which the queried name has one; empty for any name.
    """

    id: str
    sentence: str
    source: str = ""
    behaviours: tuple[str, ...] = ()
    implementation: str = ""
    since: str = ""
    fixed: str = ""
    scenarios: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def holds(self, implementation: str, version: str) -> bool:
        """Return whether a version of a server has it; a version that cannot be read has what all versions have."""
        if self.implementation and self.implementation != implementation:
            return False
        if not (self.since or self.fixed):
            return True
        numbers = read_version(version)
        since, fixed = read_version(self.since), read_version(self.fixed)
        return numbers is not None and (since is None or since <= numbers) and (fixed is None or numbers < fixed)

    def concerns(self, title: str, behaviours: Iterable[str]) -> bool:
        """Return whether a scenario may show it."""
        return title in self.scenarios or not set(behaviours).isdisjoint(self.behaviours)

    def describes(self, broken: Finding) -> bool:
        """Return whether an answer that breaks a promise is as it says."""
        came = {broken.came}
        came |= {"fewer records"} if broken.came == "records" and broken.missing and not broken.unexpected else set()
        return (
            (not self.types or broken.type in self.types)
            and (not self.came or not came.isdisjoint(self.came))
            and (not self.labels or not set(broken.owner.lower().split(".")).isdisjoint(self.labels))
        )

    def known(self, version: str) -> str:
        """Return a sentence that names the deviation as the cause of a version's answers."""
        span = [*([f"since {self.since}"] if self.since else []), *([f"until {self.fixed}"] if self.fixed else [])]
        by = " ".join(filter(None, [self.implementation or "this server", version]))
        about = "; ".join(filter(None, [" ".join(span), self.source]))
        return f"known of {by}{f' ({about})' if about else ''}: {self.sentence}"


@cache
def deviations() -> tuple[Deviation, ...]:
    """Return every known deviation.

    Raises:
        UsageError: if the table cannot be read.
    """
    return read(resources.fixtures() / "deviations.yaml")


def read(path: Path) -> tuple[Deviation, ...]:
    """Return the rows of a file.

    Raises:
        UsageError: if the file cannot be read, or a row is not as it has to be; one line with what is wrong.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_OCTETS + 1)
        document = yaml.load(content, Loader=yaml.CSafeLoader) if len(content) <= _MOST_OCTETS else None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{path}: is not YAML; fix it") from error
    rows = document.get("deviations") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise UsageError(f"{path}: must have a list deviations; see fixtures/deviations.yaml")
    return tuple(_row(path, number, row) for number, row in enumerate(rows, 1))


def _row(path: Path, number: int, row: Any) -> Deviation:
    if problem := next(_problems(row), ""):
        raise UsageError(f"{path}: deviations[{number - 1}]: {problem}")
    fields: dict[str, Any] = {name: tuple(value) if name in _LISTS else value for name, value in row.items()}
    return Deviation(**fields)


def _problems(row: Any) -> Iterator[str]:
    """Yield what is wrong with a row."""
    if not isinstance(row, dict):
        yield "must be a mapping with id, sentence, and behaviours or scenarios"
        return
    yield from (f"{key} is an unknown field; remove it" for key in row if key not in (*_TEXTS, *_LISTS))
    yield from (f"{name} is required" for name in ("id", "sentence") if not row.get(name))
    yield from (f"{name} must be text; put it in quotes" for name in _TEXTS if not isinstance(row.get(name, ""), str))
    yield from (f"{name} must be a list of texts" for name in _LISTS if not _are_texts(row.get(name, [])))
    for name in ("since", "fixed"):
        if row.get(name) and read_version(row[name]) is None:
            yield f"{name} must be a version such as 1.12.1"
    if not (row.get("behaviours") or row.get("scenarios")):
        yield "behaviours or scenarios is required: what fails"


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def of(version: str, implementation: str = "CoreDNS") -> tuple[Deviation, ...]:
    """Return the deviations of a version, given as an image's tag such as ``v1.12.1``; none if it cannot be read."""
    return held(deviations(), implementation, version)


def held(rows: Iterable[Deviation], implementation: str, version: str) -> tuple[Deviation, ...]:
    """Return the rows that hold for a version of a server."""
    return tuple(row for row in rows if row.holds(implementation, version))


def read_version(text: str) -> Version | None:
    """Return the numbers of a version, or None if it has none, as a digest or ``latest``."""
    numbers = _NUMBERS.match(text)
    return tuple(map(int, numbers.groups())) if numbers else None
