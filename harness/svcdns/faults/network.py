"""What a bad network does to a right server: none of it changes a verdict on a live target."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from svcdns.faults.deliveries import over
from svcdns.faults.fault import Deliver, Fault, QueryContext, Sending

_DELAY_SECONDS = 0.3
_LOST_OF_A_HUNDRED = 5


def _chance(context: QueryContext, of_a_hundred: int) -> bool:
    """Whether it happens to this question: by its number, so that a run can be repeated."""
    return random.Random(f"{context.replica} {context.number}").randrange(100) < of_a_hundred  # noqa: S311 - chance, no secret


def _lost(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    return () if _chance(context, _LOST_OF_A_HUNDRED) else sendings


def _late(seconds: float, happens: Callable[[QueryContext], bool]) -> Deliver:
    """Messages are held back, on top of what already holds them."""

    def deliver(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        if not happens(context):
            return sendings
        return tuple(replace(sending, after_seconds=sending.after_seconds + seconds) for sending in sendings)

    return deliver


def _twice(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del context
    return sendings * 2


def _before(strange: Callable[[QueryContext, Sending], bytes | None]) -> Deliver:
    """Something else comes first."""

    def deliver(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        wire = strange(context, sendings[0]) if sendings else None
        return sendings if wire is None else (Sending(wire), *sendings)

    return deliver


def _forged(context: QueryContext, sending: Sending) -> bytes:
    """The answer with another id: what somebody sends who guesses."""
    del context
    return bytes([sending.wire[0] ^ 0x55, sending.wire[1]]) + sending.wire[2:]


def _earlier(context: QueryContext, sending: Sending) -> bytes | None:
    del sending
    return context.previous


CONDITIONS = (
    Fault(
        "loss",
        "Of a hundred answers over UDP, five are lost.",
        bound="5 %",
        deliver=over("udp", _lost),
    ),
    Fault(
        "delay",
        "Every answer takes 0.3 seconds longer.",
        bound=f"{_DELAY_SECONDS} s",
        deliver=_late(_DELAY_SECONDS, lambda _: True),
        seconds=_DELAY_SECONDS,
    ),
    Fault(
        "reordering",
        "Every other answer is held back for 0.3 seconds, so that later ones overtake it.",
        bound=f"{_DELAY_SECONDS} s",
        deliver=_late(_DELAY_SECONDS, lambda context: context.number % 2 == 0),
        seconds=_DELAY_SECONDS,
    ),
    Fault("duplicates", "Every answer over UDP comes twice.", deliver=over("udp", _twice)),
    Fault(
        "late-answers",
        "Before every answer over UDP comes the answer to the question before.",
        deliver=over("udp", _before(_earlier)),
    ),
    Fault(
        "spoofed-answers",
        "Before every answer over UDP comes one with another id.",
        deliver=over("udp", _before(_forged)),
    ),
    Fault(
        "strangers-answers",
        "Before every answer over UDP comes the same from another port.",
        deliver=over("udp", lambda _, found: (*(replace(record, from_port="other") for record in found), *found)),
    ),
)
