"""What is written below a directory lies there, whatever somebody has put there before."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdns.errors import UsageError
from svcdns.system import filing
from svcdns.system.filing import safe_name
from tests.hostile.foreign import FOREIGN, unseen

HOSTILE = ["../../x", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "a\0b", ".bashrc", "-rf", "CON", "Web", "web ", FOREIGN, "x" * 5000, "é", "\ud800", "a:b", "~root", "$(id)"]  # fmt: skip


@pytest.mark.parametrize("name", ["web-0.log", "transcript.txt", "coredns-7db6d8ff4d-abcde.log", "small.test_right"])
def test_a_harmless_name_stays_as_it_is(name: str):
    assert safe_name(name) == name


@given(st.text(st.characters()) | st.sampled_from(HOSTILE))
def test_any_text_becomes_one_part_of_a_path(text: str):
    name = safe_name(text)
    assert PurePath(name).parts == (name,)
    assert name not in (".", "..")
    assert name[0] not in ".-"
    assert name == name.lower()
    assert len(name.encode()) <= 160
    assert unseen(name) == set()


@given(st.lists(st.text(st.sampled_from("aA./\\-_ é0")) | st.sampled_from(HOSTILE), unique=True))
def test_two_texts_never_have_one_name(texts: list[str]):
    # A text may be the name that another one was given.
    every = list(dict.fromkeys([*texts, *map(safe_name, texts)]))
    assert len({safe_name(text) for text in every}) == len(every)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    found = tmp_path / "outside"
    found.mkdir()
    (found / "precious").write_text("precious")
    return found


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    found = tmp_path / "inside"
    found.mkdir()
    return found


def link(path: Path, to: Path) -> None:
    path.symlink_to(to)


def fifo(path: Path, _: Path) -> None:
    os.mkfifo(path)


def hard_link(path: Path, to: Path) -> None:
    path.hardlink_to(to)


def nowhere(path: Path, to: Path) -> None:
    path.symlink_to(to.parent / "not-there")


def read_only(path: Path, _: Path) -> None:
    path.write_text("old")
    path.chmod(0o444)


def of_another_owner(path: Path, _: Path) -> None:
    path.write_text("old")
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)


@pytest.mark.parametrize("planted", [link, fifo, hard_link, nowhere, read_only, of_another_owner])
def test_a_file_takes_the_place_of_whatever_was_planted(planted, inside: Path, outside: Path):
    planted(inside / "report.html", outside / "precious")
    with filing.opened(inside) as directory:
        directory.write("report.html", "new")
    assert (inside / "report.html").read_text() == "new"
    assert not (inside / "report.html").is_symlink()
    assert (inside / "report.html").stat().st_nlink == 1
    assert (inside / "report.html").stat().st_uid == os.geteuid()
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"precious": "precious"}
    assert [path.name for path in inside.iterdir()] == ["report.html"]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_directory_that_is_a_link_is_refused_at_every_depth(depth: int, inside: Path, outside: Path):
    names = ["a", "b", "c"]
    above = inside.joinpath(*names[: depth - 1])
    above.mkdir(parents=True, exist_ok=True)
    (above / names[depth - 1]).symlink_to(outside)
    with pytest.raises(UsageError, match="is a link or not a directory"), filing.opened(inside, *names):
        pass
    assert [path.name for path in outside.iterdir()] == ["precious"]


def test_a_directory_that_is_swapped_for_a_link_is_not_followed_any_more(inside: Path, outside: Path):
    with filing.opened(inside, "run") as directory:
        (inside / "run").rename(inside / "moved")
        (inside / "run").symlink_to(outside)
        directory.write("evidence.txt", "new")
    assert (inside / "moved" / "evidence.txt").read_text() == "new"
    assert [path.name for path in outside.iterdir()] == ["precious"]


def test_whoever_swaps_directories_all_the_time_gets_nothing(inside: Path, outside: Path):
    over = threading.Event()

    def swap() -> None:
        run, away = inside / "run", inside / "away"
        (inside / "link").symlink_to(outside)
        while not over.is_set():
            with suppress(OSError):
                run.rename(away)
                (inside / "link").rename(run)
                run.rename(inside / "link")
                away.rename(run)

    thread = threading.Thread(target=swap)
    thread.start()
    for number in range(300):
        with suppress(UsageError), filing.opened(inside, "run") as directory:
            directory.write(f"f{number}", "x")
    over.set()
    thread.join()
    assert [path.name for path in outside.iterdir()] == ["precious"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\0b"])
def test_what_is_not_one_part_of_a_path_is_never_written(name: str, inside: Path):
    with filing.opened(inside) as directory:
        for act in (directory.below, directory.fresh, lambda name: directory.write(name, "")):
            with pytest.raises(ValueError, match="is not one part of a path"):
                act(name)
    assert list(inside.iterdir()) == []


def test_directories_of_one_name_are_told_apart(inside: Path):
    with filing.opened(inside) as directory:
        assert [directory.fresh("x").path.name for _ in range(3)] == ["x", "x-2", "x-3"]


def test_exported_logs_are_copied_without_links_and_as_text(inside: Path, outside: Path, tmp_path: Path):
    exported = tmp_path / "exported"
    (exported / "node").mkdir(parents=True)
    (exported / "node" / "kubelet.log").write_bytes(b"one\r\n\x1b[2Jtwo\xff\n")
    (exported / "node" / "Odd name.log").write_text("three")
    (exported / "link").symlink_to(outside / "precious")
    (exported / "linked").symlink_to(outside)
    os.mkfifo(exported / "fifo")
    with filing.opened(inside) as directory:
        directory.take(exported)
    found = {str(path.relative_to(inside)): path.read_text() for path in inside.rglob("*") if path.is_file()}
    assert found == {"node/kubelet.log": "one\n\\x1b[2Jtwo\\xff\n", f"node/{safe_name('Odd name.log')}": "three"}


def test_a_file_that_the_user_named_is_written_where_its_link_leads(inside: Path, outside: Path):
    (inside / "page.html").symlink_to(outside / "precious")
    filing.write_named(inside / "page.html", "page")
    assert (outside / "precious").read_text() == "page"


def test_only_a_file_that_the_user_named_is_written(inside: Path):
    os.mkfifo(inside / "fifo")
    for path in (inside / "fifo", inside, Path("/dev/null")):
        with pytest.raises(UsageError):
            filing.write_named(path, "page")


def test_a_directory_is_closed_with_its_context(inside: Path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with filing.opened(inside, "a", "b") as directory:
            directory.write("c", "d")
        with pytest.raises(UsageError), filing.opened(inside, "a", "b", "c"):
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_the_same_holds_where_a_platform_has_no_directory_descriptors(
    by_descriptor: bool, inside: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(filing, "_BY_DESCRIPTOR", by_descriptor)
    (inside / "linked").symlink_to(outside)
    (inside / "file").symlink_to(outside / "precious")
    with filing.opened(inside) as directory:
        with pytest.raises(UsageError):
            directory.below("linked")
        directory.write("file", "new")
        with directory.below("deep") as deep:
            deep.write("x", "y")
    assert (inside / "deep" / "x").read_text() == "y"
    assert (outside / "precious").read_text() == "precious"
    assert filing.read_below(inside, PurePath("deep/x"), 10) == b"y"
    with pytest.raises(OSError, match=r"."):
        filing.read_below(inside, PurePath("linked/precious"), 10)
