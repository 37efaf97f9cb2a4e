"""Answers as rows of a table: a name, the types that were queried, and the answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import dns.rcode
import dns.rdatatype
from dns.rdatatype import AAAA, CNAME, NS, PTR, SRV, A

from svcdns.client import Answer
from svcdns.documentation.symbols import Symbols, assigned_label
from svcdns.message import Record, target

_ORDER = ("A", "AAAA", "CNAME", "SRV", "PTR", "TXT")

#: The types whose records have a target.
_WITH_TARGET = (CNAME, SRV, PTR)

NXDOMAIN, NODATA = "NXDOMAIN", "NODATA"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The answer to queries for one name.

    Attributes:
        name: the name as a client in the namespace writes it, with symbols.
        types: the queried types, which all have the same answer.
        answers: the records; empty if there is none.
        denial: why there is no record, such as ``NXDOMAIN``.
        additional: the records of the additional section.
        targets: the names that the records point to.
        assigned: whether the server assigned the first label of a target.
        left_open: whether the specification leaves the answer, or the name itself, to the server; CoreDNS's is shown.
    """

    name: str
    types: tuple[str, ...]
    answers: tuple[str, ...]
    denial: str = ""
    additional: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    assigned: bool = False
    left_open: bool = False

    @property
    def text(self) -> str:
        """The answer in one line."""
        return ", ".join(self.answers) or self.denial


def row(answer: Answer, symbols: Symbols, *, left_open: bool = False) -> AnswerRow:
    """Return one answer as a row."""
    targets = [target(record.rdata) for record in answer.answer if record.type in _WITH_TARGET]
    return AnswerRow(
        name=symbols.name(answer.question.name),
        types=(dns.rdatatype.to_text(answer.question.type),),
        answers=tuple(dict.fromkeys(sorted(_written(record, answer, symbols) for record in answer.answer))),
        denial="" if answer.answer else _denial(answer),
        additional=tuple(dict.fromkeys(sorted(_in_full(record, symbols) for record in answer.additional))),
        targets=tuple(dict.fromkeys(map(symbols.name, targets))),
        assigned=any(map(symbols.is_assigned, targets)),
        left_open=left_open or _is_coredns_label(answer),
    )


def _is_coredns_label(answer: Answer) -> bool:
    """Whether CoreDNS made the first label of the name of an address, as for an endpoint without a hostname."""
    addresses = (str(record.rdata) for record in answer.answer if record.type in (A, AAAA))
    return answer.question.name.labels[0].decode().lower() in map(assigned_label, addresses)


def merged(rows: Iterable[AnswerRow]) -> tuple[AnswerRow, ...]:
    """Return rows without repetition, negative answers last; equal negative answers of a name are one row."""
    distinct: dict[tuple[object, ...], AnswerRow] = {}
    for each in rows:
        key = (each.name, each.types, each.answers, each.denial)
        known = distinct.get(key, each)
        distinct[key] = replace(
            each, additional=known.additional or each.additional, left_open=known.left_open and each.left_open
        )
    together: dict[tuple[object, ...], list[AnswerRow]] = defaultdict(list)
    for each in distinct.values():
        together[(each.name, each.denial) if each.denial else (each.name, each.types, each.answers)].append(each)
    return tuple(sorted(map(_as_one, together.values()), key=_order))


def _as_one(equal: list[AnswerRow]) -> AnswerRow:
    types = dict.fromkeys(type_ for each in equal for type_ in each.types)
    return replace(equal[0], types=tuple(types), left_open=all(each.left_open for each in equal))


def _order(row_: AnswerRow) -> tuple[str, int, int, str]:
    return row_.denial, *rank("" if row_.denial else row_.types[0], row_.name)


def rank(type_: str, name: str) -> tuple[int, int, str]:
    """Return the place of a question among others: by type, then from the shortest name to the longest."""
    return _ORDER.index(type_) if type_ in _ORDER else len(_ORDER), name.count("."), name


def _denial(answer: Answer) -> str:
    if answer.message is None or answer.rcode is None:
        return "no answer"
    return NODATA if answer.rcode == dns.rcode.NOERROR else dns.rcode.to_text(answer.rcode)


def _written(record: Record, answer: Answer, symbols: Symbols) -> str:
    """Return the rdata, with the type if it is not the queried one."""
    text = rdata(record, symbols)
    return text if record.type == answer.question.type else f"{dns.rdatatype.to_text(record.type)} {text}"


def _in_full(record: Record, symbols: Symbols) -> str:
    return f"{symbols.name(record.owner)} {dns.rdatatype.to_text(record.type)} {rdata(record, symbols)}"


def rdata(record: Record, symbols: Symbols) -> str:
    """Return the rdata of a record as ``dig`` shows it, with symbols."""
    if record.type in (A, AAAA):
        return symbols.address(str(record.rdata))
    if record.type == SRV:
        numbers = " ".join(str(record.rdata).split()[:3])
        return f"{numbers} {symbols.name(target(record.rdata))}"
    if record.type in (CNAME, NS, PTR):
        return symbols.name(target(record.rdata))
    return str(record.rdata)
