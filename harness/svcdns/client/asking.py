"""Questions to a DNS server: one, several or malformed; and the command that asks the same."""

from __future__ import annotations

import secrets
import shlex
import struct
import time
from collections.abc import Sequence

import dns.flags
import dns.rdataclass
import dns.rdatatype

from svcdns.client.answer import Answer, read
from svcdns.client.channel import Channel, Received
from svcdns.client.forms import PLAIN, QueryForm
from svcdns.message import Question, Transport

_HEADER_AND_OPT = struct.Struct("!6H"), struct.Struct("!BHHIH")
_OPTION = struct.Struct("!HH")


def ask(
    channel: Channel,
    question: Question,
    *,
    transport: Transport = "udp",
    edns: int | None = None,
    timeout_seconds: float,
    form: QueryForm = PLAIN,
) -> Answer:
    """Ask once; the caller decides whether to ask again.

    Args:
        channel: the way to the server.
        question: what to ask, in class IN.
        transport: what to ask over.
        edns: the payload size to offer in an OPT record; None for no OPT record.
        timeout_seconds: how long to wait.
        form: the flags and options of the query; options need a payload size.
    """
    (answer,) = ask_all(
        channel,
        [question],
        transport=transport,
        edns=edns,
        timeout_seconds=timeout_seconds,
        form=form,
    )
    return answer


def ask_all(
    channel: Channel,
    questions: Sequence[Question],
    *,
    transport: Transport = "tcp",
    edns: int | None = None,
    timeout_seconds: float,
    form: QueryForm = PLAIN,
) -> list[Answer]:
    """Ask several questions, over TCP on one connection; the arguments are those of `ask`, the timeout is for each."""
    wires = [encode(question, edns=edns, form=form) for question in questions]
    start = time.perf_counter()
    received = channel.exchange(wires, transport, timeout_seconds)
    seconds = time.perf_counter() - start
    return [
        read(exchanged, question, transport=transport, server=channel.server, edns=edns, seconds=seconds, form=form)
        for question, exchanged in zip(questions, received, strict=True)
    ]


def send(channel: Channel, wire: bytes, *, transport: Transport = "udp", timeout_seconds: float) -> Received:
    """Send a message as it is, well-formed or not, and return what comes back."""
    (received,) = channel.exchange([wire], transport, timeout_seconds)
    return received


def encode(question: Question, *, edns: int | None = None, form: QueryForm = PLAIN) -> bytes:
    """Return a query for a question, in class IN with a random id."""
    header, opt = _HEADER_AND_OPT
    options = b"".join(_OPTION.pack(code, len(data)) + data for code, data in form.options)
    name = question.name.to_wire()
    assert name is not None, "it was given no file to write to"
    return (
        header.pack(secrets.randbelow(0x10000), form.flags, 1, 0, 0, 0 if edns is None else 1)
        + name
        + struct.pack("!HH", question.type, dns.rdataclass.IN)
        + (b"" if edns is None else opt.pack(0, dns.rdatatype.OPT, edns, form.edns_flags, len(options)) + options)
    )


def dig(question: Question, transport: Transport, server: str, edns: int | None, form: QueryForm = PLAIN) -> str:
    """Return the command line that asks the same and stops at the first answer, truncated or not.

    Args:
        question: what to ask.
        transport: what to ask over.
        server: the server as ``address:port``, or ``[address]:port`` for IPv6.
        edns: the payload size to offer, or None.
        form: the flags and options.
    """
    address, _, port = server.rpartition(":")
    return shlex.join(
        [
            "dig",
            f"@{address.strip('[]')}",
            *("-p", port),
            "+tcp" if transport == "tcp" else "+ignore",
            *(["+noedns"] if edns is None else [f"+bufsize={edns}", "+nocookie"]),
            *_dig_options(form),
            str(question.name),
            dns.rdatatype.to_text(question.type),
        ]
    )


def _dig_options(form: QueryForm) -> list[str]:
    """Return the options of dig for what a query has beside its question and its payload size."""
    shown = [] if form.flags & dns.flags.RD else ["+norecurse"]
    shown += ["+cdflag"] if form.flags & dns.flags.CD else []
    shown += ["+adflag"] if form.flags & dns.flags.AD else []
    shown += ["+dnssec"] if form.edns_flags & dns.flags.DO else []
    reserved = form.edns_flags & ~dns.flags.DO
    shown += [f"+ednsflags={reserved:#06x}"] if reserved else []
    return [*shown, *(f"+ednsopt={code}{':' * bool(data)}{data.hex()}" for code, data in form.options)]
