"""The channel from this host to an address and a port."""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from svcdns.client.channel import MOST_DISCARDED, Discarded, Received, in_words, objection
from svcdns.client.stream import converse
from svcdns.errors import UsageError
from svcdns.message import Transport

_DATAGRAM_OCTETS = 65_535

# Linux reports ICMP errors to sockets that are not connected only when asked to (IP_RECVERR of ip(7), IPV6_RECVERR of
# ipv6(7)); Python names neither option. Elsewhere a closed port may show as a timeout.
_REPORT_ERRORS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}


@dataclass(frozen=True, slots=True)
class Direct:
    """A channel from this host.

    Attributes:
        address: the server's IP address.
        port: the server's port, for both transports.

    Raises:
        UsageError: if the address is not an IP address, or the port is out of range.
    """

    address: str
    port: int = 53

    def __post_init__(self) -> None:
        try:
            ipaddress.ip_address(self.address)
        except ValueError as error:
            raise UsageError(f"{self.address!r} is not an IP address: give the DNS server's address") from error
        if not 0 < self.port <= 0xFFFF:  # noqa: PLR2004 - a port has 16 bits
            raise UsageError(f"port {self.port} is out of range: use one from 1 to 65535")

    @property
    def server(self) -> str:
        """The server as ``address:port``, or ``[address]:port`` for IPv6."""
        return _place(self.address, self.port)

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Send messages and return their answers, as `Channel` describes; over UDP one after the other."""
        kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
        family, _, _, _, server = socket.getaddrinfo(self.address, self.port, type=kind, flags=socket.AI_NUMERICHOST)[0]
        if transport == "tcp":
            return converse(family, server, wires, timeout_seconds)
        return [_datagram(family, server, wire, timeout_seconds) for wire in wires]


def _datagram(family: socket.AddressFamily, server: tuple[Any, ...], wire: bytes, timeout_seconds: float) -> Received:
    discarded: list[Discarded] = []
    deadline = time.monotonic() + timeout_seconds
    failure = f"no answer within {timeout_seconds} s"
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            if sys.platform == "linux":
                sock.setsockopt(*_REPORT_ERRORS[family], 1)
            sock.sendto(wire, server)
            while (remaining := deadline - time.monotonic()) > 0:
                sock.settimeout(remaining)
                reply, source = sock.recvfrom(_DATAGRAM_OCTETS)
                reason = objection(wire, reply) if source[:2] == server[:2] else f"from {_place(*source[:2])}"
                if reason is None:
                    return Received(reply, tuple(discarded))
                if len(discarded) < MOST_DISCARDED:
                    discarded.append(Discarded(reply, reason))
    except TimeoutError:
        pass
    except OSError as error:
        failure = in_words(error)
    return Received(None, tuple(discarded), failure)


def _place(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
