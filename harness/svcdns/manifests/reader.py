"""Files → manifests: everything that is wrong with a file in one error, line by line.

Of what is no Kubernetes object no error has a word: a feature may name a file that was never meant to be shown.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from svcdns.errors import ManifestError
from svcdns.manifests import rules, schema, syntax
from svcdns.manifests.manifest import Manifest, nearest_line, report
from svcdns.manifests.problem import FieldPath, Problem

#: Nobody would read more problems of one object, or of one file, than these; a hostile file could have any number.
MOST_PROBLEMS, MOST_PROBLEMS_OF_FILE = 100, 300

_Lines = Mapping[FieldPath, int]


def read(path: Path) -> tuple[Manifest, ...]:
    """The objects of one YAML or JSON file, in its order; Lists are taken apart.

    Raises:
        ManifestError: if the file cannot be read, or holds anything that an API server would refuse from the object
            alone; one line a problem.
    """
    called = shown(path)
    try:
        with path.open("rb") as file:
            content = file.read(syntax.MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise ManifestError(f"{called}: is a directory; name the files in it") from error
    except (OSError, ValueError) as error:
        raise ManifestError(f"{called}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return read_text(content, called)


def read_text(text: bytes | str, path: str = "<text>") -> tuple[Manifest, ...]:
    """The objects of a YAML or JSON text; ``path`` is what errors call it.

    Raises:
        ManifestError: as `read` does.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    manifests: list[Manifest] = []
    found: list[tuple[int, str]] = []

    def note(value: Mapping[str, Any], lines: _Lines, problem: Problem) -> None:
        line = problem.line or nearest_line(lines, problem.field)
        found.append((line, report(path, value, lines, problem)))

    try:
        for document in takewhile(lambda _: len(found) <= MOST_PROBLEMS_OF_FILE, syntax.documents(content)):
            objects = list(_objects(document.value, document.lines))
            # The keys of these problems are words of the file.
            for problem in document.problems if all(_is_object(value) for value, _ in objects) else ():
                note(document.value, document.lines, problem)
            for value, lines in objects:
                problems = _problems(value)
                for problem in problems:
                    note(value if _is_object(value) else {}, lines, problem)
                if not problems:
                    manifests.append(Manifest(schema.normal(value), path, lines))
    except syntax.UnreadableError as error:
        found.append((error.line, f"{path}:{error.line}: {error.text}"))
    if found:
        raise ManifestError(*_in_order(found, path))
    if not manifests:
        raise ManifestError(f"{path}: holds no object")
    return tuple(manifests)


def _in_order(found: list[tuple[int, str]], path: str) -> list[str]:
    """The problems of a file by line, as many as anybody would read."""
    shown = sorted(found)[:MOST_PROBLEMS_OF_FILE]
    if len(shown) < len(found):
        shown.append((0, f"{path}:{shown[-1][0]}: there are more problems; fix these first"))
    return [text for _, text in shown]


def _objects(value: Any, lines: _Lines) -> Iterator[tuple[Any, _Lines]]:
    """The objects in a document: itself, or the items of a List with the lines that are theirs."""
    kind = str(value.get("kind")) if isinstance(value, dict) else ""
    items = value.get("items") if kind.endswith("List") else None
    if not isinstance(items, list):
        yield value, lines
        return
    item_lines: dict[str | int, dict[FieldPath, int]] = defaultdict(dict)
    for field, line in lines.items():
        if field[:1] == ("items",) and len(field) > 1:
            item_lines[field[1]][field[2:]] = line
    # kubectl and client-go leave out what the items of a ServiceList have in common.
    common = {"apiVersion": value.get("apiVersion"), "kind": kind.removesuffix("List")} if kind != "List" else {}
    for index, item in enumerate(items):
        whole = {**common, **item} if isinstance(item, dict) and "kind" not in item else item
        yield from _objects(whole, item_lines[index])


def _is_object(value: Any) -> bool:
    """Whether a document says of itself that it is a Kubernetes object, by an ``apiVersion`` and ``kind`` that there can be."""
    version, kind = (value.get("apiVersion"), value.get("kind")) if isinstance(value, dict) else (None, None)
    return isinstance(version, str) and isinstance(kind, str) and schema.is_kind(version, kind)


def _problems(value: Any) -> list[Problem]:
    """What is wrong with an object; where its structure is wrong, the rules have nothing to add."""
    if not isinstance(value, dict):
        called = f"not {'a list' if isinstance(value, list) else 'a single value'}"
        return [Problem((), f"must be an object with apiVersion, kind and metadata, {called}")]
    if missing := [key for key in ("apiVersion", "kind") if not value.get(key) or not isinstance(value[key], str)]:
        return [Problem((key,), "is required, and must be text") for key in missing]
    if value["kind"] == "List":
        return [Problem(("items",), "must be a list of objects")]
    if problem := schema.unknown_kind(value["apiVersion"], value["kind"]):
        return [problem]
    structure = list(dict.fromkeys(islice(schema.problems(value), MOST_PROBLEMS)))
    broken = {problem.field for problem in structure}
    semantics = (
        problem
        for problem in rules.problems(value)
        if not any(problem.field[:length] in broken for length in range(len(problem.field) + 1))
    )
    return [*structure, *dict.fromkeys(islice(semantics, MOST_PROBLEMS))]


def shown(path: Path) -> str:
    """What messages call a file: by its path from here, if it lies here."""
    # Not resolve(): the user knows a symbolic link by its own name.
    whole, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100 - see above
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)
