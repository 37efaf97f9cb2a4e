"""The server's loop: one thread that waits for every socket at once."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from svcdns.server.connection import TcpConnection
from svcdns.server.handler import STREAM_OCTETS, Handler
from svcdns.server.sockets import Listener


@dataclass(frozen=True, slots=True)
class TcpLimits:
    """The limits for TCP clients.

    Attributes:
        connections: connections at once; beyond, the one that has been idle for longest is closed.
        idle_seconds: how long a connection may have neither a whole question nor an answer; CoreDNS's limit is the same
            (``core/dnsserver/server.go``).
        unsent_octets: octets that may wait for a client to read them before its next question is answered.
    """

    connections: int = 1_000
    idle_seconds: float = 10.0
    unsent_octets: int = 262_144


class Loop:
    """A thread's loop over bound sockets, which it owns and closes at the end of `run`."""

    def __init__(self, listeners: Sequence[Listener], handler: Handler, limits: TcpLimits) -> None:
        self._handler = handler
        self._limits = limits
        self._stopped = False
        # In the order of their last progress, which is the value (by the monotonic clock).
        self._connections: dict[TcpConnection, float] = {}
        self._busy: set[TcpConnection] = set()
        self._selector = selectors.DefaultSelector()
        self._waker, woken = socket.socketpair()
        self._sockets = [self._waker, woken, *(sock for _, *pair in listeners for sock in pair)]
        self._selector.register(woken, selectors.EVENT_READ, lambda: None)
        for listener in listeners:
            self._selector.register(listener.udp, selectors.EVENT_READ, partial(self._datagram, listener.udp))
            self._selector.register(listener.tcp, selectors.EVENT_READ, partial(self._accept, listener.tcp))

    def stop(self) -> None:
        """Make `run` return soon; the only method that another thread may call."""
        self._stopped = True
        with suppress(OSError):  # it has stopped already
            self._waker.send(b"\0")

    def run(self) -> None:
        """Serve until `stop` is called."""
        try:
            while not self._stopped:
                for key, _ in self._selector.select(self._patience()):
                    key.data()
                for connection in tuple(self._busy):
                    self._turn(connection)
                self._close_idle()
        finally:
            for sock in (*self._sockets, *(connection.socket for connection in self._connections)):
                sock.close()
            self._selector.close()

    def _patience(self) -> float | None:
        """Return for how many seconds nothing is due unless a socket is ready; None for no limit."""
        if self._busy:
            return 0
        oldest = next(iter(self._connections.values()), None)
        return None if oldest is None else max(0.0, oldest + self._limits.idle_seconds - time.monotonic())

    def _datagram(self, udp: socket.socket) -> None:
        try:
            wire, client = udp.recvfrom(STREAM_OCTETS)
            answer = self._handler.handle(wire, transport="udp", ipv6=udp.family == socket.AF_INET6)
            if answer is not None:
                udp.sendto(answer, client)
        except OSError:
            # The client is gone, or its buffer is full: datagrams may be lost, and it asks again.
            return

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            # The process has no file descriptor left.
            self._close_oldest()
            return
        if len(self._connections) >= self._limits.connections:
            self._close_oldest()
        try:
            connection = TcpConnection(
                client, partial(self._handler.handle, transport="tcp"), self._limits.unsent_octets
            )
        except OSError:
            # Some systems refuse options to a socket whose client is gone already.
            client.close()
            return
        self._connections[connection] = time.monotonic()
        self._selector.register(client, connection.events, partial(self._turn, connection))

    def _turn(self, connection: TcpConnection) -> None:
        if connection not in self._connections:
            return
        try:
            progressed = connection.turn()
        except OSError:
            self._close(connection)
            return
        if connection.finished:
            self._close(connection)
            return
        if progressed:
            del self._connections[connection]
            self._connections[connection] = time.monotonic()
        (self._busy.add if connection.busy else self._busy.discard)(connection)
        key = self._selector.get_key(connection.socket)
        if key.events != connection.events:
            self._selector.modify(connection.socket, connection.events, key.data)

    def _close_idle(self) -> None:
        due = time.monotonic() - self._limits.idle_seconds
        while self._connections and next(iter(self._connections.values())) <= due:
            self._close_oldest()

    def _close_oldest(self) -> None:
        oldest = next(iter(self._connections), None)
        if oldest:
            self._close(oldest)

    def _close(self, connection: TcpConnection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self._busy.discard(connection)
        del self._connections[connection]
