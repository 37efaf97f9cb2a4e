"""``svcdns docs``: the documentation, written or checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from svcdns.cli.saying import say
from svcdns.errors import UsageError

HTML, MARKDOWN = "expected-results.html", "expected-results.md"


@click.command()
@click.option(
    "--output", default="reports", show_default=True, type=click.Path(path_type=Path), help="The directory to write to."
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is out of date.")
def docs(output: Path, *, check: bool) -> None:
    """Write the documentation: what each DNS name answers, from the features and a run on the reference.

    It is one HTML file that loads nothing, expected-results.html, and the same as Markdown, expected-results.md. Two runs
    write the same bytes.

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
            say(f"{path} is out of date; run `svcdns docs --output {output}`", err=True)
        sys.exit(1 if stale else 0)
    with directory.named(output) as opened:
        for path, text in pages.items():
            say(f"wrote {opened.write(path.name, text)}")


def _read(path: Path) -> str:
    """Return the content of a file; nothing if there is no such file."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
