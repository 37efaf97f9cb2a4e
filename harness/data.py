"""What comes with the package: its version, and where the features and fixtures are, in a checkout or a wheel."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path


@cache
def root() -> Path:
    """The directory that holds ``features/`` and ``fixtures/``.

    An installed wheel carries both under ``harness/_data``; a checkout (also when installed editable) has them beside
    the packages.
    """
    packaged = Path(__file__).parent / "_data"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent


def features() -> Path:
    """The directory of the feature files."""
    return root() / "features"


def fixtures() -> Path:
    """The directory of manifests, the tables of behaviours and clauses, and recorded answers."""
    return root() / "fixtures"


@cache
def version() -> str:
    """The version of this tool."""
    return metadata.version("svcdns")
