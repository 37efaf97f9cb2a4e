"""What a bad network does to a right server: none of it changes a verdict on a live target."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from svcdns.faults.deliveries import over
from svcdns.faults.fault import Asked, Deliver, Fault, Sending

_DELAY_SECONDS = 0.3
_LOST_OF_A_HUNDRED = 5


def _chance(asked: Asked, of_a_hundred: int) -> bool:
    """Whether it happens to this question: by its number, so that a run can be repeated."""
    return random.Random(f"{asked.replica} {asked.number}").randrange(100) < of_a_hundred  # noqa: S311 - chance, no secret


def _lost(asked: Asked, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    return () if _chance(asked, _LOST_OF_A_HUNDRED) else sendings


def _late(seconds: float, happens: Callable[[Asked], bool]) -> Deliver:
    """Messages are held back, on top of what already holds them."""

    def deliver(asked: Asked, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        if not happens(asked):
            return sendings
        return tuple(replace(one, after_seconds=one.after_seconds + seconds) for one in sendings)

    return deliver


def _twice(asked: Asked, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
    del asked
    return sendings * 2


def _before(strange: Callable[[Asked, Sending], bytes | None]) -> Deliver:
    """Something else comes first."""

    def deliver(asked: Asked, sendings: tuple[Sending, ...]) -> tuple[Sending, ...]:
        wire = strange(asked, sendings[0]) if sendings else None
        return sendings if wire is None else (Sending(wire), *sendings)

    return deliver


def _forged(asked: Asked, sending: Sending) -> bytes:
    """The answer with another id: what somebody sends who guesses."""
    del asked
    return bytes([sending.wire[0] ^ 0x55, sending.wire[1]]) + sending.wire[2:]


def _earlier(asked: Asked, sending: Sending) -> bytes | None:
    del sending
    return asked.previous


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
        deliver=_late(_DELAY_SECONDS, lambda asked: asked.number % 2 == 0),
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
        deliver=over("udp", lambda _, found: (*(replace(one, from_port="other") for one in found), *found)),
    ),
)
