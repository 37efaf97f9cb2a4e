"""The responses of an API server, decoded within limits and checked against their shape; an error is one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.limits import ApiLimits, check_json
from svcdns.targets.cluster.apiserver.refusal import MalformedResponseError
from svcdns.targets.cluster.apiserver.shapes import OF_KIND, ChangeShape, ListMetadataShape, ObjectShape, PageShape

Item = dict[str, Any]

_T = TypeVar("_T")

#: How msgspec names a place: ``… - at `$.items[0].name` ``, ``… - at `key` in `$.labels` ``.
_PLACE = re.compile(r"^(?P<what>.*) - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`$")
_BOUND = re.compile(r"^Expected `(?P<kind>[^`]+)` (?P<sign>>=|<=) (?P<bound>-?\d+)$")
_LENGTH = re.compile(r"^Expected `(?P<kind>[^`]+)` of length (?P<sign>>=|<=) (?P<bound>\d+)$")
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]+)`$")

#: The most characters of an error, which may quote the response.
_LONGEST = 400

#: msgspec's names of types → names for people.
_TYPE_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "a date",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of one API server's responses.

    Attributes:
        server: its URL, for errors.
        limits: the limits of its responses.
    """

    server: str
    limits: ApiLimits

    def plain(self, octets: bytes, shape: type[_T], what: str) -> _T:
        """Return JSON decoded as a shape.

        Args:
            octets: the JSON.
            shape: one of `shapes`.
            what: what it is, for errors.
        """
        with self._reading(what):
            check_json(octets, self.limits)
            return msgspec.json.decode(octets, type=shape)

    def item(self, octets: bytes, resource: Resource, name: str, namespace: str) -> Item:
        """Return a whole object; with an empty name, one that the server has named."""
        with self._reading(_called(resource, name)):
            check_json(octets, self.limits)
            decoded = msgspec.json.decode(octets)
        return self.checked(decoded, resource, name, namespace)

    def checked(self, decoded: Any, resource: Resource, name: str, namespace: str) -> Item:
        """Return a whole decoded object without its null fields; an empty namespace allows any."""
        what = _called(resource, name)
        with self._reading(what):
            item = _without_nulls(decoded)
            shaped = msgspec.convert(item, _shape(resource))
        self._expect(shaped, resource, namespace, what)
        if name and shaped.metadata.name != name:
            raise self.malformed(what, f'metadata.name: is "{shaped.metadata.name}"')
        return _whole(item, resource)

    def page(self, octets: bytes, resource: Resource, namespace: str | None) -> tuple[ListMetadataShape, list[Item]]:
        """Return a page of a list: of each object the fields of its shape, or all where the kind has none."""
        what = f"a list of {resource.kind}s"
        known = _key(resource) in OF_KIND
        with self._reading(what):
            check_json(octets, self.limits)
            shape: Any = PageShape[_shape(resource)] if known else PageShape[dict[str, Any]]  # type: ignore[misc]
            page = msgspec.json.decode(octets, type=shape)
        items = []
        for number, listed in enumerate(page.items or ()):
            inside = f"items[{number}]"
            with self._reading(what, inside):
                item = msgspec.to_builtins(listed) if known else _without_nulls(listed)
                shaped = listed if known else msgspec.convert(item, ObjectShape)
            self._expect(shaped, resource, namespace or "", what, inside)
            items.append(_whole(item, resource))
        return page.metadata or ListMetadataShape(), items

    def change(self, line: bytes, resource: Resource, namespace: str | None) -> tuple[str, Item | bytes]:
        """Return an event of a watch: its type and its object, as in a list; for ERROR and BOOKMARK the object's JSON."""
        what = f"an event of the watch on {resource.kind}s"
        with self._reading(what):
            check_json(line, self.limits)
            change = msgspec.json.decode(line, type=ChangeShape)
            if change.type in ("BOOKMARK", "ERROR"):
                return change.type, bytes(change.object)
            shape = _shape(resource)
            shaped = msgspec.json.decode(change.object, type=shape)
            known = _key(resource) in OF_KIND
            item = msgspec.to_builtins(shaped) if known else _without_nulls(msgspec.json.decode(change.object))
        self._expect(shaped, resource, namespace or "", what, "object")
        return change.type, _whole(item, resource)

    def _expect(self, shaped: ObjectShape, resource: Resource, namespace: str, what: str, inside: str = "") -> None:
        """Check that an object has the kind and the namespace that were requested."""
        prefix = f"{inside}." if inside else ""
        if shaped.kind not in (None, resource.kind):
            raise self.malformed(what, f'{prefix}kind: is "{shaped.kind}"')
        if shaped.api_version not in (None, resource.api_version):
            raise self.malformed(what, f'{prefix}apiVersion: is "{shaped.api_version}"')
        actual = shaped.metadata.namespace or ""
        if resource.namespaced and (not actual or namespace not in ("", actual)):
            raise self.malformed(what, f'{prefix}metadata.namespace: is "{actual}"')
        if not resource.namespaced and actual:
            raise self.malformed(what, f'{prefix}metadata.namespace: is "{actual}", though a {resource.kind} has none')

    @contextmanager
    def _reading(self, what: str, inside: str = "") -> Iterator[None]:
        """Raise the errors of msgspec as ours, with the place that is malformed.

        Raises:
            MalformedResponseError: for every error of msgspec.
        """
        try:
            yield
        except msgspec.MsgspecError as error:
            raise self.malformed(what, problem(str(error), inside)) from error
        except RecursionError as error:
            raise self.malformed(what, "it is nested too deeply") from error
        except UnicodeDecodeError as error:
            raise self.malformed(what, "it is not UTF-8") from error

    def malformed(self, what: str, problem: str) -> MalformedResponseError:
        """Return the error for a response that is malformed."""
        return MalformedResponseError(
            f"the API server {self.server} answered with {what} that is malformed: {_line(problem)}"
        )


def problem(message: str, inside: str = "") -> str:
    """Return a message of msgspec as ``field: what is wrong with it``."""
    place = _PLACE.match(message)
    what = place["what"] if place else message
    path = f"{inside}{place['path'] if place else ''}".lstrip(".")
    if missing := _MISSING.match(what):
        return f"{path}.{missing['field']}: is missing".lstrip(".")
    text = _in_plain_words(what)
    if place and place["key"]:
        text = f"a key: {text}"
    if not path:
        return text
    # The rules of `shapes` begin with the field, relative to the object that msgspec names.
    field, separator, rest = text.partition(": ")
    return f"{path}.{field}: {rest}" if separator and re.fullmatch(r"[\w.\[\]]+", field) else f"{path}: {text}"


def _line(text: str) -> str:
    """Return a text on one line, with a replacement for each character that is not printable."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[:_LONGEST])
    return f"{shown}…" if len(text) > _LONGEST else shown


def _in_plain_words(what: str) -> str:
    if expected := _EXPECTED.match(what):
        return f"expected {_type_names(expected['wanted'])}, got {_type_names(expected['got'])}"
    if bound := _BOUND.match(what):
        return f"must be at {'least' if bound['sign'] == '>=' else 'most'} {bound['bound']}"
    if length := _LENGTH.match(what):
        least = length["sign"] == ">="
        if length["kind"].startswith("array"):
            return f"has {'fewer' if least else 'more'} than {length['bound']} items"
        return f"is {'shorter' if least else 'longer'} than {length['bound']} characters"
    if what.startswith(("JSON is malformed", "Input data was truncated")):
        return f"it is not JSON ({what})"
    return what[:1].lower() + what[1:]


def _type_names(types: str) -> str:
    named = [name.strip() for name in types.split("|")]
    wanted = [_TYPE_NAMES.get(name, name) for name in named if name != "null" or len(named) == 1]
    return " or ".join(wanted)


def _called(resource: Resource, name: str) -> str:
    return f'the {resource.kind} "{name}"'


def _key(resource: Resource) -> tuple[str, str]:
    return resource.group, resource.kind


def _shape(resource: Resource) -> type[ObjectShape]:
    return OF_KIND.get(_key(resource), ObjectShape)


def _whole(item: Item, resource: Resource) -> Item:
    """Return an object with its kind, which a list names only once for all its items."""
    return {**item, "apiVersion": resource.api_version, "kind": resource.kind}


def _without_nulls(value: Any) -> Any:
    """Return a decoded value without its null fields."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
