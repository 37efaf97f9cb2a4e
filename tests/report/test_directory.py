"""``reports/<run>/``, the page beside it, and the link to the latest."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.report import directory


def test_the_latest_run_is_linked(tmp_path: Path):
    directory.made(tmp_path / "reports" / "first")
    second = directory.made(tmp_path / "reports" / "second")
    assert (tmp_path / "reports" / "latest").resolve() == second.resolve()
    assert not list((tmp_path / "reports").glob(".*"))


def test_a_page_that_is_there_is_left_alone(tmp_path: Path):
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    directory.made(tmp_path / "first")
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_where_links_are_not_to_be_had_a_file_names_the_latest_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    directory.made(tmp_path / "first")
    assert (tmp_path / "latest.txt").read_text(encoding="utf-8") == "first\n"


def test_something_of_that_name_that_is_no_link_is_left_alone(tmp_path: Path):
    (tmp_path / "latest").mkdir()
    directory.made(tmp_path / "first")
    assert (tmp_path / "latest").is_dir()
    assert (tmp_path / "latest.txt").read_text(encoding="utf-8") == "first\n"
