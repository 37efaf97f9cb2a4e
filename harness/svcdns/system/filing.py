"""Files below a directory: what is written there lies there, and what is read from there is a file that lies there.

Each directory is opened from the one above it, and no link is followed on the way or at the end (``O_NOFOLLOW``, ``dir_fd``),
so nobody can lead a step aside between a look and a use. A file is written beside its place and put there at once: what
stood there, be it a link, a FIFO or a file that has other names or owners, is replaced and never written into. Where a platform
has no ``dir_fd``, the same steps are made by path.
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

#: Octets of a name that was made safe; most file systems have room for 255.
LONGEST_NAME = 120

_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
#: A FIFO without a reader or writer, or a device, does not hold up who opens it.
_FILE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_LIKE_A_REDUCED_ONE = re.compile(r"-[0-9a-f]{16}(\.[a-z0-9]{1,8})?")


def safe_name(text: str) -> str:
    """A name for a file or directory that has to do with a text: one part of a path, without anything special in it.

    Names that are harmless stay as they are. Others are reduced, and carry a digest of the text, so that two texts never
    have one name, also where case does not count.
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
    """A directory, open until it is closed, and what is made and written in it.

    Attributes:
        path: what messages call it.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def named(cls, path: Path) -> Self:
        """A directory that a user has named, or works in; it is made where it is missing.

        It is theirs to say: links on the way to it are followed.

        Raises:
            UsageError: if it cannot be had.
        """
        with _told(path):
            try:
                path.mkdir(parents=True, exist_ok=True)
            except FileExistsError as error:
                raise UsageError(f"{path}: cannot be written to: it is no directory; name another") from error
            return cls(path, os.open(path, _DIRECTORY) if _BY_DESCRIPTOR else None)

    def below(self, name: str) -> Self:
        """A directory in this one, made where it is missing.

        Raises:
            UsageError: if it cannot be had, or what has its name is a link or no directory.
        """
        path = self.path / _part(name)
        with _told(path):
            with suppress(FileExistsError):
                os.mkdir(*self._at(name), dir_fd=self._descriptor)
            try:
                return self._entered(name)
            except NotADirectoryError as error:
                raise UsageError(
                    f"{path}: is a link or no directory; nothing is written through it: remove it"
                ) from error

    def fresh(self, name: str) -> Self:
        """A directory in this one that was not there: with a number behind its name where that was taken.

        Raises:
            UsageError: if it cannot be had.
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
        """A directory in this one.

        Raises:
            OSError: if it cannot be opened; `NotADirectoryError` if it is a link or something else.
        """
        path = self.path / name
        if not stat.S_ISDIR(os.lstat(*self._at(name), dir_fd=self._descriptor).st_mode):
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(path))
        flags = _DIRECTORY | _NO_LINK
        return type(self)(path, os.open(name, flags, dir_fd=self._descriptor) if _BY_DESCRIPTOR else None)

    def holds(self, name: str) -> bool:
        """Whether there is anything of a name, also a link that leads nowhere."""
        try:
            os.lstat(*self._at(_part(name)), dir_fd=self._descriptor)
        except OSError:
            return False
        return True

    def read(self, name: str, most: int) -> bytes | None:
        """The first octets of a file; None where it is no regular one, which is not opened then.

        Raises:
            OSError: if it cannot be read.
        """
        if not stat.S_ISREG(os.lstat(*self._at(_part(name)), dir_fd=self._descriptor).st_mode):
            return None
        with os.fdopen(os.open(*self._at(name), os.O_RDONLY | _NO_LINK | _FILE, dir_fd=self._descriptor), "rb") as file:
            return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None

    def write(self, name: str, text: str | Iterable[str]) -> Path:
        """Write a file, in the place of whatever has its name.

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
        """Make a link to what lies beside it, in the place of a file or link of its name.

        Raises:
            OSError: if there can be none.
        """
        own = f".{secrets.token_hex(8)}"
        os.symlink(_part(to), *self._at(own), target_is_directory=True, dir_fd=self._descriptor)
        self._put(own, _part(name))

    def take(self, source: Path) -> None:
        """Copy the regular files below a directory of ours, line by line as they can be shown.

        Raises:
            UsageError: if one cannot be read or written.
        """
        for one in sorted(source.iterdir()):
            with _told(one):
                mode = one.lstat().st_mode
                if stat.S_ISDIR(mode):
                    with self.below(safe_name(one.name)) as inner:
                        inner.take(one)
                elif stat.S_ISREG(mode):
                    with one.open(encoding="utf-8", errors="backslashreplace", newline="\n") as lines:
                        self.write(safe_name(one.name), (printable.block(line, None) for line in lines))

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
        """Give a new entry the name that it is to have."""
        try:
            os.replace(*self._at(own), *self._at(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except OSError:
            os.unlink(*self._at(own), dir_fd=self._descriptor)
            raise


@contextmanager
def opened(root: Path, *names: str) -> Iterator[Directory]:
    """A directory below one that a user has named or works in, as `Directory.named` and `Directory.below` open it.

    Raises:
        UsageError: as they do.
    """
    with ExitStack() as life:
        directory = life.enter_context(Directory.named(root))
        for name in names:
            directory = life.enter_context(directory.below(name))
        yield directory


def write_named(path: Path, text: str) -> None:
    """Write a file that a user has named: links are followed, since they are the user's, and only a file is written.

    Raises:
        UsageError: if it cannot be written, or is a FIFO, a device or a directory.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | _FILE, 0o666), "wb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"{path}: is no file; name a file that may be written")
            file.truncate()
            file.write(text.encode("utf-8", "backslashreplace"))


def read_below(root: Path, below: PurePath, most: int) -> bytes | None:
    """The first octets of a file that lies below a directory, with no link between the two.

    Returns:
        None where it is no regular file; it is not opened then.

    Raises:
        OSError: if it cannot be read, or a link is in the way.
    """
    with ExitStack() as life:
        directory = life.enter_context(Directory(root, os.open(root, _DIRECTORY) if _BY_DESCRIPTOR else None))
        for name in below.parts[:-1]:
            directory = life.enter_context(directory._entered(name))  # noqa: SLF001 - of this module
        return directory.read(below.name, most)


def _part(name: str) -> str:
    """One part of a path."""
    if name in ("", ".", "..") or {"/", "\\", "\0"} & set(name):
        raise ValueError(f"{name!r} is not one part of a path")
    return name


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in one line what the system has against it."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: cannot be read or written: {error.strerror}") from error
