"""The structure of objects: which fields they have, of which type, and which are required.

It is checked by the JSON schemas of the newest Kubernetes version in kubernetes-validate, which are made from the API
server's own OpenAPI document. Their strict form is used: a field that no schema names is an error, as with server-side
field validation. They and jsonschema take 0.2 s to load, so they are loaded with the first object.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from svcdns.manifests.problem import Problem, listed, quoted

_METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_QUOTES = {
    bool: "; put it in quotes (in YAML, yes, no, on and off are true and false)",
    int: "; put it in quotes",
    float: "; put it in quotes",
}
#: The spelling of a custom resource's group and version, and of its kind (apiextensions.k8s.io/v1, validation.go).
_CUSTOM_VERSION = re.compile(r"[a-z0-9][a-z0-9.-]{0,251}/v[0-9][a-z0-9]{0,31}")
_CUSTOM_KIND = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}")
_RANGES = {"int32": 2**31, "int64": 2**63}
#: Longer names are not compared with the known ones: it would cost more than it helps.
_LONGEST_MISSPELLING = 60


def group(api_version: str) -> str:
    """Return the API group of an ``apiVersion``; empty for the core group."""
    return api_version.rpartition("/")[0]


def is_built_in(api_version: str) -> bool:
    """Return whether the group is one of Kubernetes' own, and not that of a custom resource."""
    return "." not in group(api_version) or group(api_version) in _groups()


def is_kind(api_version: str, kind: str) -> bool:
    """Return whether a kind exists, or can be that of a custom resource."""
    if (api_version, kind) in _kinds():
        return True
    return not is_built_in(api_version) and bool(
        _CUSTOM_VERSION.fullmatch(api_version) and _CUSTOM_KIND.fullmatch(kind)
    )


def unknown_kind(api_version: str, kind: str) -> Problem | None:
    """Return what is wrong with a kind that Kubernetes does not have, or not in this version; None for others.

    A document with such a kind may not be an object at all, so the message does not quote it.
    """
    if is_kind(api_version, kind):
        return None
    if not is_built_in(api_version):
        return Problem((), "must be an object: its apiVersion and kind cannot be those of a custom resource")
    if versions := _versions(api_version, kind):
        return Problem(("apiVersion",), f"must be {listed(versions)} for the kind {kind}")
    if group(api_version) not in _groups():
        return Problem(("apiVersion",), "is not an API group of Kubernetes; the group of a custom resource has a dot")
    near = _nearest(kind, (known for version, known in _kinds() if group(version) == group(api_version)))
    return Problem(("kind",), f"is unknown in this apiVersion{near}")


def problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Check the structure of an object that has an ``apiVersion`` and a ``kind``.

    Of a custom resource, only the metadata is checked.
    """
    definition = _kinds().get((data["apiVersion"], data["kind"]))
    known = data if definition else data.get("metadata")
    for error in _validator(definition or _METADATA).iter_errors(known):
        path = (*(() if definition else ("metadata",)), *error.absolute_path)
        for more, text in _translated(error):
            yield Problem((*path, *more), text)


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return an object with the zero of its type for each null value of a map, as the API server reads it.

    ``create``, ``replace`` and server-side apply make the empty text, or the quantity 0, of ``labels: {tier: }`` and its like;
    client-side apply leaves such an entry out (kubernetes#129176, #135423).
    """
    definition = _kinds().get((data["apiVersion"], data["kind"]))
    if definition:
        return dict(_filled(data, {"$ref": definition}))
    if "metadata" not in data:
        return data
    return {**data, "metadata": _filled(data["metadata"], {"$ref": _METADATA})}


def _filled(value: Any, schema: Mapping[str, Any]) -> Any:
    whole = _definition(schema)
    if isinstance(value, list):
        return [_filled(item, whole.get("items") or {}) for item in value]
    if not isinstance(value, dict):
        return value
    fields, rest = whole.get("properties", {}), whole.get("additionalProperties")
    values = rest if isinstance(rest, Mapping) else {}
    return {key: _filled(part, fields[key]) if key in fields else _entry(part, values) for key, part in value.items()}


def _entry(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return the value of an entry of a map."""
    if value is not None:
        return _filled(value, schema)
    if schema.get("$ref", "").endswith(".Quantity"):
        return "0"
    types = _definition(schema).get("type", ())
    return "" if "string" in ([types] if isinstance(types, str) else types) else None


def _definition(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = _definitions()["$defs"].get(schema["$ref"].rpartition("/")[2], {})
    return found


def normal(data: dict[str, Any]) -> dict[str, Any]:
    """An object of a built-in kind without its null fields, which say what absent ones say; others as they are."""
    return dict(_without_nulls(data)) if is_built_in(data["apiVersion"]) else data


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


def _versions(api_version: str, kind: str) -> list[str]:
    """Return the ``apiVersion``s that have a kind: those of its own group if any do, stable versions first."""
    versions = [version for version, name in _kinds() if name == kind]
    own = [version for version in versions if group(version) == group(api_version)]
    stable = [version for version in own or versions if "alpha" not in version and "beta" not in version]
    return sorted(stable or own or versions)


def _translated(error: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return a jsonschema error in our words: the rest of the field's path, and what is wrong."""
    value, expected = error.instance, error.validator_value
    if error.validator == "additionalProperties":
        fields = error.schema.get("properties", {})
        for key in (key for key in value if key not in fields):
            yield (key,), f"is an unknown field{_nearest(key, fields)}"
    elif error.validator == "required":
        for key in expected:
            if key not in value:
                yield (key,), "is required"
    elif error.validator == "type":
        types = [expected] if isinstance(expected, str) else expected
        words = listed(_WORDS.get(name, name) for name in types if name != "null")
        hint = _QUOTES.get(type(value), "") if "string" in types else ""
        yield (), f"must be {words}, not {described(value)}{hint}"
    elif error.validator == "format":
        yield (), f"must be between {-_RANGES[expected]} and {_RANGES[expected] - 1}, not {value}"
    else:
        yield (), f"does not follow the rule {error.validator!r} of Kubernetes' schema: {quoted(str(expected))}"


def described(value: Any) -> str:
    """Return a decoded value's description for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {quoted(value)}"
    return "a list" if isinstance(value, list) else "a mapping"


def _nearest(word: str, words: Iterable[str]) -> str:
    if len(word) > _LONGEST_MISSPELLING:
        return ""
    by_lower = {known.lower(): known for known in words}
    nearest = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.7)
    return f"; did you mean {by_lower[nearest[0]]}?" if nearest else ""


@cache
def _definitions() -> dict[str, Any]:
    import kubernetes_validate  # noqa: PLC0415 - it brings jsonschema along, which takes 0.2 s

    home = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    newest = home / f"v{kubernetes_validate.latest_version()}-local-strict"
    document: dict[str, Any] = json.loads((newest / "_definitions.json").read_bytes())
    _tighten(document["$defs"])
    return document


def _tighten(definitions: Mapping[str, Any]) -> None:
    """Make the schemas say that a null stands for an absent field, and is neither an item nor a label's value."""
    for definition in definitions.values():
        # Text or a number, each of them "or null": a null would be two of one.
        if "oneOf" in definition:
            definition["type"] = [name for choice in definition.pop("oneOf") for name in choice["type"]]
            if "integer" in definition["type"]:
                definition["format"] = "int32"
    fields = (field for definition in definitions.values() for field in definition.get("properties", {}).values())
    for part in (field.get(key) for field in fields for key in ("items", "additionalProperties")):
        if isinstance(part, dict):
            types = definitions.get(part.get("$ref", "").rpartition("/")[2], part).get("type", ())
            if "null" in types:
                part["type"] = [name for name in types if name != "null"]


@cache
def _kinds() -> Mapping[tuple[str, str], str]:
    """Return the built-in kinds, as (apiVersion, kind) → the name of their definition."""
    kinds = {}
    for name, definition in _definitions()["$defs"].items():
        # Definitions of several groups, such as DeleteOptions, are not objects.
        match definition.get("x-kubernetes-group-version-kind"):
            case [{"group": group_, "version": version, "kind": kind}]:
                kinds[f"{group_}/{version}".lstrip("/"), kind] = name
    return kinds


@cache
def _groups() -> frozenset[str]:
    return frozenset(group(version) for version, _ in _kinds())


@cache
def _validator(definition: str) -> Any:
    import jsonschema  # noqa: PLC0415 - it takes 0.2 s
    from referencing import Registry, Resource  # noqa: PLC0415 - it comes with jsonschema

    ranges = jsonschema.FormatChecker(formats=())
    for name, end in _RANGES.items():
        ranges.checks(name)(lambda value, end=end: not isinstance(value, int) or -end <= value < end)
    document = _definitions()
    registry: Registry[Any] = Resource.from_contents(document) @ Registry()
    schema = {"$schema": document["$schema"], "$ref": f"{document['$id']}#/$defs/{definition}"}
    return jsonschema.Draft202012Validator(schema, registry=registry, format_checker=ranges)
