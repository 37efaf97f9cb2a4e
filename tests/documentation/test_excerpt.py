"""The parts of manifests that a diagram shows."""

from __future__ import annotations

from svcdns.documentation import Book


def test_the_manifest_contains_what_the_diagram_shows_and_no_more(book: Book) -> None:
    shown = next(one for one in book.clauses if one.clause.id == "2.4.1-d")
    (excerpt,) = shown.chapters[0].states[0].manifests
    assert excerpt.manifest == "specification/headless.yaml"
    assert excerpt.text.count("kind: ") == len(("Service", "Endpoints"))
    assert "name: shared\n" in excerpt.text
