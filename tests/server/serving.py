"""What the tests serve, and how they look at it."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress

from dns.rcode import Rcode
from dns.rdatatype import RdataType

from svcdns.client import Direct, ask
from svcdns.message import Question, Record, Reply, question, rdata

WEB = question("web.t.svc.cluster.local", "A")
BIG = question("big.t.svc.cluster.local", "A")
BROKEN = question("broken.t.svc.cluster.local", "A")
ADDRESSES = [rdata(RdataType.A, f"10.96.0.{number}") for number in range(1, 101)]

#: Seconds that are never needed.
PATIENCE = 10
TRANSPORTS = ["udp", "tcp"]


class BrokenRuleError(Exception):
    pass


def respond(asked: Question) -> Reply:
    if asked.name == BROKEN.name:
        raise BrokenRuleError
    addresses = ADDRESSES if asked.name == BIG.name else ADDRESSES[:1]
    return Reply(Rcode.NOERROR, tuple(Record(asked.name, 30, address) for address in addresses))


def connected(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def framed(*wires: bytes) -> bytes:
    return b"".join(struct.pack("!H", len(wire)) + wire for wire in wires)


def fill(sock: socket.socket, octets: bytes) -> None:
    """Sends until nothing more is taken."""
    sock.settimeout(0)
    with suppress(BlockingIOError):
        while sock.send(octets):
            pass


def answers(sock: socket.socket) -> list[bytes]:
    """The messages that come until the server closes the connection."""
    with sock.makefile("rb") as stream:
        found = []
        while prefix := stream.read(2):
            found.append(stream.read(int.from_bytes(prefix)))
        return found


def still_serves(server) -> bool:
    client = Direct("127.0.0.1", server.port)
    return all(
        ask(client, WEB, transport=transport, timeout_seconds=PATIENCE).rcode == Rcode.NOERROR
        for transport in TRANSPORTS
    )
