"""Where versions of CoreDNS answer otherwise than its latest: a table, ``fixtures/coredns.yaml``."""

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
    """What some versions do.

    Attributes:
        since: the first version that does; empty where the first of all did.
        fixed: the first version that does not any more; empty where none is known.
        behaviours: the behaviours that such a version fails or shows otherwise, by their ids.
    """

    id: str
    sentence: str
    source: str
    behaviours: tuple[str, ...]
    since: str = ""
    fixed: str = ""

    def holds(self, version: str) -> bool:
        """Whether a version does it; of a version that cannot be read nothing is known."""
        numbers = read_version(version)
        since, fixed = read_version(self.since), read_version(self.fixed)
        return numbers is not None and (since is None or since <= numbers) and (fixed is None or numbers < fixed)

    def known(self, version: str) -> str:
        """The deviation as the known cause of what a version answers, in a sentence."""
        span = " ".join(
            [*([f"since {self.since}"] if self.since else []), *([f"until {self.fixed}"] if self.fixed else [])]
        )
        return f"known of CoreDNS {version} ({span}; {self.source}): {self.sentence}"


@cache
def deviations() -> tuple[Deviation, ...]:
    """Every deviation that is known.

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
    """The deviations of a version, given as an image's tag such as ``v1.12.1``; none of one that cannot be read."""
    return tuple(deviation for deviation in deviations() if deviation.holds(version))


def causes(version: str, behaviours: Collection[str]) -> tuple[str, ...]:
    """What is known of a version that fails some behaviours, given by their ids: each cause a sentence."""
    return tuple(one.known(version) for one in of(version) if not set(behaviours).isdisjoint(one.behaviours))


def read_version(text: str) -> Version | None:
    """The numbers of a version, or None where it has none: a digest, ``latest``."""
    found = _NUMBERS.match(text)
    return tuple(map(int, found.groups())) if found else None
