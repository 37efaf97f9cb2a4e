"""Servers that are wrong now and then: one response of so many, or one of several servers behind an address."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import dns.rcode
from dns.rcode import Rcode

from svcdns.faults.fault import Fault, QueryContext, ReplyChange
from svcdns.message import Record, Reply

#: One response of so many is wrong.
_RATES = {2: "every other", 7: "one in seven", 40: "one in forty"}

#: So many servers are behind the address of which one is wrong.
_SERVERS = 3

#: What every response shows, whatever was asked.
_ALL = ("B01", "B02", "B04", "B05", "C01", "C02", "C04", "C05", "C07", "C08", "D03", "D04", "D06", "D08", "E01", "E03")
_MORE = ("E05", "E08", "E09", "E12", "F01", "F03", "F04", "F06", "F07", "F09", "G05", "G06", "L01", "L14")

#: What shows in answers with records.
_RECORDS = tuple(behaviour for behaviour in (*_ALL, *_MORE) if behaviour not in ("C04", "G05", "G06"))

#: What shows in answers that change.
_CHANGES = (
    "B11",
    "C03",
    "C24",
    "C25",
    "D02",
    "D07",
    "E21",
    "G18",
    "H08",
    "H09",
    "H10",
    "J01",
    "J02",
    "J09",
    "J10",
    "J11",
)


def _failing(rcode: Rcode) -> ReplyChange:
    def change(context: QueryContext, reply: Reply) -> Reply:
        del context, reply
        return Reply(rcode)

    return change


def _denied(context: QueryContext, reply: Reply) -> Reply:
    """Deny a name that has records."""
    del context
    return Reply(dns.rcode.NXDOMAIN, authority=reply.authority) if reply.answer else reply


def _without_one_record(context: QueryContext, reply: Reply) -> Reply:
    del context
    return replace(reply, answer=reply.answer[1:])


def _old(context: QueryContext, reply: Reply) -> Reply:
    """Answer what was right before something changed."""
    return next((kept.reply for kept in reversed(context.earlier) if _content(kept.reply) != _content(reply)), reply)


def _content(reply: Reply) -> tuple[Rcode, frozenset[Record]]:
    return reply.rcode, frozenset(reply.answer)


def _now_and_then(of: int, change: ReplyChange) -> ReplyChange:
    return lambda context, reply: change(context, reply) if context.number % of == of - 1 else reply


def _on_one_server(change: ReplyChange) -> ReplyChange:
    """Have one of the servers behind the address be wrong; which is asked is chance, by number, so that it can be repeated."""

    def chosen(context: QueryContext) -> bool:
        return random.Random(f"{context.replica} {context.number}").randrange(_SERVERS) == 0  # noqa: S311 - no secret

    return lambda context, reply: change(context, reply) if chosen(context) else reply


#: Each kind: its name, its sentence after the rate, its behaviours, and what it does.
_KINDS: tuple[tuple[str, str, tuple[str, ...], Callable[[QueryContext, Reply], Reply | None]], ...] = (
    ("servfail", "is SERVFAIL", (*_ALL, *_MORE), _failing(dns.rcode.SERVFAIL)),
    ("refused", "is REFUSED", (*_ALL, *_MORE), _failing(dns.rcode.REFUSED)),
    ("nxdomain", "is NXDOMAIN, though the name has records", _RECORDS, _denied),
    ("record-missing", "lacks one record", _RECORDS, _without_one_record),
    ("old-state", "is what was right before the last change", _CHANGES, _old),
)

#: What one server of several does wrong.
_OF_ONE_SERVER = ("refused", "old-state")

FAULTS = tuple(
    fault
    for kind, sentence, behaviours, change in _KINDS
    for fault in (
        *(
            Fault(
                f"{kind}-one-in-{of}",
                f"{words.capitalize()} response {sentence}.",
                behaviours,
                bound=f"{words} response",
                change=_now_and_then(of, change),
            )
            for of, words in _RATES.items()
        ),
        *(
            [
                Fault(
                    f"{kind}-from-one-server",
                    f"One of {_SERVERS} servers behind one address is wrong: each of its responses {sentence}.",
                    behaviours,
                    bound=f"one of {_SERVERS} servers",
                    change=_on_one_server(change),
                )
            ]
            if kind in _OF_ONE_SERVER
            else []
        ),
    )
)
