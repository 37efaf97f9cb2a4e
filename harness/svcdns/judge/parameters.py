"""What the parameters of sentences mean, and which values they take: known before anything is played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated, Any

import dns.rcode

from svcdns.errors import FeatureError, did_you_mean
from svcdns.judge.observation import domain_name, record_type

#: The protocols of a Service's ports.
_PROTOCOLS = ("TCP", "UDP", "SCTP")

_LARGEST_PORT = 65_535

#: Octets of the largest DNS message, and so of the largest payload that EDNS can offer.
_LARGEST_MESSAGE = 65_535

#: Queries that one sentence may ask for.
_MOST_QUERIES = 1_000

#: Pods, endpoints or ports that one sentence may speak of.
_MOST_OBJECTS = 100_000


class Means(Enum):
    """What a parameter refers to, as far as a scenario has to declare it."""

    VALUE = auto()
    MANIFEST = auto()
    NEIGHBOURS_MANIFEST = auto()
    SERVICE = auto()
    BELOW_SERVICE = auto()
    NEW_SERVICE = auto()
    PORT = auto()
    PROTOCOL = auto()
    POD = auto()
    KIND = auto()
    OBJECT = auto()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a sentence, written beside its type.

    Attributes:
        means: what it refers to.
        check: raises a FeatureError for a value that it does not take.
    """

    means: Means = Means.VALUE
    check: Callable[[Any], object] = lambda _: None


def _name(text: str) -> None:
    domain_name(text, text.rpartition("/")[2])


def _label(text: str) -> None:
    domain_name(text, f"{text}.cluster.local")


def _protocol(text: str) -> None:
    if text.upper() not in _PROTOCOLS:
        near = did_you_mean(text.upper(), _PROTOCOLS)
        raise FeatureError(f'"{text}" is not a protocol: use one of {", ".join(_PROTOCOLS)}{near}')


def _between(lowest: int, highest: int, what: str) -> Callable[[Any], None]:
    def check(number: Any) -> None:
        if number is not None and not lowest <= int(number) <= highest:
            raise FeatureError(f"{number} is not a {what}: use a number from {lowest} to {highest}")

    return check


def rcode(text: str) -> dns.rcode.Rcode:
    """Return the rcode that a sentence names.

    Raises:
        FeatureError: if there is no such rcode.
    """
    try:
        return dns.rcode.from_text(text)
    except (dns.rcode.UnknownRcode, ValueError) as error:
        near = did_you_mean(text.upper(), dns.rcode.Rcode.__members__)
        raise FeatureError(f'"{text}" is not an rcode: name one, such as NOTIMP or REFUSED{near}') from error


def choices(table: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the legal answers in the table below a sentence, each with its meaning.

    Raises:
        FeatureError: if it is no table of answers and their meanings.
    """
    rows = _rows(table, "the answers and what they mean")
    for answer in rows:
        _check_choice(answer)
    return rows


def numbers(table: Sequence[Sequence[str]]) -> dict[int, str]:
    """Return the legal port numbers in the table below a sentence, each with its meaning.

    Raises:
        FeatureError: if it is no table of port numbers and their meanings.
    """
    rows = _rows(table, "the port numbers and what they mean")
    for text in rows:
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= _LARGEST_PORT):
            raise FeatureError(f'"{text}" is not a port number: use a number from 1 to {_LARGEST_PORT}')
    return {int(text): meaning for text, meaning in rows.items()}


def _rows(table: Sequence[Sequence[str]], what: str) -> dict[str, str]:
    if any(len(row) != len(("answer", "meaning")) for row in table):
        raise FeatureError(f"the table below has {len(table[0])} columns: give it two, {what}")
    rows: dict[str, str] = {}
    for first, second in table[1:]:
        if first in rows:
            raise FeatureError(f'the table below has "{first}" twice: remove one')
        rows[first] = second
    if not rows:
        raise FeatureError("the table below has no row after its headings: add one")
    return rows


#: What an answer may be beside an rcode and types of records (`comparing.expect_choice`).
_WORDS = ("NODATA", "nothing")


def _check_choice(text: str) -> None:
    """Refuse what no answer is, so that a mistyped choice condemns no server."""
    known: Mapping[str, object] = dns.rcode.Rcode.__members__
    if text in _WORDS or (text in known and text != "NOERROR"):
        return
    try:
        names = [record_type(type_).name for type_ in text.split(" and ")]
    except FeatureError:
        names = []
    if names != text.split(" and "):
        near = did_you_mean(text, (*known, *_WORDS))
        raise FeatureError(
            f'"{text}" is not an answer: name an rcode other than NOERROR, NODATA, the types of the records joined '
            f'by "and", or "nothing"{near}'
        )


ManifestName = Annotated[str, Parameter(Means.MANIFEST)]
NeighboursManifest = Annotated[str, Parameter(Means.NEIGHBOURS_MANIFEST)]
Name = Annotated[str, Parameter(check=_name)]
ExistingName = Annotated[str, Parameter(Means.BELOW_SERVICE, _name)]
Label = Annotated[str, Parameter(check=_label)]
ServiceName = Annotated[str, Parameter(Means.SERVICE, _name)]
NewServiceName = Annotated[str, Parameter(Means.NEW_SERVICE)]
PodName = Annotated[str, Parameter(Means.POD)]
PortName = Annotated[str, Parameter(Means.PORT)]
OptionalPortName = Annotated[str | None, Parameter(Means.PORT)]
Protocol = Annotated[str, Parameter(Means.PROTOCOL, _protocol)]
Kind = Annotated[str, Parameter(Means.KIND)]
ObjectName = Annotated[str, Parameter(Means.OBJECT)]
RecordType = Annotated[str, Parameter(check=record_type)]
Rcode = Annotated[str, Parameter(check=rcode)]
PortNumber = Annotated[int, Parameter(check=_between(1, _LARGEST_PORT, "port number"))]
Count = Annotated[int, Parameter(check=_between(0, _MOST_OBJECTS, "number of objects"))]
Octets = Annotated[int, Parameter(check=_between(0, _LARGEST_MESSAGE, "number of octets"))]
OptionalOctets = Annotated[str | None, Parameter(check=_between(0, _LARGEST_MESSAGE, "number of octets"))]
Times = Annotated[int, Parameter(check=_between(1, _MOST_QUERIES, "number of queries"))]
