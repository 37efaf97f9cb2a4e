"""The documentation as Markdown: its tables, fences and links."""

from __future__ import annotations

import re

import pytest

from svcdns import documentation, resources
from svcdns.documentation import Book


@pytest.fixture(scope="module")
def markdown(book: Book) -> str:
    return documentation.markdown(book)


def test_the_markdown_has_tables_of_equal_width_and_closes_its_fences(markdown: str) -> None:
    assert markdown.count("```") % 2 == 0
    assert markdown.count("<details>") == markdown.count("</details>")
    outside = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    for table in re.findall(r"(?:^\|.*\|\n)+", outside, flags=re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_the_links_of_the_markdown_lead_to_headings_and_files(markdown: str) -> None:
    headings = {
        re.sub(r"[^a-z0-9 .-]", "", one.lower()).replace(" ", "-")
        for one in re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)]+)\)", markdown):
        assert link.removeprefix("#") in headings or (resources.root() / "reports" / link).is_file(), link
