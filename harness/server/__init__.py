"""An authoritative DNS server on UDP and TCP: says on the wire what a function from `Question` to `Reply` says.

On the wire it behaves as CoreDNS does (behaviours G11 to G16 and L01 to L15), except where two right servers may differ,
which is a `Style`.
"""

from __future__ import annotations

from harness.server.handler import COREDNS, EVERY_TYPE, Handler, Respond, Style
from harness.server.loop import Limits
from harness.server.server import Server

__all__ = ["COREDNS", "EVERY_TYPE", "Handler", "Limits", "Respond", "Server", "Style"]
