"""The directories that hold the manifests of a feature; no manifest is read from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from svcdns import manifests, resources
from svcdns.errors import ManifestError
from svcdns.manifests import Manifest
from svcdns.system import filing


@dataclass(frozen=True, slots=True)
class Sources:
    """The directories that are searched for a feature's manifests, in their order.

    A manifest has to be below one of them, also after its symbolic links are followed.
    """

    directories: tuple[Path, ...]

    def objects(self, manifest: str) -> tuple[Manifest, ...]:
        """Return the objects of a manifest, by its name; they do not change during a run.

        Raises:
            ManifestError: if it does not exist, is elsewhere, is not a file, or has what an API server would refuse.
        """
        return _objects(self, manifest)


#: The directory for the packaged features, wherever they are run.
PACKAGED = Sources((resources.fixtures(),))


def of(feature: Path, working: Path, roots: Sequence[Path] = ()) -> Sources:
    """Return the directories for the manifests of a feature file.

    Args:
        feature: the feature file.
        working: the directory in which the run was started.
        roots: further directories that the user names.
    """
    if Path(os.path.realpath(feature)).is_relative_to(os.path.realpath(resources.features())):
        return PACKAGED
    # Every file is below the root of the file system.
    own = [directory for directory in (feature.parent, working) if directory != directory.parent]
    directories = (*own, resources.fixtures(), *roots)
    return Sources(tuple(dict.fromkeys(Path(os.path.abspath(directory)) for directory in directories)))  # noqa: PTH100 - links are kept


@cache
def _objects(sources: Sources, manifest: str) -> tuple[Manifest, ...]:
    advice = "move it there, or add its directory with --manifest-root"
    searched = ", ".join(map(manifests.shown, sources.directories))
    if "\0" in manifest:
        raise ManifestError(f"{manifest}: is not a file name, because it has a NUL; remove it")
    paths = [Path(os.path.normpath(directory / manifest)) for directory in sources.directories]
    inside = [path for path in dict.fromkeys(paths) if _root(path, sources.directories)]
    if not inside:
        raise ManifestError(f"{manifest}: is outside of {searched} and is not read: {advice}")
    path = next((path for path in inside if os.path.lexists(path)), None)
    if path is None:
        raise ManifestError(f"{manifest}: does not exist in {searched}: {advice}")
    return manifests.read_text(_content(path, sources.directories, advice), manifests.shown(path))


def _content(path: Path, directories: Sequence[Path], advice: str) -> bytes:
    """Return the content of a file that is below one of the directories after all links are followed.

    Raises:
        ManifestError: if it is elsewhere, is not a file, or cannot be read.
    """
    shown, real = manifests.shown(path), Path(os.path.realpath(path))
    root = _root(real, [Path(os.path.realpath(directory)) for directory in directories])
    if root is None:
        raise ManifestError(f"{shown}: is a link to elsewhere and is not read: {advice}")
    try:
        content = filing.read_below(root, real.relative_to(root), manifests.MAX_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"{shown}: cannot be read: {error.strerror}") from error
    if content is None:
        raise ManifestError(f"{shown}: is not a file and is not read; name a file")
    return content


def _root(path: Path, directories: Sequence[Path]) -> Path | None:
    """Return the directory that a path is below, or None."""
    return next((root for root in directories if path != root and path.is_relative_to(root)), None)
