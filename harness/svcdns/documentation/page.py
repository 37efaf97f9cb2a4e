"""The documentation as one HTML file that loads nothing."""

from __future__ import annotations

from svcdns.documentation.book import Book
from svcdns.documentation.drawing import draw, outline
from svcdns.report import templating


def page(book: Book) -> str:
    """Return the book as HTML."""
    filters = {
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
        "drawn": draw,
        "outlined": lambda diagram: "\n".join(outline(diagram)),
    }
    style = templating.asset("svcdns.documentation", "page.css")
    return templating.render("svcdns.documentation", "page.html", filters, book=book, style=style)
