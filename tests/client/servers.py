"""Tiny DNS servers that answer what a test says, right or wrong, over UDP and TCP."""

from __future__ import annotations

import dataclasses
import socket
import struct
import threading
from contextlib import ExitStack, contextmanager

import dns.flags
import dns.message
import dns.rrset
from dns.rcode import Rcode

from svcdns.client import Direct
from svcdns.message import question

WEB = question("web.t.svc.cluster.local", "A")

#: Seconds that are never needed, and seconds that are waited in vain.
PATIENCE, SHORT = 10, 0.05


def reply_to(query, *rrsets, rcode=Rcode.NOERROR, flags=0) -> bytes:
    message = dns.message.make_response(dns.message.from_wire(query))
    message.set_rcode(rcode)
    message.flags |= flags
    message.answer = [dns.rrset.from_text(*rrset) for rrset in rrsets]
    return message.to_wire()


def right(query) -> bytes:
    return reply_to(query, ("web.t.svc.cluster.local.", 30, "IN", "A", "10.96.0.1"))


def changed(wire, *octets) -> bytes:
    """The message with octets replaced, as (position, octet)."""
    copy = bytearray(wire)
    for position, octet in octets:
        copy[position] = octet
    return bytes(copy)


@contextmanager
def serving(work, kind):
    """A socket on the loopback that a thread works with; gives the port."""
    failures = []

    def run():
        try:
            work(sock)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(PATIENCE)
        if kind == socket.SOCK_STREAM:
            sock.listen()
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield Direct("127.0.0.1", sock.getsockname()[1])
        finally:
            thread.join()
    assert failures == []


def datagrams(*replies):
    """Answers one datagram with each reply in turn; ``elsewhere`` marks those sent from another port."""

    def work(sock):
        query, client = sock.recvfrom(65535)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            for reply in replies:
                source, make = (other, reply.make) if isinstance(reply, Elsewhere) else (sock, reply)
                source.sendto(make(query), client)

    return serving(work, socket.SOCK_DGRAM)


@dataclasses.dataclass
class Elsewhere:
    make: object


def received(stream) -> bytes:
    return stream.read(int.from_bytes(stream.read(2)))


def framed(wire) -> bytes:
    return struct.pack("!H", len(wire)) + wire


def stream(talk, questions=1):
    """Accepts one connection, reads questions and lets ``talk`` give the octets to send before closing."""

    def work(sock):
        with ExitStack() as opened:
            connection = opened.enter_context(sock.accept()[0])
            connection.settimeout(PATIENCE)
            incoming = opened.enter_context(connection.makefile("rb"))
            connection.sendall(talk([received(incoming) for _ in range(questions)]))

    return serving(work, socket.SOCK_STREAM)


def without_question(query, rcode) -> bytes:
    return struct.pack("!2s5H", query[:2], dns.flags.QR | rcode, 0, 0, 0, 0)


STRAYS = {
    "shorter than a header": lambda query: query[:11],
    "not a reply": lambda query: query,
    "another question": lambda query: right(query[:13] + b"x" + query[14:]),
    "no question": lambda query: without_question(query, Rcode.NXDOMAIN),
    "malformed question section": lambda query: changed(right(query), (12, 0x40)),
}


def closed_port() -> Direct:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return Direct("127.0.0.1", sock.getsockname()[1])
