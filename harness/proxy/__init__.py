"""Faults in front of the DNS servers of any target, with real sockets on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from harness.client import Channel
from harness.proxy.exchange import Exchange, Faulty
from harness.proxy.proxy import Proxy
from harness.target import Vantage

__all__ = ["Exchange", "Faulty", "Proxy", "fronted"]


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
