"""A picture as boxes and lines on a plane: the only place that knows sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from svcdns.documentation.picture import Picture, Place, Tie

#: In user units, which are pixels where the page is wide enough.
WIDTH = 460.0
INDENT, PADDING, GAP = 22.0, 10.0, 10.0
TITLE, LINE, PILL = 20.0, 17.0, 20.0
#: The width of a letter of the two fonts; those of all common monospaced fonts are about 0.6 of their size.
LETTER, PILL_LETTER = 7.2, 6.7
#: So many names that lead nowhere are drawn; the table has all.
DENIED = 6


class Text(NamedTuple):
    """A line of text: its left end, its baseline, what it is, and the width that it may not exceed."""

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
    """What is to be drawn, from the back to the front."""

    lines: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    width: float = WIDTH
    height: float = 0.0

    def down_to(self, y: float) -> None:
        """Make room."""
        self.height = max(self.height, y)


def draw(picture: Picture) -> Drawing:
    """The Services one below the other, what is behind each of them indented, and then the names that lead nowhere."""
    drawing = Drawing()
    y = 1.0
    for place in picture.services:
        y = _place(drawing, place, 1.0, y) + GAP
    if picture.denied:
        _denied(drawing, picture.denied, y)
    return drawing


def outline(picture: Picture) -> Iterator[str]:
    """The same as lines of text, for readers of plain text and for screen readers."""
    for place in picture.services:
        yield _sentence(place)
        yield from _below(place, "")
    if picture.denied:
        yield ""
        yield f"no such name: {', '.join(picture.denied)}"


def _below(place: Place, margin: str) -> Iterator[str]:
    for tie in place.ties:
        yield f"{margin}{'│' if place.below else ' '}  {tie.type} {tie.said}"
    for number, one in enumerate(place.below):
        last = number == len(place.below) - 1
        yield f"{margin}{'└' if last else '├'}─ {_sentence(one)}"
        yield from _below(one, f"{margin}{' ' if last else '│'}  ")


def _sentence(place: Place) -> str:
    return " · ".join([place.title, *place.facts])


def _place(drawing: Drawing, place: Place, x: float, top: float) -> float:
    """Draw a place and all below it; where it ends."""
    width = WIDTH - x - 1
    inner = width - 2 * PADDING
    behind = len(drawing.boxes)
    y = top + PADDING + 12
    drawing.texts.append(Text(x + PADDING, y, "title", place.title))
    for line in _lines(place.facts, inner):
        y += LINE
        drawing.texts.append(Text(x + PADDING, y, "fact", line, squeezed=_squeezed(line, inner, LETTER)))
    y = _pills(drawing, place.ties, x + PADDING, y + 8, inner) if place.ties else y
    bottom = y + PADDING
    role = f"{place.kind.lower()}{'' if place.ready else ' unready'}"
    drawing.boxes.insert(behind, Box(x, top, width, bottom - top, role))
    drawing.down_to(bottom + 1)
    for one in place.below:
        begin = bottom + GAP
        spine = x + INDENT / 2
        middle = begin + PADDING + 8
        drawing.lines.append(f"M{spine:g} {top + (y - top + PADDING):g}V{middle:g}H{x + INDENT:g}")
        bottom = _place(drawing, one, x + INDENT, begin)
    return bottom


def _pills(drawing: Drawing, ties: Sequence[Tie], x: float, top: float, room: float) -> float:
    """Draw names as labels, as many in a row as fit; where they end."""
    left, y = 0.0, top
    for tie in ties:
        natural = PILL_LETTER * (len(tie.type) + 1 + len(tie.said)) + 16
        width = min(natural, room)
        if left and left + width > room:
            left, y = 0.0, y + PILL + 4
        drawing.boxes.append(Box(x + left, y, width, PILL, f"pill {tie.type.lower()}", PILL / 2))
        squeezed = width - 16 if natural > room else 0.0
        drawing.texts.append(Text(x + left + 8, y + 14, f"name {tie.type.lower()}", tie.said, tie.type, squeezed))
        left += width + 6
    return y + PILL


def _denied(drawing: Drawing, names: Sequence[str], top: float) -> None:
    behind = len(drawing.boxes)
    shown = [Tie("", name) for name in names[:DENIED]]
    y = top + PADDING + 12
    drawing.texts.append(Text(1 + PADDING, y, "title", "No such name"))
    end = _pills(drawing, shown, 1 + PADDING, y + 8, WIDTH - 2 - 2 * PADDING)
    if more := len(names) - len(shown):
        end += LINE
        drawing.texts.append(Text(1 + PADDING, end, "fact", f"and {more} more, in the table"))
    drawing.boxes.insert(behind, Box(1, top, WIDTH - 2, end + PADDING - top, "denied"))
    drawing.down_to(end + PADDING + 1)


def _lines(facts: Sequence[str], room: float) -> Iterator[str]:
    """Facts, as many in a line as fit."""
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
