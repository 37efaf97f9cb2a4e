r"""Foreign text made safe to show, as one line or as a block: text of a cluster, a DNS server, a command or a file.

Shown as escapes such as ``\x1b`` and ``\u202e`` are control characters (C0, C1, DEL and line separators), marks that turn
the direction of text, characters that take no place (zero-width and tag characters, variation selectors), noncharacters and
lone surrogates. Letters of all scripts stay as they are. What a build log would take for a command (``::error::``,
``##[group]``) is shown with its first mark escaped. What is shown can be shown again and stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: Characters of the longest line of a message; nobody reads more.
LONGEST_LINE = 4_000

#: Characters of the longest block, such as a file of evidence.
LONGEST_BLOCK = 16 * 2**20

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

#: What does not show itself: general categories Cc, Cs, Zl and Zp, Default_Ignorable_Code_Point, the rest of Cf, and
#: noncharacters (Unicode Character Database, DerivedCoreProperties.txt; UAX #9 for the marks of direction).
_UNSEEN = (
    "\\x00-\\x1f\\x7f-\\x9f\\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
)
_OF_A_LINE = re.compile(f"[{_UNSEEN}]")
_OF_A_BLOCK = re.compile(f"(?!\n)[{_UNSEEN}]")

#: How CI services take commands from what a build prints: GitHub at the beginning of a line, others anywhere in it.
_COMMAND = re.compile(r"^(\s*):(?=:[^:\n]+::)|#(?=#\w*\[)", re.MULTILINE)


def line(text: str, longest: int | None = LONGEST_LINE) -> str:
    """Return foreign text on one line, cut to a length; None for no cut."""
    return _cut(text, longest, _OF_A_LINE)


def block(text: str, longest: int | None = LONGEST_BLOCK) -> str:
    """Return foreign text of several lines, with line ends of Windows replaced."""
    return _cut(text.replace("\r\n", "\n"), longest, _OF_A_BLOCK)


def deep(value: Any, longest: int | None = None) -> Any:
    """Return plain data with each of its texts on one line, keys and values, cut to a length."""
    if type(value) is str:
        return line(value, longest)
    if isinstance(value, Mapping):
        return {deep(key, longest): deep(part, longest) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(deep(part, longest) for part in value)
    return value


def _cut(text: str, longest: int | None, unseen: re.Pattern[str]) -> str:
    shown = _COMMAND.sub(_escaped_mark, unseen.sub(_escape, text[:longest]))
    if longest is None or len(text) <= longest >= len(shown):
        return shown
    # No longer than the limit, so that it is not cut again.
    note = f"… (cut, of {len(text)} characters)"
    return shown[: longest - len(note)] + note


def _escape(found: re.Match[str]) -> str:
    character, code = found[0], ord(found[0])
    if character in _NAMED:
        return _NAMED[character]
    if code > 0xFFFF:  # noqa: PLR2004 - the last of the basic multilingual plane
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"  # noqa: PLR2004 - the last of Latin-1


def _escaped_mark(found: re.Match[str]) -> str:
    return r"\x23" if found[0] == "#" else f"{found[1]}\\x3a"
