"""An authoritative DNS server on UDP and TCP, which answers what a function from `Question` to `Reply` returns.

On the wire it behaves as CoreDNS does (behaviours G11 to G16 and L01 to L15). Where two right servers may differ, a
`Style` decides.
"""

from __future__ import annotations

from svcdns.server.handler import COREDNS, EVERY_TYPE, Handler, Respond, Style
from svcdns.server.loop import TcpLimits
from svcdns.server.server import Server

__all__ = ["COREDNS", "EVERY_TYPE", "Handler", "Respond", "Server", "Style", "TcpLimits"]
