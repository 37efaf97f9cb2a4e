"""Faults in front of the DNS servers of any target, with real sockets on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, cast

from svcdns import coredns
from svcdns.client import Channel
from svcdns.faults import Fault
from svcdns.faults.proxy.changing import PlainExchange, UpstreamReplies, sendings
from svcdns.faults.proxy.faulty_server import FaultSetup, FaultyServer
from svcdns.faults.proxy.proxy import Proxy
from svcdns.records import COREDNS, PROFILES, Profile
from svcdns.targets.target import Target, Vantage

__all__ = ["FaultSetup", "FaultyServer", "PlainExchange", "Proxy", "UpstreamReplies", "before", "fronted", "sendings"]


class _Fronted:
    """A target with other vantages; everything else is the target's own."""

    def __init__(self, target: Target, vantages: tuple[Vantage, ...]) -> None:
        self._target = target
        self.vantages = vantages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


@contextmanager
def before(target: Target, faults: Sequence[Fault]) -> Iterator[Target]:
    """Put faults, in their order, in front of the target's DNS servers for as long as the context lasts."""
    deadlines = target.deadlines
    timeout_seconds = max(deadlines.question_seconds, deadlines.forwarded_seconds)
    setup = FaultSetup(faults, target.state, _profile(target), timeout_seconds)
    with fronted(target.vantages, setup) as vantages:
        yield cast(Target, _Fronted(target, vantages))


def _profile(target: Target) -> Profile:
    """Return the profile of the target's DNS servers, as far as it is known."""
    facts = target.facts
    if facts.dns_server == "CoreDNS":
        return coredns.profile(facts.dns_version, facts.corefile)
    return PROFILES.get(target.dns_profile, COREDNS)


@contextmanager
def fronted(vantages: Sequence[Vantage], setup: FaultSetup) -> Iterator[tuple[Vantage, ...]]:
    """Put a proxy in front of every channel of the vantages for as long as the context lasts.

    A fault that needs several DNS servers gets several proxies in front of the only one.
    """
    with ExitStack() as life:
        replicas = max((fault.replicas for fault in setup.faults), default=1)

        def through(vantage: Vantage) -> Vantage:
            behind = vantage.channels if len(vantage.channels) >= replicas else vantage.channels * replicas
            refused = [set(vantage.transports) - set(fault.transports) for fault in setup.faults]
            served = [transport for transport in vantage.transports if not any(transport in gone for gone in refused)]
            channels: list[Channel] = [
                life.enter_context(Proxy(FaultyServer(channel, setup, replica), served, setup.time_factor))
                for replica, channel in enumerate(behind)
            ]
            return replace(vantage, channels=tuple(channels))

        yield tuple(map(through, vantages))
