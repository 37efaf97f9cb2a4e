"""Faults in front of the DNS servers of any target, with real sockets on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, cast

from svcdns import coredns
from svcdns.client import Channel
from svcdns.faults import Fault
from svcdns.faults.proxy.changing import Heard, sent
from svcdns.faults.proxy.exchange import Exchange, Faulty
from svcdns.faults.proxy.proxy import Proxy
from svcdns.records import COREDNS, PROFILES, Profile
from svcdns.targets.target import Target, Vantage

__all__ = ["Exchange", "Faulty", "Heard", "Proxy", "before", "fronted", "sent"]


class _Fronted:
    """A target that is asked by other vantages; whatever else one wants of it, it says and does itself."""

    def __init__(self, target: Target, vantages: tuple[Vantage, ...]) -> None:
        self._target = target
        self.vantages = vantages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


@contextmanager
def before(target: Target, faults: Sequence[Fault]) -> Iterator[Target]:
    """The target, its DNS servers asked through faults, in their order, for as long as the context lasts."""
    deadlines = target.deadlines
    patience_seconds = max(deadlines.question_seconds, deadlines.forwarded_seconds)
    faulty = Faulty(faults, target.state, _profile(target), patience_seconds)
    with fronted(target.vantages, faulty) as vantages:
        yield cast(Target, _Fronted(target, vantages))


def _profile(target: Target) -> Profile:
    """What the target's DNS servers say, as far as it is known of them."""
    facts = target.facts
    if facts.dns_server == "CoreDNS":
        return coredns.profile(facts.dns_version, facts.corefile)
    return PROFILES.get(target.dns_profile, COREDNS)


@contextmanager
def fronted(vantages: Sequence[Vantage], faulty: Faulty) -> Iterator[tuple[Vantage, ...]]:
    """The vantages, each way of which leads through a proxy for as long as the context lasts.

    A fault that needs several DNS servers gets a second proxy before the only one.
    """
    with ExitStack() as life:
        replicas = max((fault.replicas for fault in faulty.faults), default=1)

        def through(vantage: Vantage) -> Vantage:
            behind = vantage.channels if len(vantage.channels) >= replicas else vantage.channels * replicas
            refused = [set(vantage.transports) - set(fault.transports) for fault in faulty.faults]
            served = [one for one in vantage.transports if not any(one in gone for gone in refused)]
            channels: list[Channel] = [
                life.enter_context(Proxy(Exchange(channel, faulty, replica), served, faulty.time_factor))
                for replica, channel in enumerate(behind)
            ]
            return replace(vantage, channels=tuple(channels))

        yield tuple(map(through, vantages))
