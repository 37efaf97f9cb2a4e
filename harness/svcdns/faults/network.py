"""Conditions of the network in front of a right server: none of them changes a verdict on a live target."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from svcdns.faults.deliveries import over
from svcdns.faults.fault import Deliver, Fault, QueryContext, Sending

_DELAY_SECONDS = 0.3
_LOST_OF_A_HUNDRED = 5


def _chance(context: QueryContext, of_a_hundred: int) -> bool:
    """Whether it happens to this question; its number decides, so that a run can be repeated."""
    return random.Random(f"{context.replica} {context.number}").randrange(100) < of_a_hundred  # noqa: S311 - chance, no secret


def _lost(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    return () if _chance(context, _LOST_OF_A_HUNDRED) else sendings


def _late(seconds: float, happens: Callable[[QueryContext], bool]) -> Deliver:
    """Delay messages, in addition to their present delay."""

    def deliver(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        if not happens(context):
            return sendings
        return tuple(replace(sending, after_seconds=sending.after_seconds + seconds) for sending in sendings)

    return deliver


def _twice(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del context
    return sendings * 2


def _before(strange: Callable[[QueryContext, Sending], bytes | None]) -> Deliver:
    """Send another message first."""

    def deliver(context: QueryContext, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        wire = strange(context, sendings[0]) if sendings else None
        return sendings if wire is None else (Sending(wire), *sendings)

    return deliver


def _forged(context: QueryContext, sending: Sending) -> bytes:
    """Return the answer with another id, as an attacker who guesses ids sends it."""
    del context
    return bytes([sending.wire[0] ^ 0x55, sending.wire[1]]) + sending.wire[2:]


def _earlier(context: QueryContext, sending: Sending) -> bytes | None:
    del sending
    return context.previous


CONDITIONS = (
    Fault(
        "loss",
        "Five of 100 answers over UDP are lost.",
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
        "Every other answer is delayed by 0.3 seconds, so that later ones overtake it.",
        bound=f"{_DELAY_SECONDS} s",
        deliver=_late(_DELAY_SECONDS, lambda context: context.number % 2 == 0),
        seconds=_DELAY_SECONDS,
    ),
    Fault("duplicates", "Every answer over UDP comes twice.", deliver=over("udp", _twice)),
    Fault(
        "late-answers",
        "Before every answer over UDP, the answer to the previous query comes again.",
        deliver=over("udp", _before(_earlier)),
    ),
    Fault(
        "spoofed-answers",
        "Before every answer over UDP, one with another id comes.",
        deliver=over("udp", _before(_forged)),
    ),
    Fault(
        "copies-from-another-port",
        "Before every answer over UDP, the same answer comes from another port.",
        deliver=over("udp", lambda _, found: (*(replace(record, from_port="other") for record in found), *found)),
    ),
)
