"""``reports/<run>/``, the page beside it, and the link to the latest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from svcdns.report import directory


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    return tmp_path / "reports"


def made(reports: Path) -> None:
    with directory.made(reports.parent, "first"):
        pass


def test_the_latest_run_is_linked(tmp_path: Path):
    for run in ("first", "second"):
        with directory.made(tmp_path, run):
            pass
    assert (tmp_path / "reports" / "latest").readlink() == Path("second")
    assert not list((tmp_path / "reports").glob(".*"))


def test_a_page_that_is_there_is_left_alone(reports: Path):
    (reports / "README.md").write_text("mine", encoding="utf-8")
    made(reports)
    assert (reports / "README.md").read_text(encoding="utf-8") == "mine"


def test_where_links_are_not_to_be_had_a_file_names_the_latest_run(reports: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held")

    monkeypatch.setattr(os, "symlink", refuse)
    made(reports)
    assert (reports / "latest.txt").read_text(encoding="utf-8") == "first\n"


def test_something_of_that_name_that_is_no_link_is_left_alone(reports: Path):
    (reports / "latest").mkdir()
    made(reports)
    assert (reports / "latest").is_dir()
    assert (reports / "latest.txt").read_text(encoding="utf-8") == "first\n"
    assert sorted(path.name for path in reports.iterdir()) == ["README.md", "first", "latest", "latest.txt"]
