"""The parts of manifests that a diagram shows, as they are in their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from svcdns import resources
from svcdns.engine.declaration import Declaration
from svcdns.manifests import Manifest
from svcdns.state import SERVICE_NAME_LABEL


class Excerpt(NamedTuple):
    """Some objects of a manifest, named by its path below ``fixtures/``."""

    manifest: str
    text: str


def excerpts(declaration: Declaration, services: Iterable[str]) -> Iterator[Excerpt]:
    """Yield what is declared, without the Services that are not asked about and their endpoints."""
    shown = frozenset(services)
    for manifest in dict.fromkeys((*declaration.manifests, *declaration.neighbour)):
        own = [item for item in declaration.sources.objects(manifest) if _belongs(item, shown)]
        lines = (resources.fixtures() / manifest).read_text(encoding="utf-8").splitlines()
        if own:
            yield Excerpt(manifest, "\n---\n".join(dict.fromkeys(_document(item.line(), lines) for item in own)))


def _belongs(item: Manifest, services: frozenset[str]) -> bool:
    if item.kind in ("Service", "Endpoints"):
        return item.name in services
    if item.kind == "EndpointSlice":
        return item.data["metadata"].get("labels", {}).get(SERVICE_NAME_LABEL) in services
    return bool(services)


def _document(line: int, lines: list[str]) -> str:
    """Return the document that contains a line, counted from 1, with the comment above it."""
    begin = next((index + 1 for index in range(line - 1, -1, -1) if lines[index].startswith("---")), 0)
    end = next((index for index in range(line, len(lines)) if lines[index].startswith("---")), len(lines))
    return "\n".join(lines[begin:end]).strip("\n")
