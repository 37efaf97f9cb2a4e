"""The judged answers of a scenario, counted by what they were about and what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import dns.rcode
import dns.rdatatype

from svcdns.judge import Reading
from svcdns.results import AnswerCount, came
from svcdns.state.naming import NameKind


def counted(judged: Iterable[tuple[Reading, NameKind]]) -> tuple[AnswerCount, ...]:
    """Count answers, each with the kind of the queried name."""
    numbers = Counter(
        (
            dns.rdatatype.to_text(reading.answer.question.type),
            str(kind),
            reading.answer.server,
            reading.answer.transport,
            reading.promised,
            _came(reading),
            reading.kept,
        )
        for reading, kind in judged
    )
    return tuple(AnswerCount(*key, number) for key, number in numbers.items())


def _came(reading: Reading) -> str:
    rcode = reading.answer.rcode
    return came("" if rcode is None else dns.rcode.to_text(rcode), len(reading.answer.answer))
