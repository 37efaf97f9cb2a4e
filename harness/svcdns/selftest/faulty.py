"""The reference with a fault in front of its DNS server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from svcdns.client import Channel, Transport
from svcdns.faults import Fault
from svcdns.faults.proxy import FaultSetup, FaultyServer, fronted, sendings
from svcdns.records import COREDNS
from svcdns.selftest.history import HistoryNeededError, without_history
from svcdns.selftest.in_process import InProcessChannel
from svcdns.selftest.kept_replies import KeptReplies
from svcdns.targets.reference import Reference
from svcdns.targets.target import LIVE_DEADLINES, Deadlines, Target, Vantage

#: The factor by which all times of faults and deadlines are multiplied: what lasts 30 s lasts 0.3 s.
TIME_FACTOR = 0.01

#: The time for a question to a wrong server; the reference needs a hundredth of it.
QUESTION_SECONDS = 0.2


@contextmanager
def faulty_reference(fault: Fault) -> Iterator[Target]:
    """Open the reference with a fault for as long as the context lasts.

    A fault that needs sockets gets real ones, as on any target. Any other fault works within this process, in half the time.
    """
    with Reference(COREDNS) as target:
        target.deadlines = deadlines(fault, target.deadlines)
        setup = FaultSetup([fault], target.state, target.profile, target.deadlines.question_seconds, TIME_FACTOR)
        if fault.needs_sockets:
            with fronted(target.vantages, setup) as vantages:
                target.vantages = vantages
                yield target
        else:
            target.vantages = (in_process_vantage(target, setup),)
            yield target


def in_process_vantage(target: Reference, setup: FaultSetup) -> Vantage:
    """Return the target's vantage with one fault in front of its DNS server, and no socket on either side of it."""
    (vantage,), (fault,) = target.vantages, setup.faults

    def channel(replica: int) -> Channel:
        replies = _RepliesBehindFault(faulty_server(target, setup, replica), fault)
        kept = KeptReplies(replies, target.state, lambda: not replies.has_memory)
        return InProcessChannel(target.channel.server, kept)

    return replace(vantage, channels=tuple(map(channel, range(fault.replicas))))


class _RepliesBehindFault:
    """What a server behind a fault replies.

    Attributes:
        has_memory: whether a reply depends on a clock, or on what was asked before.
    """

    def __init__(self, server: FaultyServer, fault: Fault) -> None:
        self.has_memory = fault.seconds > 0
        self._server = server
        self._fault = fault

    def __call__(self, wire: bytes, transport: Transport) -> tuple[bytes, ...]:
        replies = self._server.upstream_replies(wire, transport)
        if not self.has_memory:
            try:
                return tuple(sending.wire for sending in sendings([self._fault], without_history(replies)))
            except HistoryNeededError:
                self.has_memory = True
        return tuple(sending.wire for sending in self._server.changed(replies))


def faulty_server(target: Reference, setup: FaultSetup, replica: int = 0) -> FaultyServer:
    """Return the reference's DNS server behind faults, with no socket between them."""
    upstream = InProcessChannel(
        target.channel.server,
        lambda wire, transport: [reply] if (reply := target.handle(wire, transport)) else [],
    )
    return FaultyServer(upstream, setup, replica)


def deadlines(fault: Fault, own: Deadlines) -> Deadlines:
    """Return the deadlines in front of a server with a fault.

    An answer that does not change with time is judged at the first look, as on the reference. A fault that ends gets the
    deadlines of a live target, on the faster clock.
    """
    waits = LIVE_DEADLINES if fault.seconds else own
    # Only a fault may leave a question unanswered. A legal variation keeps its full time, however busy the machine is.
    question_seconds = QUESTION_SECONDS if fault.behaviours else own.question_seconds
    return waits.scaled(TIME_FACTOR, question_seconds=question_seconds)
