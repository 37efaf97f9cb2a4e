"""What an API server says is wrong with an object → the fields of that object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from svcdns.targets.cluster.apiserver.refusal import RefusedError

#: How server-side apply names a field that does not fit the schema, one a line
#: (sigs.k8s.io/structured-merge-diff, ``typed.ValidationErrors``).
_TYPED = re.compile(r"(?:^|\s)(\.[A-Za-z].*?): ([a-z].*?)$", re.MULTILINE)

_BRACKETS = re.compile(r'\[((?:"(?:\\.|[^"\\])*"|[^\]"])*)\]')
_KEY = re.compile(r'([A-Za-z]+)=("(?:\\.|[^"\\])*"|[^,]+)')
_NAME = re.compile(r"[^.\[]+")

#: Of an index; a list has no more items.
_MOST_DIGITS = 9


class Wrong(NamedTuple):
    """One thing that is wrong: the path of the field, empty for the object itself, and the server's words."""

    field: tuple[str | int, ...]
    text: str


def wrong(item: Mapping[str, Any], error: RefusedError) -> list[Wrong]:
    """What a refusal says is wrong with an object, field by field where it says."""
    if error.causes:
        return [Wrong(path(cause.field, item), cause.text) for cause in error.causes]
    _, introduced, typed = str(error.args[0]).partition("failed to create typed patch object")
    if introduced and (found := _TYPED.findall(typed)):
        return [Wrong(path(field, item), text) for field, text in found]
    return [Wrong((), str(error))]


def path(text: str, item: Any) -> tuple[str | int, ...]:
    """A field as a server writes it, such as ``.spec.ports[port=80,protocol="TCP"].nme`` or ``spec.ports[0].name``.

    The object tells where a key with dots in it ends, and which item of a list has those keys.
    """
    return tuple(_parts(text, item))


def _parts(rest: str, value: Any) -> Iterator[str | int]:
    while rest := rest.removeprefix("."):
        if brackets := _BRACKETS.match(rest):
            part, rest = _within(brackets[1], value), rest[brackets.end() :]
        else:
            part = _name(rest, value)
            rest = rest[len(part) :]
        if part is None:
            return
        yield part
        value = _child(value, part)


def _name(rest: str, value: Any) -> str:
    """The name that a path begins with: the longest that the object has, else up to the next dot or bracket."""
    keys = [key for key in value if isinstance(key, str) and key] if isinstance(value, Mapping) else []
    fitting = [key for key in keys if rest == key or rest.startswith((f"{key}.", f"{key}["))]
    found = _NAME.match(rest)
    return max(fitting, key=len, default=found[0] if found else rest)


def _within(text: str, value: Any) -> str | int | None:
    """What brackets mean: the index of an item, a key, or None where the object has no such item."""
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    if keys := _KEY.findall(text):
        wanted = {key: _value(written) for key, written in keys}
        items = value if isinstance(value, list) else []
        # A key that an item lacks is one that the server has given its default.
        fitting = [
            index
            for index, one in enumerate(items)
            if isinstance(one, Mapping) and all(one.get(key, it) == it for key, it in wanted.items())
        ]
        return max(fitting, key=lambda index: len(wanted.keys() & items[index].keys()), default=None)
    return text.strip('"')


def _value(written: str) -> Any:
    """The value of a key, which is JSON."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return written


def _child(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None
