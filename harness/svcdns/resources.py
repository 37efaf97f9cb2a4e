"""What comes with the package: its version, and where the features and fixtures are, in a checkout or a wheel."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path


@cache
def root() -> Path:
    """The directory that holds ``features/``, ``steps/`` and ``fixtures/``.

    An installed wheel carries them under ``svcdns/_data``; a checkout (also when installed editable) has them beside
    ``harness/``, the source root.
    """
    packaged = Path(__file__).parent / "_data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2]


def features() -> Path:
    """The directory of the feature files."""
    return root() / "features"


def steps() -> Path:
    """The directory of the modules that define the sentences of the features."""
    return root() / "steps"


def fixtures() -> Path:
    """The directory of manifests, the tables of behaviours and clauses, and recorded answers."""
    return root() / "fixtures"


@cache
def version() -> str:
    """The version of this tool."""
    return metadata.version("svcdns")
