"""Problems of fields, and how messages name fields and quote a manifest."""

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
    """A problem of a field.

    Attributes:
        field: the path of the field inside its object; empty for the object itself.
        text: what is wrong, such as "must be between 1 and 65535, not 0".
        line: the 1-based line, where it differs from the field's own.
    """

    field: FieldPath
    text: str
    line: int | None = None


def dotted(path: FieldPath) -> str:
    """Return a field path as the user would write it: ``spec.ports[0].port``, ``metadata.labels["example.com/a"]``."""
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
    """Return text of a manifest for a message: in quotes, on one line, shortened."""
    return json.dumps(shortened(text), ensure_ascii=False)


def shortened(text: str) -> str:
    """Return text of a manifest, shortened for a message."""
    # Redaction comes first: it would not recognise a credential that was cut.
    text = redact(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Return words as a sentence lists them: ``TCP, UDP or SCTP``."""
    *others, final = words
    return f"{', '.join(others)} {last} {final}" if others else final
