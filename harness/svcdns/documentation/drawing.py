"""A diagram as boxes, lines and texts on a plane: the only module that knows sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from svcdns.documentation.diagram import Diagram, DiagramObject

#: In user units, which are pixels if the page is wide enough.
WIDTH = 460.0
INDENT, PADDING, GAP = 22.0, 10.0, 10.0
TITLE, LINE, PILL = 20.0, 17.0, 20.0
#: The width of a letter of the two fonts; those of all common monospaced fonts are about 0.6 of their size.
LETTER, PILL_LETTER = 7.2, 6.7
#: At most this many names that do not exist are drawn; the table has all of them.
MISSING = 6


class Text(NamedTuple):
    """A line of text: its left end, its baseline, its role, and the width to which it is squeezed, if any."""

    x: float
    y: float
    role: str
    words: str
    type: str = ""
    squeezed: float = 0.0


class Box(NamedTuple):
    """A rounded rectangle."""

    x: float
    y: float
    width: float
    height: float
    role: str
    radius: float = 6.0


@dataclass(slots=True)
class Drawing:
    """The elements of a drawing, from back to front."""

    lines: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    width: float = WIDTH
    height: float = 0.0

    def down_to(self, y: float) -> None:
        """Extend the drawing down to a height."""
        self.height = max(self.height, y)


def draw(diagram: Diagram) -> Drawing:
    """Draw the Services one below the other, each with its EndpointSlices indented, then the names that do not exist."""
    drawing = Drawing()
    y = 1.0
    for service in diagram.services:
        y = _object(drawing, service, 1.0, y) + GAP
    if diagram.missing:
        _missing(drawing, diagram.missing, y)
    return drawing


def outline(diagram: Diagram) -> Iterator[str]:
    """Yield the diagram as lines of text, for Markdown and for screen readers."""
    for service in diagram.services:
        yield _sentence(service)
        yield from _below(service, "")
    if diagram.missing:
        yield ""
        yield f"no such name: {', '.join(diagram.missing)}"


def _below(parent: DiagramObject, margin: str) -> Iterator[str]:
    for name in parent.names:
        yield f"{margin}{'│' if parent.below else ' '}  {name.type} {name.text}"
    for number, child in enumerate(parent.below):
        last = number == len(parent.below) - 1
        yield f"{margin}{'└' if last else '├'}─ {_sentence(child)}"
        yield from _below(child, f"{margin}{' ' if last else '│'}  ")


def _sentence(drawn: DiagramObject) -> str:
    return " · ".join([drawn.title, *drawn.lines])


def _object(drawing: Drawing, drawn: DiagramObject, x: float, top: float) -> float:
    """Draw an object and all below it; return where it ends."""
    width = WIDTH - x - 1
    inner = width - 2 * PADDING
    behind = len(drawing.boxes)
    y = top + PADDING + 12
    drawing.texts.append(Text(x + PADDING, y, "title", drawn.title, squeezed=_squeezed(drawn.title, inner, LETTER)))
    for line in _lines(drawn.lines, inner):
        y += LINE
        drawing.texts.append(Text(x + PADDING, y, "fact", line, squeezed=_squeezed(line, inner, LETTER)))
    if drawn.names:
        y = _pills(drawing, [(name.type, name.text) for name in drawn.names], x + PADDING, y + 8, inner)
    bottom = y + PADDING
    role = f"{drawn.kind.lower()}{'' if drawn.ready else ' unready'}"
    drawing.boxes.insert(behind, Box(x, top, width, bottom - top, role))
    drawing.down_to(bottom + 1)
    for child in drawn.below:
        begin = bottom + GAP
        spine = x + INDENT / 2
        middle = begin + PADDING + 8
        drawing.lines.append(f"M{spine:g} {top + (y - top + PADDING):g}V{middle:g}H{x + INDENT:g}")
        bottom = _object(drawing, child, x + INDENT, begin)
    return bottom


def _pills(drawing: Drawing, names: Sequence[tuple[str, str]], x: float, top: float, room: float) -> float:
    """Draw names, each with its type, as labels, as many in a row as fit; return where they end."""
    left, y = 0.0, top
    for type_, text in names:
        natural = PILL_LETTER * (len(type_) + 1 + len(text)) + 16
        width = min(natural, room)
        if left and left + width > room:
            left, y = 0.0, y + PILL + 4
        drawing.boxes.append(Box(x + left, y, width, PILL, f"pill {type_.lower()}", PILL / 2))
        squeezed = width - 16 if natural > room else 0.0
        drawing.texts.append(Text(x + left + 8, y + 14, f"name {type_.lower()}", text, type_, squeezed))
        left += width + 6
    return y + PILL


def _missing(drawing: Drawing, names: Sequence[str], top: float) -> None:
    behind = len(drawing.boxes)
    shown = [("", name) for name in names[:MISSING]]
    y = top + PADDING + 12
    drawing.texts.append(Text(1 + PADDING, y, "title", "No such name"))
    end = _pills(drawing, shown, 1 + PADDING, y + 8, WIDTH - 2 - 2 * PADDING)
    if more := len(names) - len(shown):
        end += LINE
        drawing.texts.append(Text(1 + PADDING, end, "fact", f"and {more} more, in the table"))
    drawing.boxes.insert(behind, Box(1, top, WIDTH - 2, end + PADDING - top, "denied"))
    drawing.down_to(end + PADDING + 1)


def _lines(facts: Sequence[str], room: float) -> Iterator[str]:
    """Yield lines of facts, as many in each as fit."""
    line = ""
    for fact in facts:
        longer = f"{line} · {fact}" if line else fact
        if line and len(longer) * LETTER > room:
            yield line
            line = fact
        else:
            line = longer
    if line:
        yield line


def _squeezed(line: str, room: float, letter: float) -> float:
    return room if len(line) * letter > room else 0.0
