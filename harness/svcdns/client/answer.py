"""The answer to a question, parsed and readable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rdataclass
import dns.rrset
from dns.rcode import Rcode

from svcdns.client.channel import Discarded, Received
from svcdns.client.forms import PLAIN, QueryForm
from svcdns.message import Question, Record, Transport


class Opt(NamedTuple):
    """The OPT record of an answer (RFC 6891, section 6.1)."""

    payload: int
    version: int
    dnssec_ok: bool
    options: tuple[dns.edns.Option, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one server to one question, or why there is none.

    Attributes:
        server: the server as ``address:port``.
        edns: the payload size that the query offered, or None if it had no OPT record.
        message: the parsed answer, or None if there is none or it is malformed.
        wire: the answer as received, malformed or not.
        seconds: how long the exchange took; questions asked together share theirs.
        discarded: messages that came meanwhile and were not answers to the question.
        failure: why there is no message, in words.
        form: the flags and options of the query.
    """

    question: Question
    transport: Transport
    server: str
    edns: int | None
    message: dns.message.Message | None
    wire: bytes | None
    seconds: float
    discarded: tuple[Discarded, ...]
    failure: str | None
    form: QueryForm = PLAIN

    @property
    def rcode(self) -> Rcode | None:
        """The response code with the bits that OPT adds, or None without a message."""
        return None if self.message is None else Rcode(self.message.rcode())

    @property
    def flags(self) -> list[str]:
        """The flags that are set, as QR, AA, TC, RD, RA, AD, CD."""
        return [] if self.message is None else dns.flags.to_text(self.message.flags).split()

    @property
    def truncated(self) -> bool:
        """Whether TC is set."""
        return "TC" in self.flags

    @property
    def answer(self) -> tuple[Record, ...]:
        """The answer section, record by record."""
        return () if self.message is None else _records(self.message.answer)

    @property
    def authority(self) -> tuple[Record, ...]:
        """The authority section, record by record."""
        return () if self.message is None else _records(self.message.authority)

    @property
    def additional(self) -> tuple[Record, ...]:
        """The additional section without OPT, record by record."""
        return () if self.message is None else _records(self.message.additional)

    @property
    def question_echoed(self) -> bool:
        """Whether the answer repeats the question, in the same case."""
        if self.message is None:
            return False
        asked = (self.question.name.labels, self.question.type, dns.rdataclass.IN)
        return [(echo.name.labels, echo.rdtype, echo.rdclass) for echo in self.message.question] == [asked]

    @property
    def opt(self) -> Opt | None:
        """The OPT record, or None."""
        if self.message is None or self.message.edns < 0:
            return None
        do = bool(self.message.ednsflags & dns.flags.DO)
        return Opt(self.message.payload, self.message.edns, do, tuple(self.message.options))


def read(
    received: Received,
    question: Question,
    *,
    transport: Transport,
    server: str,
    edns: int | None,
    seconds: float,
    form: QueryForm = PLAIN,
) -> Answer:
    """Return the answer to a question from what was received for it."""
    message, failure = (None, received.failure) if received.wire is None else _parse(received.wire)
    return Answer(question, transport, server, edns, message, received.wire, seconds, received.discarded, failure, form)


#: The last ones are cached: a message that a proxy in this process has read is read again at once.
@lru_cache(maxsize=16)
def _parse(wire: bytes) -> tuple[dns.message.Message | None, str | None]:
    """Return the message, or what is wrong with it; of a truncated message, the records that it has."""
    try:
        return dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True), None
    except dns.exception.DNSException as error:
        if len(wire) > 2 and wire[2] & dns.flags.TC >> 8:  # noqa: PLR2004 - the flags are in the third octet
            return _parse_cut_off(wire)
        return None, f"malformed: {error}"


def _parse_cut_off(wire: bytes) -> tuple[dns.message.Message | None, str | None]:
    try:
        return dns.message.from_wire(wire, keyring=False, one_rr_per_rrset=True, continue_on_error=True), None
    except dns.exception.DNSException as error:
        return None, f"malformed: {error}"


def _records(section: Iterable[dns.rrset.RRset]) -> tuple[Record, ...]:
    return tuple(Record(rrset.name, rrset.ttl, rdata) for rrset in section for rdata in rrset)
