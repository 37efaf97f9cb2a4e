"""All feature files below a directory."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from svcdns import resources
from svcdns.catalogue import gherkin
from svcdns.catalogue.gherkin import Feature


def read_all(directory: Path) -> dict[str, Feature]:
    """Read all feature files below a directory, by their paths below it, in the order of the paths.

    Raises:
        FeatureError: with file and line, if a file cannot be read or is not Gherkin.
    """
    return {path.relative_to(directory).as_posix(): gherkin.read(path) for path in sorted(directory.rglob("*.feature"))}


@cache
def packaged() -> dict[str, Feature]:
    """Read the feature files that come with svcdns, once.

    Raises:
        FeatureError: with file and line, if a file cannot be read or is not Gherkin.
    """
    return read_all(resources.features())
