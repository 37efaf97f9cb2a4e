"""The refusal of an object → the fields of that object that are wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from svcdns.targets.cluster.apiserver.refusal import RefusedError

#: How server-side apply names a field that does not fit the schema, one per line
#: (sigs.k8s.io/structured-merge-diff, ``typed.ValidationErrors``).
_TYPED = re.compile(r"(?:^|\s)(\.[A-Za-z].*?): ([a-z].*?)$", re.MULTILINE)

_BRACKETS = re.compile(r'\[((?:"(?:\\.|[^"\\])*"|[^\]"])*)\]')
_KEY = re.compile(r'([A-Za-z]+)=("(?:\\.|[^"\\])*"|[^,]+)')
_NAME = re.compile(r"[^.\[]+")

#: The most digits of an index; no list has more items.
_MOST_DIGITS = 9


class FieldProblem(NamedTuple):
    """A problem of an object: the path of the field, empty for the object itself, and the server's words."""

    field: tuple[str | int, ...]
    text: str


def field_problems(item: Mapping[str, Any], error: RefusedError) -> list[FieldProblem]:
    """Return the problems that a refusal names, field by field where it does so."""
    if error.causes:
        return [FieldProblem(path(cause.field, item), cause.text) for cause in error.causes]
    _, introduced, typed = str(error.args[0]).partition("failed to create typed patch object")
    if introduced and (named := _TYPED.findall(typed)):
        return [FieldProblem(path(field, item), text) for field, text in named]
    return [FieldProblem((), str(error))]


def path(text: str, item: Any) -> tuple[str | int, ...]:
    """Return the path of a field that a server names, such as ``.spec.ports[port=80,protocol="TCP"].nme``.

    The object shows where a key with dots in it ends, and which item of a list has the named keys.
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
    """Return the first name of a path: the longest that the object has, else up to the next dot or bracket."""
    keys = [key for key in value if isinstance(key, str) and key] if isinstance(value, Mapping) else []
    fitting = [key for key in keys if rest == key or rest.startswith((f"{key}.", f"{key}["))]
    name = _NAME.match(rest)
    return max(fitting, key=len, default=name[0] if name else rest)


def _within(text: str, value: Any) -> str | int | None:
    """Return the meaning of brackets: the index of an item, a key, or None where the object has no such item."""
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    if keys := _KEY.findall(text):
        wanted = {key: _value(written) for key, written in keys}
        items = value if isinstance(value, list) else []
        # The server has filled in the default of a key that the item lacks.
        fitting = [
            index
            for index, item in enumerate(items)
            if isinstance(item, Mapping) and all(item.get(key, value) == value for key, value in wanted.items())
        ]
        return max(fitting, key=lambda index: len(wanted.keys() & items[index].keys()), default=None)
    return text.strip('"')


def _value(written: str) -> Any:
    """Return the value of a key, which is JSON."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return written


def _child(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None
