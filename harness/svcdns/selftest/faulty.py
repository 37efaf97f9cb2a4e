"""The reference with a fault before its DNS server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from svcdns.client import Channel
from svcdns.faults import Fault
from svcdns.faults.proxy import Exchange, Faulty, fronted
from svcdns.records import COREDNS
from svcdns.selftest.in_process import Straight
from svcdns.targets.reference import Reference
from svcdns.targets.target import LIVE_DEADLINES, Deadlines, Target, Vantage

#: How much faster all clocks go that faults and deadlines have: what lasts 30 s lasts 0.3 s.
TIME_FACTOR = 0.01

#: How long a question to a wrong server may take; the reference needs a hundredth of it. A right one is given its time.
QUESTION_SECONDS = 0.2


@contextmanager
def wrong(fault: Fault) -> Iterator[Target]:
    """The reference with a fault, open for as long as the context lasts.

    A fault that is about sockets meets real ones, as on any target; what changes replies alone is handed over within this
    process, where it takes half the time.
    """
    with Reference(COREDNS) as target:
        target.deadlines = deadlines(fault, target.deadlines)
        faulty = Faulty([fault], target.state, target.profile, target.deadlines.question_seconds, TIME_FACTOR)
        if fault.needs_sockets:
            with fronted(target.vantages, faulty) as vantages:
                target.vantages = vantages
                yield target
        else:
            target.vantages = (straight(target, faulty),)
            yield target


def straight(target: Reference, faulty: Faulty) -> Vantage:
    """The target's vantage, with the faults in front and no socket on either side of them."""
    (vantage,) = target.vantages

    def front(replica: int) -> Channel:
        exchange = behind(target, faulty, replica)
        return Straight(
            target.channel.server, lambda wire, transport: [sent.wire for sent in exchange.sendings(wire, transport)]
        )

    replicas = max(fault.replicas for fault in faulty.faults)
    return replace(vantage, channels=tuple(map(front, range(replicas))))


def behind(target: Reference, faulty: Faulty, replica: int = 0) -> Exchange:
    """The reference's DNS server behind faults, with no socket between."""
    straight = Straight(
        target.channel.server, lambda wire, transport: [said] if (said := target.handle(wire, transport)) else []
    )
    return Exchange(straight, faulty, replica)


def deadlines(fault: Fault, own: Deadlines) -> Deadlines:
    """How long to wait for a server with a fault.

    What does not change with time is judged at the first look, as on the reference. Where a fault ends, what a live
    target gets is given, on the faster clock.
    """
    waits = LIVE_DEADLINES if fault.seconds else own
    # Only what is wrong may leave a question without an answer; a right server is given time, however busy the machine is.
    question_seconds = QUESTION_SECONDS if fault.behaviours else own.question_seconds
    return waits.scaled(TIME_FACTOR, question_seconds=question_seconds)
