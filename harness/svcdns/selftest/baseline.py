"""What every scenario hears from a right server, and whether it would hear anything else from a wrong one.

Most scenarios ask nothing that a given fault touches. Played again they would get the same answers and judge them in the
same way, so each process plays all of them once in front of the right server, keeps what was said, and holds every fault
against that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from svcdns.client import Transport
from svcdns.errors import HarnessError
from svcdns.faults import Asked, Fault, Sending
from svcdns.faults.proxy import Faulty, Heard, sent
from svcdns.records import COREDNS
from svcdns.selftest.faulty import behind
from svcdns.selftest.in_process import Straight
from svcdns.selftest.playing import Playable, Played, play
from svcdns.targets.reference import Reference

#: What depends on everything that was asked before, and so on the faults there were then.
_MEMORY = frozenset({"replica", "number", "earlier", "previous"})


class RemembersError(HarnessError):
    """What a fault does here cannot be said of the question alone."""


class Alone(Asked):
    """A question by itself, as a server meets it that has no memory."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        """The parts of the question itself.

        Raises:
            RemembersError: for any other.
        """
        if name in _MEMORY:
            raise RemembersError(f"the {name} of a question is not known ahead")
        return super().__getattribute__(name)


@dataclass(frozen=True, slots=True)
class Right:
    """A scenario in front of the right server: how it ended, and every answer it was given."""

    played: Played
    heard: tuple[Heard, ...]


@cache
def heard(scenarios: tuple[Playable, ...]) -> Mapping[str, Right]:
    """Each of the scenarios in front of the right server, by its id."""
    found: dict[str, Right] = {}
    with Reference(COREDNS) as target:
        server = behind(target, Faulty((), target.state, target.profile, target.deadlines.question_seconds))
        since: list[Heard] = []

        def say(wire: bytes, transport: Transport) -> tuple[bytes, ...]:
            since.append(server.heard(wire, transport))
            return since[-1].passed

        (vantage,) = target.vantages
        target.vantages = (replace(vantage, channels=(Straight(target.channel.server, say),)),)
        for one in play(target, scenarios, target.dns_profile):
            found[one.id] = Right(one, tuple(map(_alone, since)))
            since.clear()
    return found


def meets(fault: Fault, right: Right) -> bool:
    """Whether a fault makes a scenario hear anything else, or may do so."""
    return any(_changes(fault, one) for one in right.heard)


def _changes(fault: Fault, one: Heard) -> bool:
    if one.transport not in fault.transports:
        return True
    try:
        return sent([fault], one) != tuple(map(Sending, one.passed))
    except RemembersError:
        return True


def _alone(one: Heard) -> Heard:
    if one.asking is None:
        return one
    asked = one.asking.asked
    known = {field.name: getattr(asked, field.name) for field in fields(asked) if field.name not in _MEMORY}
    return replace(one, asking=replace(one.asking, asked=Alone(**known)))
