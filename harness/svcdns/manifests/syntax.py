"""YAML text → documents of plain values, with the line of every field.

PyYAML's parser supplies events one at a time, and each is counted before anything is built from it: PyYAML's C composer
overflows the stack on 50,000 nested brackets, and a few aliases can expand to billions of nodes. A stream is measured
as if its aliases were written out, in levels (`MAX_DEPTH`) and in bytes (`MAX_SIZE`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from svcdns.manifests.problem import FieldPath, Problem, quoted, shortened
from svcdns.manifests.scalars import Scalar, resolve

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 100
MAX_SIZE = 8 * 2**20
#: Bytes that a node counts for beside its text: part of what its key, value and line take in memory.
NODE_SIZE = 64

# A PyYAML built without libyaml has no C parser; the pure one emits the same events, some 15 times slower.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_IS_C = _LOADER is not yaml.SafeLoader
# Everything but what YAML 1.2, section 5.1, allows in a stream.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Parts = dict[str | int, tuple[int, "_Node"]]
_NO_PARTS: _Parts = {}
_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS = {"!", f"{_TAG}map", f"{_TAG}seq"}
_TEXT_TAGS = {"!", f"{_TAG}str"}
_SCALAR_TAGS: dict[str, set[type]] = {
    f"{_TAG}bool": {bool},
    f"{_TAG}int": {int},
    f"{_TAG}float": {int, float},
    f"{_TAG}null": {type(None)},
    f"{_TAG}timestamp": {str},
}


class UnreadableError(Exception):
    """The rest of the stream is not YAML, or too large; caught where the file's name is known."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document that is not empty.

    Attributes:
        value: its content: dict, list, str, int, float or bool.
        lines: field path → 1-based line.
        problems: what is wrong although it could be read, such as a key given twice.
    """

    value: Any
    lines: dict[FieldPath, int]
    problems: tuple[Problem, ...]


class _Node(NamedTuple):
    """A value, its parts with their lines, and its size and height with aliases written out."""

    value: Any
    parts: _Parts
    size: int
    height: int


def documents(content: bytes) -> Iterator[Document]:
    """Return the documents of a YAML stream, one after the other, without empty ones.

    Raises:
        UnreadableError: where the rest of the stream cannot be read.
    """
    try:
        yield from _Builder(yaml.parse(_decoded(content), Loader=_LOADER)).documents()
    except yaml.YAMLError as error:
        # Only errors of the scanner and the parser have a position.
        mark = getattr(error, "problem_mark", None)
        # libyaml's words are fixed; those of the pure parser quote the file.
        words = getattr(error, "problem", "") if _IS_C else "it cannot be parsed"
        problem = " ".join(filter(None, (words, getattr(error, "context", ""))))
        # libyaml scans ahead of its events and may have a limit of its own.
        too_deep = "nesting depth" in problem
        text = f"is nested more than {MAX_DEPTH} levels deep" if too_deep else f"is not YAML: {problem}"
        raise UnreadableError(mark.line + 1 if mark else 1, text) from error


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise UnreadableError(1, f"is larger than {MAX_BYTES // 2**20} MiB; split the file")
    try:
        text = content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 from byte {error.start} on; save the file as UTF-8"
        raise UnreadableError(line, problem) from error
    if forbidden := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, forbidden.start()) + 1
        raise UnreadableError(line, "is not YAML: it has a character that YAML forbids")
    return text


class _Builder:
    """The state of turning one stream of events into documents."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._anchors: dict[str, _Node | None] = {}
        self._path: list[str | int] = []
        self._problems: list[Problem] = []
        self._size = 0

    def documents(self) -> Iterator[Document]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors.clear()
                self._problems.clear()
                start = next(self._events)
                root = self._node(start, 0)
                if root.value is not None:
                    yield Document(root.value, dict(_lines(root, (), _line(start))), tuple(self._problems))

    def _node(self, event: Event, depth: int) -> _Node:
        if depth > MAX_DEPTH:
            raise UnreadableError(_line(event), f"is nested more than {MAX_DEPTH} levels deep")
        assert isinstance(event, NodeEvent)
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        before = self._size
        self._count(NODE_SIZE + len(getattr(event, "value", "")), event)
        if event.anchor:
            self._anchors[event.anchor] = None
        value, parts = self._value(event, depth)
        height = 1 + max((part.height for _, part in parts.values()), default=-1)
        node = _Node(value, parts, self._size - before, height)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: AliasEvent, depth: int) -> _Node:
        anchor = str(event.anchor)
        if anchor not in self._anchors:
            raise UnreadableError(_line(event), "is not YAML: an alias has no anchor before it")
        node = self._anchors[anchor]
        if node is None:
            raise UnreadableError(_line(event), "is not YAML: an alias is inside its own anchor")
        if depth + node.height > MAX_DEPTH:
            raise UnreadableError(
                _line(event), f"is nested more than {MAX_DEPTH} levels deep, with aliases written out"
            )
        self._count(node.size, event)
        return node

    def _count(self, size: int, event: Event) -> None:
        self._size += size
        if self._size > MAX_SIZE:
            problem = f"is too large: more than {MAX_SIZE // 2**20} MiB with its aliases written out; split the file"
            raise UnreadableError(_line(event), problem)

    def _value(self, event: NodeEvent, depth: int) -> tuple[Any, _Parts]:
        if isinstance(event, ScalarEvent):
            return self._scalar(event), _NO_PARTS
        assert isinstance(event, CollectionStartEvent)
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            self._problem(event, f"has the tag {shortened(event.tag)}, which means nothing in a manifest")
        if isinstance(event, MappingStartEvent):
            parts = self._mapping(depth + 1)
            return {key: part.value for key, (_, part) in parts.items()}, parts
        parts = self._sequence(depth + 1)
        return [part.value for _, part in parts.values()], parts

    def _sequence(self, depth: int) -> _Parts:
        parts: _Parts = {}
        while not isinstance(event := next(self._events), SequenceEndEvent):
            parts[len(parts)] = _line(event), self._part(len(parts), event, depth)
        return parts

    def _mapping(self, depth: int) -> _Parts:
        parts: _Parts = {}
        merged: list[_Node] = []
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, depth)
            node = self._part(key or "", next(self._events), depth)
            if _is_merge(event):
                merged += self._merged(event, node)
            elif key is None:
                self._problem(event, "has a key that is not text")
            elif key in parts:
                self._problem(event, f"is given twice, the first time in line {parts[key][0]}", key)
            else:
                parts[key] = _line(event), node
        for node in merged:
            parts = node.parts | parts
        return parts

    def _part(self, key: str | int, event: Event, depth: int) -> _Node:
        self._path.append(key)
        node = self._node(event, depth)
        self._path.pop()
        return node

    def _key(self, event: Event, depth: int) -> str | None:
        # As sigs.k8s.io/yaml does: numbers and booleans become text, null and collections cannot.
        key = self._node(event, depth).value
        if isinstance(key, bool):
            return str(key).lower()
        return str(key) if isinstance(key, str | int | float) else None

    def _merged(self, event: Event, node: _Node) -> list[_Node]:
        nodes = [node] if isinstance(node.value, dict) else [part for _, part in node.parts.values()]
        if not nodes or not all(isinstance(part.value, dict) for part in nodes):
            self._problem(event, "has a merge key (<<) without a mapping or a list of mappings to merge")
            return []
        return nodes

    def _scalar(self, event: ScalarEvent) -> Scalar:
        text: str = event.value
        if event.tag in _TEXT_TAGS or (event.tag is None and not event.implicit[0]):
            return text
        value = resolve(text)
        if event.tag is not None and type(value) not in _SCALAR_TAGS.get(event.tag, ()):
            self._problem(event, f"has the tag {shortened(event.tag)}, which does not fit {quoted(text)} in a manifest")
        elif isinstance(value, float) and not math.isfinite(value):
            self._problem(event, f"is {text}; JSON has no such number")
        else:
            return value
        return text

    def _problem(self, event: Event, text: str, *key: str) -> None:
        self._problems.append(Problem((*self._path, *key), text, _line(event)))


def _is_merge(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]


def _line(event: Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _lines(node: _Node, path: FieldPath, line: int) -> Iterator[tuple[FieldPath, int]]:
    yield path, line
    for key, (part_line, part) in node.parts.items():
        yield from _lines(part, (*path, key), part_line)
