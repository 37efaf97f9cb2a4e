"""Conformance reports as files: YAML or JSON that follows the schema."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import yaml

from svcdns.errors import UsageError
from svcdns.safety import printable
from svcdns.safety.redaction import redact


def text(document: dict[str, Any], name: str) -> str:
    """Return a report as the text of a file: JSON if its name ends in ``.json``, else YAML."""
    shown = printable.deep(document)
    if name.endswith(".json"):
        return redact(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    # A list or mapping of plain values is one line, and no line is broken, so that reports can be searched.
    return redact(
        yaml.dump(
            shown, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=2**20
        )
    )


def read(path: Path) -> dict[str, Any]:
    """Read a report, and check it against the schema.

    Raises:
        UsageError: if it cannot be read or does not follow the schema; with the file and the field.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a run that writes reports does not need it
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - as above

    if path.exists() and not path.is_file():
        # A device may have no end.
        raise UsageError(f"{path}: is not a file; name a conformance report")
    try:
        # JSON is YAML too, and a parser of YAML in C reads both.
        document = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    problem = best_match(Draft202012Validator(schema()).iter_errors(document))
    if problem is not None:
        field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.absolute_path)
        raise UsageError(
            f"{path}: is not a conformance report: {field.lstrip('.') or 'the whole'}: {problem.message[:300]}"
        )
    return cast("dict[str, Any]", document)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of conformance reports."""
    text = resources.files(__package__).joinpath("conformance.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))
