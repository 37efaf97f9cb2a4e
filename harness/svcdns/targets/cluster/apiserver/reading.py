"""What an API server says, read in one place: within limits, of the shape that the rest relies on, or an error in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from svcdns.targets.cluster.apiserver.discovery import Resource
from svcdns.targets.cluster.apiserver.limits import Limits, check_json
from svcdns.targets.cluster.apiserver.refusal import MalformedError
from svcdns.targets.cluster.apiserver.shapes import OF_KIND, Change, ListMetadata, Object, Page

Item = dict[str, Any]

_T = TypeVar("_T")

#: How msgspec says where something is: ``… - at `$.items[0].name` ``, ``… - at `key` in `$.labels` ``.
_PLACE = re.compile(r"^(?P<what>.*) - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`$")
_BOUND = re.compile(r"^Expected `(?P<kind>[^`]+)` (?P<sign>>=|<=) (?P<bound>-?\d+)$")
_LENGTH = re.compile(r"^Expected `(?P<kind>[^`]+)` of length (?P<sign>>=|<=) (?P<bound>\d+)$")
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]+)`$")

#: Characters of an error; what is malformed may be quoted in it.
_LONGEST = 400

#: msgspec's names of types → words.
_WORDS = {
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
    """Reads the answers of one API server.

    Attributes:
        server: its URL, for errors.
        limits: those of its answers.
    """

    server: str
    limits: Limits

    def plain(self, octets: bytes, shape: type[_T], what: str) -> _T:
        """What JSON says, as a shape.

        Args:
            octets: the JSON.
            shape: one of `shapes`.
            what: what it is, for errors.
        """
        with self._reading(what):
            check_json(octets, self.limits)
            return msgspec.json.decode(octets, type=shape)

    def item(self, octets: bytes, resource: Resource, name: str, namespace: str) -> Item:
        """A whole object that was asked for by its name, or to which the server gave one."""
        with self._reading(_called(resource, name)):
            check_json(octets, self.limits)
            decoded = msgspec.json.decode(octets)
        return self.checked(decoded, resource, name, namespace)

    def checked(self, decoded: Any, resource: Resource, name: str, namespace: str) -> Item:
        """A whole decoded object, without the fields that are null; an empty namespace is any."""
        what = _called(resource, name)
        with self._reading(what):
            item = _without_nulls(decoded)
            shaped = msgspec.convert(item, _shape(resource))
        self._expect(shaped, resource, namespace, what)
        if name and shaped.metadata.name != name:
            raise self.malformed(what, f'metadata.name: is "{shaped.metadata.name}"')
        return _whole(item, resource)

    def page(self, octets: bytes, resource: Resource, namespace: str | None) -> tuple[ListMetadata, list[Item]]:
        """A page of a list, of each object what its shape has; all of an object of no known shape."""
        what = f"a list of {resource.kind}s"
        known = _key(resource) in OF_KIND
        with self._reading(what):
            check_json(octets, self.limits)
            shape: Any = Page[_shape(resource)] if known else Page[dict[str, Any]]  # type: ignore[misc]
            page = msgspec.json.decode(octets, type=shape)
        found = []
        for number, one in enumerate(page.items or ()):
            inside = f"items[{number}]"
            with self._reading(what, inside):
                item = msgspec.to_builtins(one) if known else _without_nulls(one)
                shaped = one if known else msgspec.convert(item, Object)
            self._expect(shaped, resource, namespace or "", what, inside)
            found.append(_whole(item, resource))
        return page.metadata or ListMetadata(), found

    def change(self, line: bytes, resource: Resource, namespace: str | None) -> tuple[str, Item | bytes]:
        """An event of a watch: its type and its object, as in a list; of an ERROR or a BOOKMARK, the JSON of it."""
        what = f"an event of the watch on {resource.kind}s"
        with self._reading(what):
            check_json(line, self.limits)
            change = msgspec.json.decode(line, type=Change)
            if change.type in ("BOOKMARK", "ERROR"):
                return change.type, bytes(change.object)
            shape = _shape(resource)
            shaped = msgspec.json.decode(change.object, type=shape)
            known = _key(resource) in OF_KIND
            item = msgspec.to_builtins(shaped) if known else _without_nulls(msgspec.json.decode(change.object))
        self._expect(shaped, resource, namespace or "", what, "object")
        return change.type, _whole(item, resource)

    def _expect(self, shaped: Object, resource: Resource, namespace: str, what: str, inside: str = "") -> None:
        """See that an object is of the kind and from the namespace that were asked for."""
        place = f"{inside}." if inside else ""
        if shaped.kind not in (None, resource.kind):
            raise self.malformed(what, f'{place}kind: is "{shaped.kind}"')
        if shaped.api_version not in (None, resource.api_version):
            raise self.malformed(what, f'{place}apiVersion: is "{shaped.api_version}"')
        found = shaped.metadata.namespace or ""
        if resource.namespaced and (not found or namespace not in ("", found)):
            raise self.malformed(what, f'{place}metadata.namespace: is "{found}"')
        if not resource.namespaced and found:
            raise self.malformed(what, f'{place}metadata.namespace: is "{found}", though a {resource.kind} is in none')

    @contextmanager
    def _reading(self, what: str, inside: str = "") -> Iterator[None]:
        """Say what is malformed, and where.

        Raises:
            MalformedError: for all that msgspec can stumble over.
        """
        try:
            yield
        except msgspec.MsgspecError as error:
            raise self.malformed(what, problem(str(error), inside)) from error
        except RecursionError as error:
            raise self.malformed(what, "it is nested too deeply") from error
        except UnicodeDecodeError as error:
            raise self.malformed(what, "it is not UTF-8") from error

    def malformed(self, what: str, problem: str) -> MalformedError:
        """The error that something that was said is not as it should be."""
        return MalformedError(f"the API server {self.server} answered with {what} that is malformed: {_line(problem)}")


def problem(words: str, inside: str = "") -> str:
    """What msgspec says is wrong, as ``field: what is wrong with it``."""
    found = _PLACE.match(words)
    what = found["what"] if found else words
    path = f"{inside}{found['path'] if found else ''}".lstrip(".")
    if missing := _MISSING.match(what):
        return f"{path}.{missing['field']}: is missing".lstrip(".")
    said = _said(what)
    if found and found["key"]:
        said = f"a key: {said}"
    if not path:
        return said
    # Rules of our own name the field, below the object where msgspec met them.
    field, separator, rest = said.partition(": ")
    return f"{path}.{field}: {rest}" if separator and re.fullmatch(r"[\w.\[\]]+", field) else f"{path}: {said}"


def _line(words: str) -> str:
    """Words on one line, with what they quote of the server's own as far as it can be shown."""
    shown = "".join(one if one.isprintable() else "\ufffd" for one in words[:_LONGEST])
    return f"{shown}…" if len(words) > _LONGEST else shown


def _said(what: str) -> str:
    if found := _EXPECTED.match(what):
        return f"expected {_words(found['wanted'])}, got {_words(found['got'])}"
    if found := _BOUND.match(what):
        return f"must be at {'least' if found['sign'] == '>=' else 'most'} {found['bound']}"
    if found := _LENGTH.match(what):
        least = found["sign"] == ">="
        if found["kind"].startswith("array"):
            return f"has {'fewer' if least else 'more'} than {found['bound']} items"
        return f"is {'shorter' if least else 'longer'} than {found['bound']} characters"
    if what.startswith(("JSON is malformed", "Input data was truncated")):
        return f"it is not JSON ({what})"
    return what[:1].lower() + what[1:]


def _words(types: str) -> str:
    named = [name.strip() for name in types.split("|")]
    wanted = [_WORDS.get(name, name) for name in named if name != "null" or len(named) == 1]
    return " or ".join(wanted)


def _called(resource: Resource, name: str) -> str:
    return f'the {resource.kind} "{name}"'


def _key(resource: Resource) -> tuple[str, str]:
    return resource.group, resource.kind


def _shape(resource: Resource) -> type[Object]:
    return OF_KIND.get(_key(resource), Object)


def _whole(item: Item, resource: Resource) -> Item:
    """An object with its kind, which lists say once for all."""
    return {**item, "apiVersion": resource.api_version, "kind": resource.kind}


def _without_nulls(value: Any) -> Any:
    """A decoded value without the fields that are null."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value
