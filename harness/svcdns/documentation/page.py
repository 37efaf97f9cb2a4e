"""The documentation as one HTML file that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from svcdns.documentation.book import Book
from svcdns.documentation.drawing import draw, outline

_HERE = Path(__file__).parent / "templates"


def page(book: Book) -> str:
    """The book as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only documentation needs it
    from markupsafe import Markup  # noqa: PLC0415 - as above

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
        "drawn": draw,
        "outlined": lambda picture: "\n".join(outline(picture)),
    }
    # A file of ours, which holds no text from anywhere else.
    text = (_HERE / "page.css").read_text("utf-8")
    style = Markup(text)  # noqa: S704 - as above  # nosec B704
    return environment.get_template("page.html").render(book=book, style=style)
