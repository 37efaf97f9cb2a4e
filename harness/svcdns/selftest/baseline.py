"""What every scenario is answered by a right server, and whether a fault would change any of it.

Most scenarios ask nothing that a given fault changes. Played again, they would get the same answers and come to the same
verdict. So each process plays all scenarios once against the right server, keeps the answers, and applies every fault to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from svcdns.client import Transport
from svcdns.faults import Fault, Sending
from svcdns.faults.proxy import FaultSetup, UpstreamReplies, sendings
from svcdns.records import COREDNS
from svcdns.selftest.faulty import faulty_server
from svcdns.selftest.history import HistoryNeededError, without_history
from svcdns.selftest.in_process import InProcessChannel
from svcdns.selftest.kept_replies import KeptReplies
from svcdns.selftest.playing import Playable, PlayedScenario, play
from svcdns.targets.reference import Reference


@dataclass(frozen=True, slots=True)
class Baseline:
    """A scenario against the right server: its verdict, and every answer it got."""

    played: PlayedScenario
    replies: tuple[UpstreamReplies, ...]


@cache
def baselines(scenarios: tuple[Playable, ...]) -> Mapping[str, Baseline]:
    """Play each of the scenarios against the right server; the baselines by the scenarios' ids."""
    found: dict[str, Baseline] = {}
    with Reference(COREDNS) as target:
        setup = FaultSetup((), target.state, target.profile, target.deadlines.question_seconds)
        server = faulty_server(target, setup)
        since: list[UpstreamReplies] = []

        def respond(wire: bytes, transport: Transport) -> tuple[bytes, ...]:
            since.append(server.upstream_replies(wire, transport))
            return since[-1].wires

        kept = KeptReplies(respond, target.state, lambda: True)
        (vantage,) = target.vantages
        target.vantages = (replace(vantage, channels=(InProcessChannel(target.channel.server, kept),)),)
        for played in play(target, scenarios, target.dns_profile):
            found[played.id] = Baseline(played, tuple(map(without_history, since)))
            since.clear()
            kept.forget()
    return found


def meets(fault: Fault, baseline: Baseline) -> bool:
    """Whether a fault changes an answer of a scenario, or may do so."""
    return any(_changes(fault, replies) for replies in baseline.replies)


def _changes(fault: Fault, replies: UpstreamReplies) -> bool:
    if replies.transport not in fault.transports:
        return True
    try:
        return sendings([fault], replies) != tuple(map(Sending, replies.wires))
    except HistoryNeededError:
        return True
