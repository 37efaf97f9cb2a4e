"""Answers that were right once.

Stale means older than the TTL and thirty seconds: a server that lags less may keep a cache.
"""

from __future__ import annotations

from dns.rdatatype import CNAME, PTR

from svcdns.faults.fault import Asked, Change, Fault
from svcdns.faults.replies import is_denial
from svcdns.message import Reply

#: Longer than the longest TTL here and thirty seconds, and than any deadline.
_STALE_SECONDS = 120.0


def kept_for(seconds: float) -> Change:
    """What was answered is answered again until it is as old as that, as a cache does it."""

    def change(asked: Asked, reply: Reply) -> Reply:
        kept = None
        for said in asked.earlier:
            if kept is None or kept.seconds_ago - said.seconds_ago >= seconds:
                kept = said
        return kept.reply if kept and kept.seconds_ago < seconds else reply

    return change


def _first(asked: Asked, reply: Reply) -> Reply:
    return asked.earlier[0].reply if asked.earlier else reply


def _now_and_then(asked: Asked, reply: Reply) -> Reply:
    return _first(asked, reply) if asked.number % 2 else reply


FAULTS = (
    Fault(
        "stale-for-ever",
        "What was answered once is answered for ever.",
        (
            "J02",
            "J12",
            "G18",
            "B11",
            "B12",
            "C03",
            "D02",
            "D07",
            "E21",
            "H08",
            "H09",
            "H10",
            "C25",
            "J09",
            "J10",
            "J17",
            "I09",
        ),
        change=_first,
    ),
    Fault(
        "stale-for-two-minutes",
        "What was answered is answered for two minutes, whatever happens.",
        ("J02", "J12", "G18", "B11", "C03", "J17"),
        bound=f"{_STALE_SECONDS:.0f} s",
        change=kept_for(_STALE_SECONDS),
        seconds=_STALE_SECONDS,
    ),
    Fault(
        "stale-on-one-replica",
        "One of two DNS servers answers for ever what it answered once.",
        ("J02", "J12", "G18", "B11", "C03", "J17"),
        bound="for ever, one of two servers",
        change=lambda asked, reply: _first(asked, reply) if asked.replica else reply,
        replicas=2,
    ),
    Fault(
        "stale-every-other-time",
        "Every other answer is the first that was ever given.",
        ("J12", "J02", "C24"),
        bound="every other answer",
        change=_now_and_then,
    ),
    Fault(
        "denials-kept",
        "A name that was denied once is denied for ever.",
        ("G18", "J01"),
        change=lambda asked, reply: next((one.reply for one in asked.earlier if is_denial(one.reply)), reply),
    ),
    Fault(
        "removals-missed",
        "A name that answered once is never denied: it goes on answering what it last did.",
        ("B11", "J11", "J16"),
        change=lambda asked, reply: (
            next((one.reply for one in reversed(asked.earlier) if one.reply.answer), reply)
            if is_denial(reply)
            else reply
        ),
    ),
    Fault(
        "stale-reverse-names",
        "What an address led back to once, it leads back to for ever.",
        ("J13",),
        change=lambda asked, reply: _first(asked, reply) if asked.question.type == PTR else reply,
    ),
    Fault(
        "stale-aliases",
        "Asked for the CNAME alone, a name is for ever the alias that it was once, or none.",
        ("H08", "H09", "H10"),
        change=lambda asked, reply: _first(asked, reply) if asked.question.type == CNAME else reply,
    ),
)
