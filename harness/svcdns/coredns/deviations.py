"""Deviations of older versions of CoreDNS from the latest: the table ``fixtures/coredns.yaml``."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import yaml

from svcdns import resources
from svcdns.errors import FeatureError

Version = tuple[int, ...]

_NUMBERS = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Deviation:
    """A deviation of some versions.

    Attributes:
        since: the first version that has it; empty if the first of all does.
        fixed: the first version without it; empty if none is known.
        behaviours: the behaviours that such a version fails or shows differently, by their ids.
    """

    id: str
    sentence: str
    source: str
    behaviours: tuple[str, ...]
    since: str = ""
    fixed: str = ""

    def holds(self, version: str) -> bool:
        """Return whether a version has it; a version that cannot be read counts as without."""
        numbers = read_version(version)
        since, fixed = read_version(self.since), read_version(self.fixed)
        return numbers is not None and (since is None or since <= numbers) and (fixed is None or numbers < fixed)

    def known(self, version: str) -> str:
        """Return a sentence that names the deviation as the cause of a version's answers."""
        span = " ".join(
            [*([f"since {self.since}"] if self.since else []), *([f"until {self.fixed}"] if self.fixed else [])]
        )
        return f"known of CoreDNS {version} ({span}; {self.source}): {self.sentence}"


@cache
def deviations() -> tuple[Deviation, ...]:
    """Return every known deviation.

    Raises:
        FeatureError: if the table cannot be read.
    """
    path = resources.fixtures() / "coredns.yaml"
    try:
        rows = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["deviations"]
        return tuple(Deviation(**row | {"behaviours": tuple(row["behaviours"])}) for row in rows)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise FeatureError(f"{path}: cannot be read: {error}") from error


def of(version: str) -> tuple[Deviation, ...]:
    """Return the deviations of a version, given as an image's tag such as ``v1.12.1``; none if it cannot be read."""
    return tuple(deviation for deviation in deviations() if deviation.holds(version))


def causes(version: str, behaviours: Collection[str]) -> tuple[str, ...]:
    """Return the known causes why a version fails some behaviours, given by their ids, one sentence each."""
    return tuple(
        deviation.known(version) for deviation in of(version) if not set(behaviours).isdisjoint(deviation.behaviours)
    )


def read_version(text: str) -> Version | None:
    """Return the numbers of a version, or None if it has none, as a digest or ``latest``."""
    numbers = _NUMBERS.match(text)
    return tuple(map(int, numbers.groups())) if numbers else None
