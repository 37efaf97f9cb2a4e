"""A proxy's life: UDP and TCP on one port of the loopback, in front of one DNS server."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from svcdns.client import Direct, Received, Transport
from svcdns.faults import Sending
from svcdns.faults.proxy.faulty_server import FaultyServer
from svcdns.server.sockets import listen

_LOOPBACK = "127.0.0.1"
_DATAGRAM_OCTETS = 65_535
_LENGTH_OCTETS = 2

#: Datagrams and connections that are served at the same time; more wait.
_AT_ONCE = 64


class Proxy:
    """A `Channel` to a DNS server through faults, from entering to leaving.

    The client speaks to real sockets, and the server behind gets every question as it was asked.
    """

    def __init__(self, server: FaultyServer, transports: Sequence[Transport], time_factor: float) -> None:
        """Keep what is needed; a transport that is not named is refused, as if nothing listened."""
        self._server = server
        self._transports = transports
        self._time_factor = time_factor
        self._failure: Exception | None = None
        self._over = Event()
        self._connections: set[socket.socket] = set()

    def __enter__(self) -> Self:
        with ExitStack() as life:
            port, (listener,) = listen([_LOOPBACK], 0)
            life.enter_context(listener.udp)
            life.enter_context(listener.tcp)
            self._udp, self._tcp = listener.udp, listener.tcp
            self._other = life.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            self._other.bind((_LOOPBACK, 0))
            self._direct = Direct(_LOOPBACK, port)
            self._selector = life.enter_context(selectors.DefaultSelector())
            self._waker, woken = (life.enter_context(end) for end in socket.socketpair())
            self._selector.register(woken, selectors.EVENT_READ)
            for transport, sock, serve in (("udp", self._udp, self._receive), ("tcp", self._tcp, self._accept)):
                if transport in self._transports:
                    self._selector.register(sock, selectors.EVENT_READ, serve)
                else:
                    sock.close()
            self._workers = life.enter_context(ThreadPoolExecutor(_AT_ONCE, "dns-proxy"))
            self._thread = Thread(target=self._run, name=f"dns-proxy-{port}", daemon=True)
            self._thread.start()
            life.callback(self._stop)
            self._life = life.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._life.__exit__(kind, error, trace)

    @property
    def server(self) -> str:
        """The proxy as ``address:port``."""
        return self._direct.server

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Send messages and wait for their answers, as `Channel` describes.

        Raises:
            HarnessError: if the channel behind the proxy broke, which is not a silent server.
        """
        received = self._direct.exchange(wires, transport, timeout_seconds)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return received

    def _run(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select():
                if key.data:
                    with suppress(OSError):
                        key.data()

    def _stop(self) -> None:
        self._over.set()
        self._waker.send(b"\0")
        self._thread.join()
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _receive(self) -> None:
        wire, client = self._udp.recvfrom(_DATAGRAM_OCTETS)
        self._workers.submit(self._guarded, self._datagram, wire, client)

    def _accept(self) -> None:
        connection, _ = self._tcp.accept()
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.add(connection)
        self._workers.submit(self._guarded, self._connection, connection)

    def _guarded(self, serve: Any, *arguments: Any) -> None:
        """Serve; the client notices a broken network itself, any other error is kept for `exchange` to raise."""
        try:
            serve(*arguments)
        except OSError:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not look like a silent server
            self._failure = error

    def _datagram(self, wire: bytes, client: Any) -> None:
        for sending in self._server.sendings(wire, "udp"):
            self._hold(sending)
            (self._udp if sending.from_port == "own" else self._other).sendto(sending.wire, client)

    def _connection(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while wire := _message(stream.read):
                    for sending in self._server.sendings(wire, "tcp"):
                        self._hold(sending)
                        _write(connection, sending)
                        if sending.closes:
                            return
            finally:
                self._connections.discard(connection)

    def _hold(self, sending: Sending) -> None:
        if sending.after_seconds:
            self._over.wait(sending.after_seconds * self._time_factor)


def _message(read: Any) -> bytes:
    """Return the next message of a stream, or nothing at its end."""
    length = read(_LENGTH_OCTETS)
    return read(int.from_bytes(length)) if len(length) == _LENGTH_OCTETS else b""


def _write(connection: socket.socket, sending: Sending) -> None:
    framed = len(sending.wire).to_bytes(_LENGTH_OCTETS) + sending.wire
    step = sending.segment_octets or len(framed)
    for start in range(0, len(framed), step):
        connection.sendall(framed[start : start + step])
