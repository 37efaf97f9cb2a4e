"""What is wrong with a field, and how a field is named to the user."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from svcdns.safety.redaction import redact

FieldPath = tuple[str | int, ...]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST = 60


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        field: the path of the field inside its object; empty for the object itself.
        text: what is wrong, such as "must be between 1 and 65535, not 0".
        line: the 1-based line, where it is another than the field's own.
    """

    field: FieldPath
    text: str
    line: int | None = None


def dotted(path: FieldPath) -> str:
    """A field path as the user would write it: ``spec.ports[0].port``, ``metadata.labels["example.com/a"]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _IDENTIFIER.fullmatch(part) and len(part) <= _LONGEST:
            text += f".{part}" if text else part
        else:
            text += f"[{quoted(part)}]"
    return text


def quoted(text: str) -> str:
    """Text of a manifest inside a message: in quotes, on one line, shortened."""
    return json.dumps(shortened(text), ensure_ascii=False)


def shortened(text: str) -> str:
    """Text of a manifest that could have any length, short enough for a message."""
    # Of a credential that is cut short, the rest would not be known any more.
    text = redact(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words as a sentence lists them: ``TCP, UDP or SCTP``."""
    *others, final = words
    return f"{', '.join(others)} {last} {final}" if others else final
