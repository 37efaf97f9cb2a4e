"""Answers as rows of a table: a name, the types it was asked for, and what it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import dns.rcode
import dns.rdatatype
from dns.rdatatype import AAAA, CNAME, NS, PTR, SRV, A

from svcdns.client import Answer
from svcdns.documentation.symbols import Symbols, dashed
from svcdns.message import Record, target

_ORDER = ("A", "AAAA", "CNAME", "SRV", "PTR", "TXT")

NO_NAME, NO_DATA = "NXDOMAIN", "NODATA"


@dataclass(frozen=True, slots=True)
class Row:
    """What a name answers.

    Attributes:
        name: as a client in the namespace writes it, with symbols.
        types: the types asked for, all answered alike.
        answers: what it answers; empty where it answers nothing.
        denial: why it answers nothing, such as ``NXDOMAIN``.
        along: records that come along with the answer.
        left_open: whether the specification leaves the answer, or the name that is asked for, to the server, and this is
            CoreDNS's.
    """

    name: str
    types: tuple[str, ...]
    answers: tuple[str, ...]
    denial: str = ""
    along: tuple[str, ...] = ()
    left_open: bool = False

    @property
    def said(self) -> str:
        """The answer in one line."""
        return ", ".join(self.answers) or self.denial


def row(answer: Answer, symbols: Symbols, *, left_open: bool = False) -> Row:
    """One answer as a row."""
    return Row(
        name=symbols.name(answer.question.name),
        types=(dns.rdatatype.to_text(answer.question.type),),
        answers=tuple(dict.fromkeys(sorted(_written(record, answer, symbols) for record in answer.answer))),
        denial="" if answer.answer else _denial(answer),
        along=tuple(dict.fromkeys(sorted(_in_full(record, symbols) for record in answer.additional))),
        left_open=left_open or _spelled_by_coredns(answer),
    )


def _spelled_by_coredns(answer: Answer) -> bool:
    """Whether the name is one that CoreDNS makes of an address, as it does for an endpoint without a hostname."""
    addresses = (str(record.rdata) for record in answer.answer if record.type in (A, AAAA))
    return answer.question.name.labels[0].decode().lower() in map(dashed, addresses)


def merged(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows without repetition, answers before denials; a name's denials of one kind are one row."""
    firm: dict[tuple[object, ...], Row] = {}
    for one in rows:
        key = (one.name, one.types, one.answers, one.denial)
        known = firm.get(key, one)
        firm[key] = replace(one, along=known.along or one.along, left_open=known.left_open and one.left_open)
    together: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for one in firm.values():
        together[(one.name, one.denial) if one.denial else (one.name, one.types, one.answers)].append(one)
    return tuple(sorted(map(_as_one, together.values()), key=_order))


def _as_one(alike: list[Row]) -> Row:
    types = dict.fromkeys(type_ for one in alike for type_ in one.types)
    return replace(alike[0], types=tuple(types), left_open=all(one.left_open for one in alike))


def _order(row: Row) -> tuple[str, int, int, str]:
    return row.denial, *rank("" if row.denial else row.types[0], row.name)


def rank(type_: str, name: str) -> tuple[int, int, str]:
    """Where a question stands among others: by type, then from the shortest name to the longest."""
    return _ORDER.index(type_) if type_ in _ORDER else len(_ORDER), name.count("."), name


def _denial(answer: Answer) -> str:
    if answer.message is None or answer.rcode is None:
        return "no answer"
    return NO_DATA if answer.rcode == dns.rcode.NOERROR else dns.rcode.to_text(answer.rcode)


def _written(record: Record, answer: Answer, symbols: Symbols) -> str:
    """The rdata, with the type where it is not the one asked for."""
    text = rdata(record, symbols)
    return text if record.type == answer.question.type else f"{dns.rdatatype.to_text(record.type)} {text}"


def _in_full(record: Record, symbols: Symbols) -> str:
    return f"{symbols.name(record.owner)} {dns.rdatatype.to_text(record.type)} {rdata(record, symbols)}"


def rdata(record: Record, symbols: Symbols) -> str:
    """What a record says, as ``dig`` shows it, with symbols."""
    if record.type in (A, AAAA):
        return symbols.address(str(record.rdata))
    if record.type == SRV:
        numbers = " ".join(str(record.rdata).split()[:3])
        return f"{numbers} {symbols.name(target(record.rdata))}"
    if record.type in (CNAME, NS, PTR):
        return symbols.name(target(record.rdata))
    return str(record.rdata)
