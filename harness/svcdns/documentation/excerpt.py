"""The parts of manifests that a picture shows, as they stand in their files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from svcdns import resources
from svcdns.catalogue.gherkin import Scenario
from svcdns.manifests import Manifest
from svcdns.manifests.sources import PACKAGED
from svcdns.state import SERVICE_NAME_LABEL

_NAMED = re.compile(r'the manifest "([^"]+)"')


class Excerpt(NamedTuple):
    """Some objects of a manifest, named by its path below ``fixtures/``."""

    manifest: str
    text: str


def excerpts(scenario: Scenario, services: Iterable[str]) -> Iterator[Excerpt]:
    """What a scenario declares, without the Services that it does not ask about and what belongs to those."""
    shown = frozenset(services)
    for declared in dict.fromkeys(found[1] for text in scenario.declarations if (found := _NAMED.match(text))):
        own = [item for item in PACKAGED.objects(declared) if _belongs(item, shown)]
        lines = (resources.fixtures() / declared).read_text(encoding="utf-8").splitlines()
        if own:
            yield Excerpt(declared, "\n---\n".join(dict.fromkeys(_document(item.line(), lines) for item in own)))


def _belongs(item: Manifest, services: frozenset[str]) -> bool:
    if item.kind == "Service":
        return item.name in services
    if item.kind == "EndpointSlice":
        return item.data["metadata"].get("labels", {}).get(SERVICE_NAME_LABEL) in services
    return bool(services)


def _document(line: int, lines: list[str]) -> str:
    """The document that holds a line, counted from 1, with the comment above it."""
    begin = next((index + 1 for index in range(line - 1, -1, -1) if lines[index].startswith("---")), 0)
    end = next((index for index in range(line, len(lines)) if lines[index].startswith("---")), len(lines))
    return "\n".join(lines[begin:end]).strip("\n")
