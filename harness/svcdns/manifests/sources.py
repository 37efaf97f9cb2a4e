"""Where the manifests lie that a feature names, and nowhere else."""

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
    """The directories in which a feature's manifests are looked for, the first one first.

    What a name leads to has to lie in one of them, also by the links on the way.
    """

    directories: tuple[Path, ...]

    def objects(self, manifest: str) -> tuple[Manifest, ...]:
        """The objects of a manifest, by its name; they do not change during a run.

        Raises:
            ManifestError: if there is none, it lies elsewhere, is no file, or holds what an API server would refuse.
        """
        return _objects(self, manifest)


#: Those of the features that come along, whatever lies where they are run.
PACKAGED = Sources((resources.fixtures(),))


def of(feature: Path, working: Path, roots: Sequence[Path] = ()) -> Sources:
    """The directories for the manifests of a feature file.

    Args:
        feature: the feature file.
        working: the directory in which the run was started.
        roots: directories that the user names beside.
    """
    if Path(os.path.realpath(feature)).is_relative_to(os.path.realpath(resources.features())):
        return PACKAGED
    # Below the root of the file system lies everything.
    own = [one for one in (feature.parent, working) if one != one.parent]
    found = (*own, resources.fixtures(), *roots)
    return Sources(tuple(dict.fromkeys(Path(os.path.abspath(one)) for one in found)))  # noqa: PTH100 - links are kept


@cache
def _objects(sources: Sources, manifest: str) -> tuple[Manifest, ...]:
    advice = "put it there, or name its directory with --manifest-root"
    looked = ", ".join(map(manifests.shown, sources.directories))
    if "\0" in manifest:
        raise ManifestError(f"{manifest}: no file has a name with a NUL in it")
    paths = [Path(os.path.normpath(directory / manifest)) for directory in sources.directories]
    inside = [path for path in dict.fromkeys(paths) if _root(path, sources.directories)]
    if not inside:
        raise ManifestError(f"{manifest}: lies outside of {looked}, and is not read: {advice}")
    path = next((path for path in inside if os.path.lexists(path)), None)
    if path is None:
        raise ManifestError(f"{manifest}: there is no such manifest in {looked}: {advice}")
    return manifests.read_text(_content(path, sources.directories, advice), manifests.shown(path))


def _content(path: Path, directories: Sequence[Path], advice: str) -> bytes:
    """What a file holds that lies, with all links followed, in one of the directories.

    Raises:
        ManifestError: if it does not, is no file, or cannot be read.
    """
    shown, real = manifests.shown(path), Path(os.path.realpath(path))
    root = _root(real, [Path(os.path.realpath(directory)) for directory in directories])
    if root is None:
        raise ManifestError(f"{shown}: is a link that leads elsewhere, and is not read: {advice}")
    try:
        content = filing.read_below(root, real.relative_to(root), manifests.MAX_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"{shown}: cannot be read: {error.strerror}") from error
    if content is None:
        raise ManifestError(f"{shown}: is no file, and is not read: name a file")
    return content


def _root(path: Path, directories: Sequence[Path]) -> Path | None:
    """The directory below which a path lies, or None."""
    return next((one for one in directories if path != one and path.is_relative_to(one)), None)
