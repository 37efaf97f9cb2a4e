"""The server's sockets: UDP and TCP on one port number, on every address."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from svcdns.errors import UsageError

#: How many ports are tried until one is free for UDP and TCP on every address.
ATTEMPTS = 64

#: Connections that may wait to be accepted.
BACKLOG = 128

# What binding ::1 ends with on a machine whose loopback has no IPv6.
_NO_IPV6 = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class Listener(NamedTuple):
    """The bound, non-blocking sockets of one address."""

    address: str
    udp: socket.socket
    tcp: socket.socket


def listen(addresses: Sequence[str], port: int) -> tuple[int, list[Listener]]:
    """Return a port and the sockets bound to it on every address, without ``::1`` on a machine without IPv6 loopback.

    Args:
        addresses: IP addresses of this machine.
        port: 0 for any free one.

    Raises:
        UsageError: if the port is in use or not allowed, or an address is not this machine's.
    """
    for attempt in range(ATTEMPTS):
        with ExitStack() as opened:
            bound = port
            listeners: list[Listener] = []
            for address in addresses:
                try:
                    tcp = opened.enter_context(_bind(address, bound, socket.SOCK_STREAM))
                    number = tcp.getsockname()[1]
                    udp = opened.enter_context(_bind(address, number, socket.SOCK_DGRAM))
                except (OSError, OverflowError) as error:
                    code = error.errno if isinstance(error, OSError) else None
                    if address == "::1" and code in _NO_IPV6 and len(addresses) > 1:
                        continue
                    if port == 0 and code == errno.EADDRINUSE and attempt + 1 < ATTEMPTS:
                        break
                    raise UsageError(_in_words(address, bound, error)) from error
                bound = number
                listeners.append(Listener(address, udp, tcp))
            else:
                opened.pop_all()
                return bound, listeners
    raise AssertionError("the last attempt returns or raises")


def _bind(address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with ExitStack() as opened:
        bound = opened.enter_context(socket.socket(family, kind))
        bound.settimeout(0)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM and os.name == "posix":
            # A restarted server must not wait for connections of the one before.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
        if kind == socket.SOCK_STREAM:
            bound.listen(BACKLOG)
        opened.pop_all()
        return bound


def _in_words(address: str, port: int, error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return f"{address!r} is not an IP address: use one of this machine's, such as 127.0.0.1"
    if isinstance(error, OverflowError):
        return f"port {port} is out of range: use one from 1 to 65535, or 0 for any free one"
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return (
            f"port {port} on {address} is in use: stop the process that listens there, or use port 0 for any free one"
        )
    if code in _NO_IPV6:
        return f"{address} is not an address of this machine: use one that is, such as 127.0.0.1"
    return f"port {port} on {address} cannot be used: {error}; ports below 1024 may need root"
