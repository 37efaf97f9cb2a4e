"""`svcdns docs`, over a book that is made of nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from svcdns import documentation
from svcdns.cli import main
from svcdns.documentation import Book
from svcdns.documentation.comparison import Comparison


@pytest.fixture(autouse=True)
def _short_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real book is written, and compared with the repository's, in tests/documentation."""
    monkeypatch.setattr(documentation, "write", lambda _: Book(Comparison((), ()), (), ()))


def test_what_was_written_is_up_to_date_until_it_changes(tmp_path: Path) -> None:
    where = ["docs", "--output", str(tmp_path / "made")]
    assert CliRunner().invoke(main, [*where, "--check"]).exit_code == 1
    assert CliRunner().invoke(main, where).exit_code == 0
    assert CliRunner().invoke(main, [*where, "--check"]).exit_code == 0

    page = tmp_path / "made" / "expected-results.html"
    page.write_text(page.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    checked = CliRunner().invoke(main, [*where, "--check"])
    assert checked.exit_code == 1
    assert checked.stderr == f"{page} is out of date; run `svcdns docs --output {page.parent}`\n"


def test_a_directory_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = CliRunner().invoke(main, ["docs", "--output", str(tmp_path / "file")])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"svcdns: {tmp_path}/file: is not a directory; name another")
    assert result.stderr.count("\n") == 1
