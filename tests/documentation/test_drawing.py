"""Diagrams: everything within the plane, every text within a box, and boxes that lie beside or inside one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from svcdns.documentation import Book
from svcdns.documentation.drawing import LETTER, PILL_LETTER, Box, Drawing, Text, draw


def drawings(book: Book) -> Iterator[Drawing]:
    chapters = [one.chapter for one in book.combinations] + [
        one for section in book.clauses for one in section.chapters
    ]
    for chapter in chapters:
        for state in chapter.states:
            yield draw(state.diagram)


def right(text: Text) -> float:
    letter = PILL_LETTER if text.role.startswith("name") else LETTER
    words = f"{text.type} {text.words}" if text.type else text.words
    return text.x + (text.squeezed or letter * len(words))


def inside(box: Box, other: Box) -> bool:
    return (
        other.x <= box.x
        and other.y <= box.y
        and box.x + box.width <= other.x + other.width
        and box.y + box.height <= other.y + other.height
    )


def apart(box: Box, other: Box) -> bool:
    return (
        box.x + box.width <= other.x
        or other.x + other.width <= box.x
        or box.y + box.height <= other.y
        or other.y + other.height <= box.y
    )


def test_everything_lies_within_the_drawing(book: Book) -> None:
    for drawing in drawings(book):
        plane = Box(0, 0, drawing.width, drawing.height, "plane")
        assert all(inside(box, plane) for box in drawing.boxes)


def test_every_text_lies_within_a_box(book: Book) -> None:
    for drawing in drawings(book):
        for text in drawing.texts:
            around = [box for box in drawing.boxes if box.x <= text.x and box.y <= text.y <= box.y + box.height]
            assert any(right(text) <= box.x + box.width for box in around), text


def test_boxes_lie_beside_one_another_or_are_drawn_after_what_they_lie_in(book: Book) -> None:
    for drawing in drawings(book):
        for before, after in combinations(drawing.boxes, 2):
            assert apart(before, after) or inside(after, before), (before, after)
