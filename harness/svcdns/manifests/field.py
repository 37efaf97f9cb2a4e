"""Fields of a decoded object, and the checks that many kinds share.

A `Field` can be asked for any part: one that is missing, or has another type than asked for, counts as absent. `schema`
checks the structure, so the rules check only what it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from svcdns.manifests.problem import FieldPath, Problem, dotted, listed, quoted

PORTS = (1, 65535)
PROTOCOLS = ("TCP", "UDP", "SCTP")
INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Field:
    """A value inside an object, with the path to it."""

    value: object
    path: FieldPath = ()

    def __getitem__(self, key: str) -> Field:
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Field(value, (*self.path, key))

    @property
    def given(self) -> bool:
        """Whether it has a value: to the API, an absent field, an empty text and an empty list are the same."""
        return self.value not in (None, "", [], {})

    @property
    def text(self) -> str:
        """The value if it is text, else the empty text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> int | None:
        """The value if it is a whole number."""
        return self.value if isinstance(self.value, int) and not isinstance(self.value, bool) else None

    def items(self) -> list[Field]:
        """Return the items of a list."""
        values = self.value if isinstance(self.value, list) else []
        return [Field(value, (*self.path, index)) for index, value in enumerate(values)]

    def entries(self) -> dict[str, Field]:
        """Return the entries of a mapping."""
        return {key: self[key] for key in self.value} if isinstance(self.value, Mapping) else {}

    def error(self, text: str) -> Problem:
        """Return the problem that a text describes, at this field."""
        return Problem(self.path, text)


def required(field: Field, why: str = "") -> Iterator[Problem]:
    """Require a field."""
    if not field.given:
        yield field.error(f"is required{why}")


def not_empty(field: Field) -> Iterator[Problem]:
    """Refuse the empty text; the field may be absent."""
    if field.value == "":
        yield field.error("must not be empty where it is given")


def between(field: Field, lowest: int, highest: int) -> Iterator[Problem]:
    """Require a number, where given, to lie in a range, both ends included."""
    if field.number is not None and not lowest <= field.number <= highest:
        yield field.error(f"must be between {lowest} and {highest}, not {field.number}")


def not_negative(*fields: Field) -> Iterator[Problem]:
    """Require numbers, where given, to be 0 or more."""
    for field in fields:
        if field.number is not None and field.number < 0:
            yield field.error(f"must be 0 or more, not {field.number}")


def one_of(field: Field, values: Iterable[str]) -> Iterator[Problem]:
    """Require a text, where given, to be one of a few, spelled as the API spells them."""
    values = tuple(values)
    if field.text and field.text not in values:
        yield field.error(f"must be {listed(values)}, not {quoted(field.text)}")


def named(field: Field, rule: Callable[[str], str | None]) -> Iterator[Problem]:
    """Require a text, where given, to follow a rule of `names` or `address`."""
    if field.text and (problem := rule(field.text)):
        yield field.error(problem)


def unique(fields: Iterable[tuple[Hashable, Field]]) -> Iterator[Problem]:
    """Refuse fields whose key an earlier field has."""
    first: dict[Hashable, Field] = {}
    for key, field in fields:
        if first.setdefault(key, field) is not field:
            yield field.error(f"repeats {dotted(first[key].path)}")


def at_most(field: Field, most: int, what: str) -> Iterator[Problem]:
    """Refuse a list that is longer."""
    if (count := len(field.items())) > most:
        yield field.error(f"may hold at most {most} {what}, not {count}")
