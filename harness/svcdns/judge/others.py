"""The answers of other servers and transports to a query, read against the promise that the first answer breaks."""

from __future__ import annotations

import dns.rcode

from svcdns.client import Answer
from svcdns.judge.comparing import row
from svcdns.judge.reading import Reading
from svcdns.results import OtherAnswer, came


def other_answer(answer: Answer, reading: Reading) -> OtherAnswer:
    """Return an answer as plain data, with whether it keeps the promise that another answer breaks.

    Where the expected records are not known in full, an answer that has records keeps the promise if the other has none.
    """
    rcode = "" if answer.rcode is None else dns.rcode.to_text(answer.rcode)
    got = came(rcode, len(answer.answer))
    return OtherAnswer(answer.server, answer.transport, got, _keeps(answer, got, reading))


def _keeps(answer: Answer, got: str, reading: Reading) -> bool:
    match reading.promised:
        case "records" if not all(map(_is_record, reading.expected)):
            return got == "records" and not reading.answer.answer
        case "records":
            # What follows an alias is expected or not together with it; a truncated answer may lack some.
            answered = {row(record.rdata) for record in answer.answer}
            is_complete = answer.truncated or (got == "records" and answered.issuperset(reading.expected))
            return is_complete and answered.isdisjoint(reading.unexpected)
        case "NODATA" | "NXDOMAIN":
            return got == reading.promised
        case "rcode":
            return got in reading.expected
    return False


def _is_record(expected: str) -> bool:
    """Return whether what is expected is a record, not a description of several, such as their number."""
    return expected.partition(" ")[0].isupper() and "<" not in expected
