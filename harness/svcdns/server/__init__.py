"""An authoritative DNS server on UDP and TCP: says on the wire what a function from `Question` to `Reply` says.

On the wire it behaves as CoreDNS does (behaviours G11 to G16 and L01 to L15), except where two right servers may differ,
which is a `Style`.
"""

from __future__ import annotations

from svcdns.server.handler import COREDNS, EVERY_TYPE, Handler, Respond, Style
from svcdns.server.loop import TcpLimits
from svcdns.server.server import Server

__all__ = ["COREDNS", "EVERY_TYPE", "Handler", "Respond", "Server", "Style", "TcpLimits"]
