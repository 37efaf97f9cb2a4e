"""``svcdns docs``: the documentation, written or checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say
from svcdns.errors import UsageError

HTML, MARKDOWN = "expected-results.html", "expected-results.md"


@click.command()
@click.option("--output", default="reports", show_default=True, type=click.Path(path_type=Path), help="The directory.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if what is there is out of date.")
def docs(output: Path, *, check: bool) -> None:
    """Write what each name answers, from the features and a run on the reference.

    One HTML file that needs nothing else, and the same as Markdown: expected-results.html and expected-results.md. Two
    runs write the same, byte for byte.

    Examples:
      svcdns docs
      svcdns docs --output public
      svcdns docs --check
    """
    from svcdns import documentation  # noqa: PLC0415 - `--help` needs no features
    from svcdns.records import COREDNS  # noqa: PLC0415 - as above
    from svcdns.report import directory  # noqa: PLC0415 - as above
    from svcdns.targets.reference import Reference  # noqa: PLC0415 - as above

    with Reference(COREDNS) as target:
        book = documentation.write(target)
    pages = {output / HTML: documentation.page(book), output / MARKDOWN: documentation.markdown(book)}
    if check:
        stale = [path for path, text in pages.items() if _read(path) != text]
        for path in stale:
            say(f"{path} is out of date: `svcdns docs --output {output}` writes it again", err=True)
        sys.exit(1 if stale else 0)
    with directory.named(output) as opened:
        for path, text in pages.items():
            say(f"wrote {opened.write(path.name, text)}")


def _read(path: Path) -> str:
    """What a file holds, or nothing where there is none."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
