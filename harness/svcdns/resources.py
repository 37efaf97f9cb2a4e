"""The package's version, and its features, steps and fixtures, in a checkout or a wheel."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path


@cache
def root() -> Path:
    """Return the directory with ``features/``, ``steps/`` and ``fixtures/``.

    In an installed wheel it is ``svcdns/_data``; in a checkout, also one installed as editable, it is the parent of
    ``harness/``, the source root.
    """
    packaged = Path(__file__).parent / "_data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


def features() -> Path:
    """Return the directory of the feature files."""
    return root() / "features"


def steps() -> Path:
    """Return the directory of the modules that define the features' sentences."""
    return root() / "steps"


def fixtures() -> Path:
    """Return the directory of manifests, the tables of behaviours and clauses, and recorded answers."""
    return root() / "fixtures"


@cache
def version() -> str:
    """Return the version of this tool."""
    return metadata.version("svcdns")
