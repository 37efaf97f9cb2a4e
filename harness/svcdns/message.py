"""The parts of a DNS message: questions, records and replies, and what carries them.

Names and rdata are dnspython's; nothing here knows Kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

import dns.flags
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.reversename

from svcdns.addresses import canonical

#: What carries messages (RFC 1035, section 4.2).
Transport = Literal["udp", "tcp"]


class Question(NamedTuple):
    """A question: an owner name, in the case in which it is sent, and a record type."""

    name: dns.name.Name
    type: dns.rdatatype.RdataType

    def __str__(self) -> str:
        return f"{self.name} {dns.rdatatype.to_text(self.type)}"


class Record(NamedTuple):
    """A resource record, of class IN unless a server is wrong."""

    owner: dns.name.Name
    ttl: int
    rdata: dns.rdata.Rdata

    @property
    def type(self) -> dns.rdatatype.RdataType:
        """The record's type; NONE for a record of another class than IN, whose data cannot be read here."""
        another = self.rdata.rdclass != dns.rdataclass.IN
        return dns.rdatatype.NONE if another else dns.rdatatype.RdataType(self.rdata.rdtype)

    def __str__(self) -> str:
        return f"{self.owner} {self.ttl} {dns.rdatatype.to_text(self.type)} {self.rdata}"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's response to one question, before it is rendered for a transport.

    Attributes:
        rcode: the response code.
        answer: records of the answer section, in the order of sending.
        authority: records of the authority section.
        additional: records of the additional section, without OPT.
        authoritative: whether AA is set.
    """

    rcode: dns.rcode.Rcode
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    authoritative: bool = True


def name(text: str) -> dns.name.Name:
    """Return an absolute name from its text, with or without the final dot."""
    return dns.name.from_text(text)


def reverse_name(address: str) -> dns.name.Name:
    """Return the owner name of an address's PTR record, below in-addr.arpa or ip6.arpa."""
    return dns.reversename.from_address(canonical(address))


def question(owner: str, type_: str) -> Question:
    """Return a question from text."""
    return Question(name(owner), dns.rdatatype.from_text(type_))


def rdata(type_: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
    """Return the rdata of class IN that a zone file would write as ``text``."""
    return dns.rdata.from_text(dns.rdataclass.IN, type_, text)


def target(rdata_: dns.rdata.Rdata) -> dns.name.Name:
    """Return the name that the rdata of a CNAME, NS, PTR or SRV record points to."""
    return cast("dns.name.Name", getattr(rdata_, "target"))  # noqa: B009 - dnspython types rdata without their fields


def soa_server(rdata_: dns.rdata.Rdata) -> dns.name.Name:
    """Return the name of the server in the rdata of a SOA record, its MNAME."""
    return cast("dns.name.Name", getattr(rdata_, "mname"))  # noqa: B009 - as above


def soa_mailbox(rdata_: dns.rdata.Rdata) -> dns.name.Name:
    """Return the mailbox in the rdata of a SOA record, its RNAME."""
    return cast("dns.name.Name", getattr(rdata_, "rname"))  # noqa: B009 - as above


def port(rdata_: dns.rdata.Rdata) -> int:
    """Return the port number of an SRV record's rdata."""
    return cast("int", getattr(rdata_, "port"))  # noqa: B009 - as above


def lines(records: Iterable[Record]) -> list[str]:
    """Return records as text, sorted, case kept."""
    return sorted(str(record) for record in records)
