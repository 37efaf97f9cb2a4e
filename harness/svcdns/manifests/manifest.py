"""A Kubernetes object with the file it was read from and the line of each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from svcdns.errors import ManifestError
from svcdns.manifests.problem import FieldPath, Problem, dotted, quoted, shortened


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file.

    Attributes:
        data: the decoded object; shared, so never change it.
        path: the file as shown to the user.
        lines: field path inside the object → 1-based line; ``()`` is the object's first line.
    """

    data: Mapping[str, Any]
    path: str
    lines: Mapping[FieldPath, int]

    @property
    def api_version(self) -> str:
        """``apiVersion``, such as ``apps/v1``."""
        return str(self.data["apiVersion"])

    @property
    def kind(self) -> str:
        """``kind``, such as ``Deployment``."""
        return str(self.data["kind"])

    @property
    def name(self) -> str:
        """``metadata.name``."""
        return str(self.data["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """``metadata.namespace``, or empty where it is unset."""
        return str(self.data["metadata"].get("namespace") or "")

    @property
    def label(self) -> str:
        """The object's name in messages: ``Service "test-svc"``."""
        return label(self.data)

    def line(self, *field: str | int) -> int:
        """Return the line of a field, or of the nearest field around it that the file has."""
        return nearest_line(self.lines, field)

    def error(self, problem: str, *field: str | int) -> ManifestError:
        """Return an error that names file, line, object and field; the caller raises it."""
        return ManifestError(report(self.path, self.data, self.lines, Problem(field, problem)))


def label(data: Mapping[str, Any]) -> str:
    """Return an object's name in messages; it may lack its kind or name, and is empty if it lacks both."""
    metadata = data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    kind = data.get("kind")
    parts = (shortened(kind) if isinstance(kind, str) else None, quoted(name) if isinstance(name, str) else None)
    return " ".join(part for part in parts if part is not None)


def nearest_line(lines: Mapping[FieldPath, int], field: FieldPath) -> int:
    """Return the line of a field, or of the nearest field around it that is known."""
    while field and field not in lines:
        field = field[:-1]
    return lines[field]


def report(path: str, data: Mapping[str, Any], lines: Mapping[FieldPath, int], problem: Problem) -> str:
    """Return a problem as the user reads it: ``file:line: object: field: problem``."""
    line = problem.line or nearest_line(lines, problem.field)
    parts = (f"{path}:{line}", label(data), dotted(problem.field), problem.text)
    return ": ".join(part for part in parts if part)
