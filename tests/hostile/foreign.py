"""Text that no terminal, page or report may take for more than text, and what of it would be more."""

from __future__ import annotations

import html
import json
import unicodedata
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import yaml

#: A title, a cleared screen, C1, a forged line, a backspace, marks of direction, zero width, a tag, a line separator
#: and a command of a build log; and letters that are to stay.
FOREIGN = (
    "é中\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\r\n::error::forged\b\u202e\u2066\u200f\u061c\u200b\U000e0041\u2028\ufe0f."
)
#: With half a surrogate pair, which JSON can say.
BROKEN = f"{FOREIGN}\ud800"
#: On one line, for what cannot have more: a name in YAML, a scenario.
ONE_LINE = "é中\u202e\u2066\u200f\u061c\u200b\U000e0041\ufe0f."
LETTERS = "é中"

_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def unseen(text: str) -> set[str]:
    """The characters of a text that do not show themselves; lines may end."""
    return {one for one in text if one != "\n" and (unicodedata.category(one) in _CATEGORIES or one == "\ufe0f")}


def texts(value: Any) -> list[str]:
    """Every text in plain data."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts(part)]
    return [text for part in value for text in texts(part)] if isinstance(value, list) else []


def read(path: Path) -> list[str]:
    """The texts of a file, as they are written and as programs read them."""
    raw = path.read_bytes().decode("utf-8")
    found = [raw]
    if path.suffix in (".html", ".xml"):
        found.append(html.unescape(raw))
    if path.suffix == ".xml":
        found += [
            text for one in ET.fromstring(raw).iter() for text in (one.text, one.tail, *one.attrib.values()) if text
        ]
    if path.suffix == ".yaml":
        found += [text for document in yaml.safe_load_all(raw) for text in texts(document)]
    if path.suffix == ".json":
        found += texts(json.loads(raw))
    return found


def forged(text: str) -> list[str]:
    """The lines that foreign text has begun."""
    return [line for line in text.splitlines() if line.lstrip().startswith(("::error", "forged"))]
