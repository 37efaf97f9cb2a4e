"""Files below a directory, read and written without leaving it.

Each directory is opened from the one above it, and no link is followed on the way or at the end (``O_NOFOLLOW``,
``dir_fd``), so nobody can redirect a step between a check and a use. A file is written under another name and renamed: a
link, a FIFO or a file with other names or owners in its place is replaced and never written into. On a platform without
``dir_fd``, the same steps are made by path.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from errno import ENOTDIR
from hashlib import blake2s
from itertools import count
from pathlib import Path, PurePath
from typing import Self

from svcdns.errors import UsageError
from svcdns.safety import printable

#: Octets of the longest name that was made safe; most file systems allow 255.
LONGEST_NAME = 120

_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
#: Opening a FIFO without a reader or writer, or a device, does not block.
_FILE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_LIKE_A_REDUCED_ONE = re.compile(r"-[0-9a-f]{16}(\.[a-z0-9]{1,8})?")


def safe_name(text: str) -> str:
    """Return a safe name for a file or directory that belongs to a text: one part of a path, without special characters.

    Harmless names stay as they are. Others are reduced and get a digest of the text, so two texts never have the same
    name, also on file systems that ignore case.
    """
    reduced = _UNSAFE.sub("-", text.lower()).lstrip(".-").rstrip(".")
    if text and reduced == text and len(text) <= LONGEST_NAME and not _LIKE_A_REDUCED_ONE.search(text):
        return text
    stem, dot, suffix = reduced.rpartition(".")
    if not dot or not re.fullmatch(r"[a-z0-9]{1,8}", suffix):
        stem, dot, suffix = reduced, "", ""
    digest = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{stem[:LONGEST_NAME].rstrip('.-') or 'unnamed'}-{digest}{dot}{suffix}"


class Directory:
    """An open directory, in which files and directories are created.

    Attributes:
        path: its name in messages.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def named(cls, path: Path) -> Self:
        """Open a directory that a user has named, or works in; create it if it is missing.

        Links on the way to it are the user's own, so they are followed.

        Raises:
            UsageError: if it cannot be opened or created.
        """
        with _told(path):
            try:
                path.mkdir(parents=True, exist_ok=True)
            except FileExistsError as error:
                raise UsageError(f"{path}: is not a directory; name another") from error
            return cls(path, os.open(path, _DIRECTORY) if _BY_DESCRIPTOR else None)

    def below(self, name: str) -> Self:
        """Open a directory in this one; create it if it is missing.

        Raises:
            UsageError: if it cannot be opened or created, or its name is that of a link or a file.
        """
        path = self.path / _part(name)
        with _told(path):
            with suppress(FileExistsError):
                os.mkdir(*self._at(name), dir_fd=self._descriptor)
            try:
                return self._entered(name)
            except NotADirectoryError as error:
                raise UsageError(
                    f"{path}: is a link or not a directory, so nothing is written into it; remove it"
                ) from error

    def fresh(self, name: str) -> Self:
        """Create a directory in this one, with a number after its name if that is taken.

        Raises:
            UsageError: if it cannot be created.
        """
        path = self.path / _part(name)
        with _told(path):
            for number in count(2):
                try:
                    os.mkdir(*self._at(path.name), dir_fd=self._descriptor)
                except FileExistsError:
                    path = self.path / f"{name}-{number}"
                else:
                    break
            return self._entered(path.name)

    def _entered(self, name: str) -> Self:
        """Open a directory in this one.

        Raises:
            OSError: if it cannot be opened; `NotADirectoryError` if it is a link or something else.
        """
        path = self.path / name
        if not stat.S_ISDIR(os.lstat(*self._at(name), dir_fd=self._descriptor).st_mode):
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(path))
        flags = _DIRECTORY | _NO_LINK
        return type(self)(path, os.open(name, flags, dir_fd=self._descriptor) if _BY_DESCRIPTOR else None)

    def holds(self, name: str) -> bool:
        """Return whether an entry has a name, also a broken link."""
        try:
            os.lstat(*self._at(_part(name)), dir_fd=self._descriptor)
        except OSError:
            return False
        return True

    def read(self, name: str, most: int) -> bytes | None:
        """Return the first octets of a file; None if it is not a regular file, which is not opened.

        Raises:
            OSError: if it cannot be read.
        """
        if not stat.S_ISREG(os.lstat(*self._at(_part(name)), dir_fd=self._descriptor).st_mode):
            return None
        with os.fdopen(os.open(*self._at(name), os.O_RDONLY | _NO_LINK | _FILE, dir_fd=self._descriptor), "rb") as file:
            return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None

    def write(self, name: str, text: str | Iterable[str]) -> Path:
        """Write a file, replacing whatever has its name.

        Raises:
            UsageError: if it cannot be written.
        """
        path = self.path / _part(name)
        own = f".{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _FILE
        with _told(path):
            with os.fdopen(os.open(*self._at(own), flags, 0o666, dir_fd=self._descriptor), "wb") as file:
                for part in [text] if isinstance(text, str) else text:
                    file.write(part.encode("utf-8", "backslashreplace"))
            self._put(own, name)
        return path

    def link(self, name: str, to: str) -> None:
        """Create a link to an entry beside it, replacing a file or link with its name.

        Raises:
            OSError: if links are not possible.
        """
        own = f".{secrets.token_hex(8)}"
        os.symlink(_part(to), *self._at(own), target_is_directory=True, dir_fd=self._descriptor)
        self._put(own, _part(name))

    def take(self, source: Path) -> None:
        """Copy the regular files below a directory of ours, each line made safe to show.

        Raises:
            UsageError: if one cannot be read or written.
        """
        for entry in sorted(source.iterdir()):
            with _told(entry):
                mode = entry.lstat().st_mode
                if stat.S_ISDIR(mode):
                    with self.below(safe_name(entry.name)) as inner:
                        inner.take(entry)
                elif stat.S_ISREG(mode):
                    with entry.open(encoding="utf-8", errors="backslashreplace", newline="\n") as lines:
                        self.write(safe_name(entry.name), (printable.block(line, None) for line in lines))

    def close(self) -> None:
        """Close it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _at(self, name: str) -> tuple[str]:
        return (name if self._descriptor is not None else str(self.path / name),)

    def _put(self, own: str, name: str) -> None:
        """Rename a new entry to its final name."""
        try:
            os.replace(*self._at(own), *self._at(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except OSError:
            os.unlink(*self._at(own), dir_fd=self._descriptor)
            raise


@contextmanager
def opened(root: Path, *names: str) -> Iterator[Directory]:
    """Open a directory below one that a user has named or works in, as `Directory.named` and `Directory.below` do.

    Raises:
        UsageError: as they do.
    """
    with ExitStack() as life:
        directory = life.enter_context(Directory.named(root))
        for name in names:
            directory = life.enter_context(directory.below(name))
        yield directory


def write_named(path: Path, text: str) -> None:
    """Write a file that a user has named; links are the user's own, so they are followed, but only a file is written.

    Raises:
        UsageError: if it cannot be written, or is a FIFO, a device or a directory.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | _FILE, 0o666), "wb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"{path}: is not a file; name a file that may be written")
            file.truncate()
            file.write(text.encode("utf-8", "backslashreplace"))


def read_below(root: Path, below: PurePath, most: int) -> bytes | None:
    """Return the first octets of a file below a directory, with no link between the two.

    Returns:
        the octets; None if it is not a regular file, which is not opened.

    Raises:
        OSError: if it cannot be read, or a link is in the way.
    """
    with ExitStack() as life:
        directory = life.enter_context(Directory(root, os.open(root, _DIRECTORY) if _BY_DESCRIPTOR else None))
        for name in below.parts[:-1]:
            directory = life.enter_context(directory._entered(name))  # noqa: SLF001 - of this module
        return directory.read(below.name, most)


def _part(name: str) -> str:
    """Return a name that is one part of a path."""
    if name in ("", ".", "..") or {"/", "\\", "\0"} & set(name):
        raise ValueError(f"{name!r} is not one part of a path")
    return name


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn an error of the system into one line."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be read or written: {error.strerror}") from error
