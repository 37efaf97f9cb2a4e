"""Answers that were right once.

Stale means older than the TTL plus 30 seconds: a server that is less late may have a cache.
"""

from __future__ import annotations

from dns.rdatatype import CNAME, PTR

from svcdns.faults.fault import Fault, QueryContext, ReplyChange
from svcdns.faults.replies import is_denial
from svcdns.message import Reply

#: Longer than the longest TTL here plus 30 seconds, and than any deadline.
_STALE_SECONDS = 120.0


def kept_for(seconds: float) -> ReplyChange:
    """Repeat a reply until it is that old, as a cache does."""

    def change(context: QueryContext, reply: Reply) -> Reply:
        kept = None
        for earlier in context.earlier:
            if kept is None or kept.seconds_ago - earlier.seconds_ago >= seconds:
                kept = earlier
        return kept.reply if kept and kept.seconds_ago < seconds else reply

    return change


def _first(context: QueryContext, reply: Reply) -> Reply:
    return context.earlier[0].reply if context.earlier else reply


def _now_and_then(context: QueryContext, reply: Reply) -> Reply:
    return _first(context, reply) if context.number % 2 else reply


FAULTS = (
    Fault(
        "stale-for-ever",
        "The first answer to a question is repeated for ever.",
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
        "An answer is repeated for two minutes, whatever changes.",
        ("J02", "J12", "G18", "B11", "C03", "J17"),
        bound=f"{_STALE_SECONDS:.0f} s",
        change=kept_for(_STALE_SECONDS),
        seconds=_STALE_SECONDS,
    ),
    Fault(
        "stale-on-one-replica",
        "One of two DNS servers repeats its first answer to a question for ever.",
        ("J02", "J12", "G18", "B11", "C03", "J17"),
        bound="always, on one of two servers",
        change=lambda context, reply: _first(context, reply) if context.replica else reply,
        replicas=2,
    ),
    Fault(
        "stale-every-other-time",
        "Every other answer is the first answer to the question.",
        ("J12", "J02", "C24"),
        bound="every other answer",
        change=_now_and_then,
    ),
    Fault(
        "nxdomain-kept",
        "A name that was NXDOMAIN once is NXDOMAIN for ever.",
        ("G18", "J01"),
        change=lambda context, reply: next(
            (earlier.reply for earlier in context.earlier if is_denial(earlier.reply)), reply
        ),
    ),
    Fault(
        "removals-missed",
        "A name that had records once is never NXDOMAIN: it repeats its last answer with records.",
        ("B11", "J11", "J16"),
        change=lambda context, reply: (
            next((earlier.reply for earlier in reversed(context.earlier) if earlier.reply.answer), reply)
            if is_denial(reply)
            else reply
        ),
    ),
    Fault(
        "stale-reverse-names",
        "The first answer to a PTR query is repeated for ever.",
        ("J13",),
        change=lambda context, reply: _first(context, reply) if context.question.type == PTR else reply,
    ),
    Fault(
        "stale-aliases",
        "The first answer to a CNAME query is repeated for ever.",
        ("H08", "H09", "H10"),
        change=lambda context, reply: _first(context, reply) if context.question.type == CNAME else reply,
    ),
)
