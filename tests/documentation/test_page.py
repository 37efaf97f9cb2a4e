"""The page: the same whenever it is written, complete, and well-formed; it loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from svcdns import documentation, resources
from svcdns.catalogue import tags
from svcdns.cli.docs import HTML, MARKDOWN
from svcdns.documentation import Book

VOID = {"meta", "path", "rect", "br", "link", "img"}
#: What the reference hands out, as addresses and as labels of names.
HANDED_OUT = re.compile(r"\b(10[.-](96|244)[.-]|fd00[:-]10[:-])")


class Outline(HTMLParser):
    """What a page holds, and whether every element is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.drawn: list[list[str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
        if tag == "svg":
            self.drawn.append([])
        if self.drawn and "svg" in self.open:
            self.drawn[-1].append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(book: Book) -> str:
    return documentation.page(book)


@pytest.fixture(scope="module")
def markdown(book: Book) -> str:
    return documentation.markdown(book)


def test_the_pages_in_the_repository_are_what_another_run_writes(page: str, markdown: str) -> None:
    reports = resources.root() / "reports"
    assert (reports / MARKDOWN).read_text(encoding="utf-8") == markdown, "run `svcdns docs`"
    assert (reports / HTML).read_text(encoding="utf-8") == page, "run `svcdns docs`"


@pytest.mark.parametrize("kind", ["page", "markdown"])
def test_nothing_that_a_cluster_makes_up_is_left_in_a_page(kind: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(kind)
    assert not HANDED_OUT.search(text)
    assert "svcdns-docs" not in text
    assert not re.search(r"tomcat-[a-z0-9]{5,}", text)


def test_every_element_is_closed_and_every_id_is_there_once(page: str) -> None:
    outline = Outline(page)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))


def test_every_link_and_every_label_leads_to_something_on_the_page(page: str) -> None:
    outline = Outline(page)
    links = {value for _, name, value in outline.attributes if name == "href"}
    labels = {one for _, name, value in outline.attributes if name == "aria-labelledby" for one in value.split()}
    assert all(link.startswith("#") for link in links)
    assert {link.removeprefix("#") for link in links} | labels <= set(outline.ids)


def test_a_page_loads_nothing(page: str) -> None:
    outline = Outline(page)
    assert not [one for one in outline.attributes if one[1] in ("src", "srcset", "data", "action")]
    assert "url(http" not in page
    assert "@import" not in page


def test_every_diagram_says_in_words_what_it_shows(page: str) -> None:
    pictures = [drawn for drawn in Outline(page).drawn if "marker" not in drawn]
    assert len(pictures) >= len(tags.COMBINATIONS)
    assert all({"title", "desc", "rect", "text"} <= set(drawn) for drawn in pictures)


def test_every_combination_and_every_clause_is_told(page: str, markdown: str) -> None:
    for tag, combination in tags.COMBINATIONS.items():
        assert f'id="{tag}"' in page
        assert f"## A {combination.workload} behind a {combination.service} Service\n" in markdown
    for clause in tags.clauses().values():
        assert f'id="spec-{clause.id}"' in page
        assert f"### {clause.id}\n" in markdown
        assert clause.sentence in markdown
