"""Feature files as plain data: the only reader of Gherkin.

pytest-bdd reads feature files for itself. This module reads them for the collector, which refuses what would check less
than it seems to, for the coverage and for the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from svcdns.errors import FeatureError
from svcdns.manifests.sources import PACKAGED, Sources

#: UTF-8, with or without a byte order mark.
ENCODING = "utf-8-sig"

#: Parts of a parser's message that are left out: the position, which is shown our way, and words of the file.
_OF_THE_FILE = re.compile(r"^[(][0-9:]+[)]: |, got '.*|(?<=Language not supported): .*", re.DOTALL)

PLACEHOLDER = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Step:
    """A step; ``type`` is given, when or then, also if its keyword is And or But."""

    keyword: str
    type: str
    text: str
    line: int
    table: tuple[tuple[str, ...], ...] = ()
    docstring: str = ""

    def texts(self) -> Iterator[str]:
        """Return the step's text and the cells and lines below it."""
        yield self.text
        yield self.docstring
        for row in self.table:
            yield from row


@dataclass(frozen=True, slots=True)
class Examples:
    """A table of examples: its column names and rows."""

    line: int
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario or scenario outline; ``tags`` and ``steps`` include those of its feature and rule.

    Attributes:
        sources: the directories of the manifests that it names.
    """

    name: str
    line: int
    tags: frozenset[str]
    steps: tuple[Step, ...]
    rule: str = ""
    description: str = ""
    examples: tuple[Examples, ...] = ()
    outline: bool = False
    sources: Sources = PACKAGED

    def rendered(self) -> Iterator[Scenario]:
        """Return the scenario itself, or one for each row of its examples."""
        if not self.outline:
            yield self
        for table in self.examples:
            for row in table.rows:
                values = dict(zip(table.columns, row, strict=True))
                yield replace(
                    self,
                    name=_fill(self.name, values),
                    steps=tuple(
                        replace(
                            step,
                            text=_fill(step.text, values),
                            table=tuple(tuple(_fill(cell, values) for cell in line) for line in step.table),
                            docstring=_fill(step.docstring, values),
                        )
                        for step in self.steps
                    ),
                    outline=False,
                    examples=(),
                )

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses of the specification that its tags name, such as ``2.4.1-a``."""
        return tuple(sorted(tag.removeprefix("spec-") for tag in self.tags if tag.startswith("spec-")))

    @property
    def behaviours(self) -> tuple[str, ...]:
        """The behaviours that its tags name, such as ``C01``."""
        return tuple(sorted(tag for tag in self.tags if tag[:1].isupper()))


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature file."""

    path: Path
    name: str
    line: int
    description: str
    tags: frozenset[str]
    scenarios: tuple[Scenario, ...]


def read(path: Path, sources: Sources = PACKAGED) -> Feature:
    """Read a feature file, with the directories of its manifests.

    Raises:
        FeatureError: with file and line, if it cannot be read or is not Gherkin.
    """
    from gherkin.errors import CompositeParserException, ParserException  # noqa: PLC0415 - only collection needs Gherkin
    from gherkin.parser import Parser  # noqa: PLC0415 - as above

    try:
        document = Parser().parse(path.read_text(encoding=ENCODING))
    except CompositeParserException as error:
        raise FeatureError(*(_located(path, part) for part in error.errors)) from error
    except ParserException as error:
        raise FeatureError(_located(path, error)) from error
    except UnicodeDecodeError as error:
        raise FeatureError(f"{path}: is not UTF-8 from byte {error.start} on; save the file as UTF-8") from error
    except OSError as error:
        raise FeatureError(f"{path}: cannot be read: {error.strerror}") from error
    feature = document.get("feature")
    if not feature:
        raise FeatureError(f"{path}:1: has no Feature; add one")
    return Feature(
        path=path,
        name=feature["name"],
        line=feature["location"]["line"],
        description=_dedented(feature["description"]),
        tags=_tags(feature),
        scenarios=tuple(replace(scenario, sources=sources) for scenario in _scenarios(feature, _tags(feature), (), "")),
    )


def _located(path: Path, error: Exception) -> str:
    location = getattr(error, "location", None) or {"line": 1}
    return f"{path}:{location['line']}: {_OF_THE_FILE.sub('', str(error))}"


def _scenarios(
    parent: Mapping[str, Any], tags: frozenset[str], background: tuple[Step, ...], rule: str
) -> Iterator[Scenario]:
    for child in parent["children"]:
        if own_background := child.get("background"):
            background += tuple(_steps(own_background["steps"], ""))
        elif inner := child.get("rule"):
            yield from _scenarios(inner, tags | _tags(inner), background, inner["name"])
        elif scenario := child.get("scenario"):
            before = background[-1].type if background else ""
            yield Scenario(
                name=scenario["name"],
                line=scenario["location"]["line"],
                tags=tags | _tags(scenario),
                steps=background + tuple(_steps(scenario["steps"], before)),
                rule=rule,
                description=_dedented(scenario["description"]),
                examples=tuple(_examples(table) for table in scenario["examples"]),
                outline="Outline" in scenario["keyword"] or bool(scenario["examples"]),
            )


def _steps(steps: list[dict[str, Any]], before: str) -> Iterator[Step]:
    types = {"Context": "given", "Action": "when", "Outcome": "then"}
    for step in steps:
        before = types.get(step["keywordType"], before)
        yield Step(
            keyword=step["keyword"].strip(),
            type=before,
            text=step["text"],
            line=step["location"]["line"],
            table=tuple(_cells(row) for row in step.get("dataTable", {}).get("rows", ())),
            docstring=step.get("docString", {}).get("content", ""),
        )


def _examples(table: Mapping[str, Any]) -> Examples:
    header = table.get("tableHeader")
    return Examples(
        line=table["location"]["line"],
        columns=_cells(header) if header else (),
        rows=tuple(_cells(row) for row in table.get("tableBody") or ()),
    )


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(cell["value"] for cell in row["cells"])


def _tags(item: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(tag["name"].removeprefix("@") for tag in item["tags"])


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _fill(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
