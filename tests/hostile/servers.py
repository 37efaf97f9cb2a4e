"""Hostile DNS servers, and channels to them."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from svcdns.client import Channel, Direct
from svcdns.targets.cluster.vantages.probe import relay as script
from svcdns.targets.cluster.vantages.probe.relaying import Relay, Relayed

Talk = Callable[[bytes], Iterator[bytes]]


@contextmanager
def streaming(talk: Talk) -> Iterator[Direct]:
    """A server over TCP that sends what ``talk`` makes of the first octets, as long as the client reads."""

    def work(listener: socket.socket) -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            for octets in talk(connection.recv(65_536)):
                connection.sendall(octets)
            while connection.recv(65_536):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener, _working(work, listener):
        yield Direct("127.0.0.1", listener.getsockname()[1])


@contextmanager
def datagrams(talk: Talk) -> Iterator[Direct]:
    """Over UDP: sends what ``talk`` makes of the first question, until the context ends."""
    over = threading.Event()

    def work(sock: socket.socket) -> None:
        query, client = sock.recvfrom(65_535)
        for octets in talk(query):
            if over.is_set():
                return
            with suppress(OSError):  # the client is gone already
                sock.sendto(octets, client)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(10)
        with _working(work, sock):
            try:
                yield Direct("127.0.0.1", sock.getsockname()[1])
            finally:
                over.set()


@contextmanager
def _working(work: Callable[[socket.socket], None], sock: socket.socket) -> Iterator[None]:
    thread = threading.Thread(target=work, args=(sock,))
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextmanager
def asked_by(way: str, direct: Direct) -> Iterator[Channel]:
    """The channel itself, or one through a relay beside us."""
    if way == "direct":
        yield direct
        return
    relay = Relay(lambda: (sys.executable, "-I", script.__file__), "a process")
    try:
        yield Relayed(relay, direct.address, direct.port)
    finally:
        relay.close()
