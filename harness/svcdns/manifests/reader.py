"""Files → manifests: one error has everything that is wrong with a file, line by line.

Errors quote nothing of a document that is not a Kubernetes object: a feature may name a file that must not be shown.
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

#: Limits for one object and for one file: a hostile file could have any number of problems, and nobody reads more.
MOST_PROBLEMS, MOST_PROBLEMS_OF_FILE = 100, 300

_Lines = Mapping[FieldPath, int]


def read(path: Path) -> tuple[Manifest, ...]:
    """Return the objects of a YAML or JSON file, in its order; the items of a List come one by one.

    Raises:
        ManifestError: if the file cannot be read, or holds anything that an API server would refuse from the object
            alone; one line per problem.
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
    """Return the objects of a YAML or JSON text; ``path`` is its name in errors.

    Raises:
        ManifestError: as `read` does.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    manifests: list[Manifest] = []
    reports: list[tuple[int, str]] = []

    def note(value: Mapping[str, Any], lines: _Lines, problem: Problem) -> None:
        line = problem.line or nearest_line(lines, problem.field)
        reports.append((line, report(path, value, lines, problem)))

    try:
        for document in takewhile(lambda _: len(reports) <= MOST_PROBLEMS_OF_FILE, syntax.documents(content)):
            objects = list(_objects(document.value, document.lines))
            # The keys of these problems quote the file.
            for problem in document.problems if all(_is_object(value) for value, _ in objects) else ():
                note(document.value, document.lines, problem)
            for written, lines in objects:
                value = schema.filled(written) if _is_object(written) else written
                problems = _problems(value)
                for problem in problems:
                    note(value if _is_object(value) else {}, lines, problem)
                if not problems:
                    manifests.append(Manifest(schema.normal(value), path, lines))
    except syntax.UnreadableError as error:
        reports.append((error.line, f"{path}:{error.line}: {error.text}"))
    if reports:
        raise ManifestError(*_in_order(reports, path))
    if not manifests:
        raise ManifestError(f"{path}: has no objects; add one")
    return tuple(manifests)


def _in_order(reports: list[tuple[int, str]], path: str) -> list[str]:
    """Return the first problems of a file, by line."""
    first = sorted(reports)[:MOST_PROBLEMS_OF_FILE]
    if len(first) < len(reports):
        first.append((0, f"{path}:{first[-1][0]}: there are more problems; fix these first"))
    return [text for _, text in first]


def _objects(value: Any, lines: _Lines) -> Iterator[tuple[Any, _Lines]]:
    """Return the objects in a document with their lines: itself, or the items of a List."""
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
    """Return whether a document has an ``apiVersion`` and a ``kind`` that a Kubernetes object can have."""
    version, kind = (value.get("apiVersion"), value.get("kind")) if isinstance(value, dict) else (None, None)
    return isinstance(version, str) and isinstance(kind, str) and schema.is_kind(version, kind)


def _problems(value: Any) -> list[Problem]:
    """Return what is wrong with an object; fields of a wrong structure are not checked by the rules."""
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
    """Return a file's name in messages: relative to the working directory, if it is below it."""
    # Not resolve(): the user knows a symbolic link by its own name.
    whole, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100 - see above
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)
