from __future__ import annotations

import errno
import socket
from contextlib import ExitStack, contextmanager, suppress

import pytest

from svcdns.errors import UsageError
from svcdns.server import Server, sockets
from tests.server.serving import (
    connected,
    respond,
    still_serves,
)


def test_a_given_port_can_be_used_again_at_once():
    with Server(respond) as first:
        port = first.port
        # The side that closes a connection first is the one that has to remember it.
        sock = connected(first)
        assert still_serves(first)
    sock.close()
    with Server(respond, port=port) as second:
        assert second.port == port
        assert still_serves(second)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_said_so(kind):
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as caught, Server(respond, port=port):
            pass

    assert str(caught.value).startswith(f"port {port} on 127.0.0.1 is in use: ")


@pytest.mark.parametrize(
    ("addresses", "port", "message"),
    [
        (["127.0.0.1"], 65536, "port 65536 is out of range: "),
        (["127.0.0.1"], -1, "port -1 is out of range: "),
        (["192.0.2.1"], 0, "192.0.2.1 is not an address of this machine: "),
        (["127.0.0.1", "no-address"], 0, "'no-address' is not an IP address: "),
    ],
)
def test_an_address_or_port_that_cannot_be_bound_is_said_so(addresses, port, message):
    with pytest.raises(UsageError) as caught, Server(respond, addresses=addresses, port=port):
        pass

    assert str(caught.value).startswith(message)


@contextmanager
def twins_taken(count, monkeypatch):
    """Takes the UDP twin of the next ``count`` TCP ports that are bound; gives the ports."""
    ports: list[int] = []
    bind = sockets._bind

    def bind_and_take(address, port, kind):
        bound = bind(address, port, kind)
        if kind == socket.SOCK_STREAM and len(ports) < count:
            ports.append(bound.getsockname()[1])
            # A port that comes twice is taken already.
            with suppress(OSError):
                taken.enter_context(bind(address, ports[-1], socket.SOCK_DGRAM))
        return bound

    monkeypatch.setattr(sockets, "_bind", bind_and_take)
    with ExitStack() as taken:
        yield ports


def test_another_port_is_taken_where_only_one_of_the_twins_is_free(monkeypatch):
    with twins_taken(3, monkeypatch) as ports, Server(respond) as server:
        assert len(ports) == 3
        assert server.port not in ports
        assert still_serves(server)


def test_the_search_for_a_free_port_ends(monkeypatch):
    with twins_taken(sockets.ATTEMPTS, monkeypatch) as ports:
        with pytest.raises(UsageError, match="is in use"), Server(respond, addresses=["127.0.0.1"]):
            pass

        assert len(ports) == sockets.ATTEMPTS


def test_a_machine_without_ipv6_loopback_is_served_on_the_other_address(monkeypatch):
    bind = sockets._bind

    def bind_ipv4(address, port, kind):
        if address == "::1":
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        return bind(address, port, kind)

    monkeypatch.setattr(sockets, "_bind", bind_ipv4)
    with Server(respond) as server:
        assert server.addresses == ("127.0.0.1",)
        assert still_serves(server)
    with pytest.raises(UsageError, match="::1 is not an address of this machine"), Server(respond, addresses=["::1"]):
        pass
