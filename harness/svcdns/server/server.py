"""A server's life: its sockets are bound, a thread of its own answers, and it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from svcdns.message import Transport
from svcdns.server.handler import COREDNS, Handler, Respond, Style
from svcdns.server.loop import Loop, TcpLimits
from svcdns.server.sockets import listen

LOOPBACK = ("127.0.0.1", "::1")
DEFAULT_LIMITS = TcpLimits()


class Server:
    """An authoritative DNS server on UDP and TCP, as a context manager.

    Its sockets are bound when the context is entered, so questions inside are answered at once. It may be entered again
    after it was left.

    Attributes:
        port: the port of every socket; inside the context, the one that was found for a port of 0.
        addresses: those to bind; inside the context, those bound (``::1`` is left out where there is no IPv6 loopback).
    """

    def __init__(
        self,
        respond: Respond,
        *,
        style: Style = COREDNS,
        addresses: Sequence[str] = LOOPBACK,
        port: int = 0,
        limits: TcpLimits = DEFAULT_LIMITS,
    ) -> None:
        self._handler = Handler(respond, style)
        self._limits = limits
        self._asked_for = (tuple(addresses), port)
        self.addresses, self.port = self._asked_for

    @property
    def failure(self) -> BaseException | None:
        """The first error of ``respond``, whose client got SERVFAIL; or None."""
        return self._handler.failure

    def handle(self, wire: bytes, transport: Transport) -> bytes | None:
        """Return the answer to a message from this process, without a socket; None for no answer."""
        return self._handler.handle(wire, transport=transport)

    def __enter__(self) -> Self:
        """Bind and start.

        Raises:
            UsageError: if the port is in use or not allowed, or an address is not this machine's.
        """
        addresses, port = self._asked_for
        self.port, listeners = listen(addresses, port)
        self.addresses = tuple(listener.address for listener in listeners)
        self._loop = Loop(listeners, self._handler, self._limits)
        self._thread = threading.Thread(target=self._loop.run, name=f"dns-server-{self.port}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.stop()
        self._thread.join()
