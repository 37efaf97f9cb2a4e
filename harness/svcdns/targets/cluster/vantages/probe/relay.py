"""A program that queries DNS servers from inside a pod, on behalf of a client outside.

It is a single file that needs only the standard library, for Python 3.10 and later: mounted into a plain Python image,
it runs by its path. It reads requests from standard input, writes replies to standard output, and listens on nothing
else. With the argument ``wait`` it only waits to be terminated, which keeps the pod alive.

A message is its length in four octets and a list of fields; a field is its length in four octets and its octets. A
request is an id, a kind and arguments. The reply is the id, ``ok`` or ``error``, and the result:

``exchange``     address, port, transport, timeout in seconds, questions…  →  for each question a list of fields: the answer
                 or nothing, why there is none, and the reason and the octets of each message that was discarded
``addresses``    name, 4 or 6  →  the addresses from getaddrinfo, sorted
``environment``  →  /etc/resolv.conf, /etc/hosts, the host name, and the version of glibc or nothing

Each request is served by a thread of its own; replies come in the order in which they are ready.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

LENGTH_OCTETS = 4
#: The longest message of this protocol.
MOST_OCTETS = 1 << 26

_HEADER_OCTETS = 12
_ID_OCTETS = 2
_LABEL_OCTETS = 63
_TYPE_AND_CLASS_OCTETS = 4
_STREAM_LENGTH_OCTETS = 2
_CHUNK_OCTETS = 65_536
_SOCKETS_AT_ONCE = 256
# As `svcdns.client.channel.MOST_DISCARDED`; each takes two fields.
_MOST_DISCARDED_FIELDS = 32

# FORMERR, SERVFAIL, NOTIMP, REFUSED: with these a server may omit the question, which it could not or would not read.
_WITHOUT_QUESTION = (1, 2, 4, 5)

# With these, Linux reports ICMP errors to sockets that are not connected (IP_RECVERR of ip(7), IPV6_RECVERR of
# ipv6(7)).
_REPORT_ERRORS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}


def pack(fields: Sequence[bytes]) -> bytes:
    """Return fields as octets."""
    return b"".join(len(field).to_bytes(LENGTH_OCTETS, "big") + field for field in fields)


def unpack(octets: bytes) -> list[bytes]:
    """Return the fields in octets.

    Raises:
        ValueError: if the last field is cut short.
    """
    fields, start = [], 0
    while start < len(octets):
        end = start + LENGTH_OCTETS + int.from_bytes(octets[start : start + LENGTH_OCTETS], "big")
        if start + LENGTH_OCTETS > len(octets) or end > len(octets):
            raise ValueError("a field is cut short")
        fields.append(octets[start + LENGTH_OCTETS : end])
        start = end
    return fields


def read(stream: IO[bytes]) -> list[bytes] | None:
    """Return the fields of the next message, or None at the end of the stream, also in the middle of a message.

    Raises:
        ValueError: if the octets are not a message.
    """
    length = stream.read(LENGTH_OCTETS)
    size = int.from_bytes(length, "big")
    if len(length) < LENGTH_OCTETS:
        return None
    if size > MOST_OCTETS:
        raise ValueError(f"a message of {size} octets is too long")
    octets = stream.read(size)
    return None if len(octets) < size else unpack(octets)


def message(fields: Sequence[bytes]) -> bytes:
    """Return the message of fields."""
    return pack([pack(fields)])


def objection(query: bytes, reply: bytes) -> str | None:
    """Return why a message is not a reply to a query, or None where it is one; the same rule as `svcdns.client.objection`."""
    if len(reply) < _HEADER_OCTETS:
        return "shorter than a header"
    if not reply[2] & 0x80:
        return "not a reply"
    if reply[:_ID_OCTETS] != query[:_ID_OCTETS]:
        return f"another id: {reply[:2].hex()} instead of {query[:2].hex()}"
    asked, echoed = _questions(query), _questions(reply)
    if echoed is None:
        return "malformed question section"
    if asked is None or asked == echoed or (not echoed and reply[3] & 0xF in _WITHOUT_QUESTION):
        return None
    return "another question" if echoed else "no question"


def _questions(wire: bytes) -> list[tuple[bytes, bytes]] | None:
    questions, offset = [], _HEADER_OCTETS
    try:
        for _ in range(int.from_bytes(wire[4:6], "big")):
            start = offset
            while wire[offset]:
                if wire[offset] > _LABEL_OCTETS:
                    return None
                offset += 1 + wire[offset]
            end = offset + 1 + _TYPE_AND_CLASS_OCTETS
            questions.append((wire[start:offset].lower(), wire[offset:end]))
            offset = end
    except IndexError:
        return None
    return questions if offset <= len(wire) else None


class PendingQuestion:
    """A question that waits for its answer, with the messages that came so far."""

    def __init__(self, query: bytes) -> None:
        self.query = query
        self.reply = b""
        self.failure = ""
        self.discarded: list[bytes] = []

    def take(self, reply: bytes, objection: str | None) -> bool:
        """Keep a message as the answer, or with the objection to it; return whether it is the answer."""
        if objection is None:
            self.reply = reply
        elif len(self.discarded) < _MOST_DISCARDED_FIELDS:
            self.discarded += [objection.encode(), reply]
        return objection is None

    def field(self) -> bytes:
        """Return the question's field in the reply."""
        return pack([self.reply, b"" if self.reply else self.failure.encode(), *self.discarded])


def exchange(address: bytes, port: bytes, transport: bytes, timeout: bytes, *wires: bytes) -> list[bytes]:
    """Send questions and wait for their answers: over UDP each from its own socket, over TCP on one connection."""
    kind = socket.SOCK_STREAM if transport == b"tcp" else socket.SOCK_DGRAM
    resolved = socket.getaddrinfo(address.decode(), int(port), type=kind, flags=socket.AI_NUMERICHOST)
    family, server = resolved[0][0], resolved[0][4]
    questions = [PendingQuestion(wire) for wire in wires]
    if transport == b"tcp":
        _over_tcp(family, server, questions, timeout.decode())
    else:
        for start in range(0, len(questions), _SOCKETS_AT_ONCE):
            _over_udp(family, server, questions[start : start + _SOCKETS_AT_ONCE], timeout.decode())
    return [question.field() for question in questions]


def _over_udp(
    family: socket.AddressFamily, server: tuple[Any, ...], questions: Sequence[PendingQuestion], timeout: str
) -> None:
    deadline = time.monotonic() + float(timeout)
    with ExitStack() as opened, selectors.DefaultSelector() as selector:
        for question in questions:
            question.failure = f"no answer within {timeout} s"
            try:
                sock = opened.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                sock.settimeout(0)
                if sys.platform == "linux":
                    sock.setsockopt(*_REPORT_ERRORS[family], 1)
                sock.sendto(question.query, server)
                selector.register(sock, selectors.EVENT_READ, question)
            except OSError as error:
                question.failure = _in_words(error)
        while selector.get_map() and (remaining := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(remaining):
                if _received(key.fileobj, key.data, server):
                    selector.unregister(key.fileobj)


def _received(sock: Any, question: PendingQuestion, server: tuple[Any, ...]) -> bool:
    """Read one datagram; return whether the question waits for nothing more."""
    try:
        reply, source = sock.recvfrom(_CHUNK_OCTETS)
    except BlockingIOError:
        return False
    except OSError as error:
        question.failure = _in_words(error)
        return True
    if source[:2] == server[:2]:
        return question.take(reply, objection(question.query, reply))
    address = f"[{source[0]}]" if ":" in source[0] else source[0]
    return question.take(reply, f"from {address}:{source[1]}")


def _over_tcp(
    family: socket.AddressFamily, server: tuple[Any, ...], questions: Sequence[PendingQuestion], timeout: str
) -> None:
    failure = f"no connection within {timeout} s"
    try:
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(float(timeout))
            sock.connect(server)
            failure = _converse(sock, questions, timeout)
    except TimeoutError:
        pass
    except OSError as error:
        failure = _in_words(error)
    for question in questions:
        question.failure = failure


def _converse(sock: socket.socket, questions: Sequence[PendingQuestion], timeout: str) -> str:
    """Write and read at the same time until every answer has come; return why some did not, or empty."""
    unsent = memoryview(
        b"".join(len(question.query).to_bytes(_STREAM_LENGTH_OCTETS, "big") + question.query for question in questions)
    )
    received = bytearray()
    by_id: dict[bytes, list[PendingQuestion]] = {}
    for question in questions:
        by_id.setdefault(question.query[:_ID_OCTETS], []).append(question)
    answered = 0
    sock.settimeout(0)
    deadline = time.monotonic() + float(timeout)
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while answered < len(questions):
            # Checked first: a server that never stops sending always has octets ready.
            remaining = deadline - time.monotonic()
            ready = selector.select(remaining) if remaining > 0 else []
            if not ready:
                return f"no answer within {timeout} s"
            if ready[0][1] & selectors.EVENT_WRITE:
                unsent = unsent[sock.send(unsent) :]
                if not unsent:
                    selector.modify(sock, selectors.EVENT_READ)
            if ready[0][1] & selectors.EVENT_READ:
                chunk = sock.recv(_CHUNK_OCTETS)
                if not chunk:
                    return _ending(received)
                received += chunk
                progress = sum(_assign(reply, questions, by_id) for reply in _replies(received))
                answered += progress
                if progress:
                    deadline = time.monotonic() + float(timeout)
    return ""


def _replies(received: bytearray) -> Iterator[bytes]:
    """Yield the complete messages, and remove them from the received octets."""
    while len(received) >= _STREAM_LENGTH_OCTETS:
        end = _STREAM_LENGTH_OCTETS + int.from_bytes(received[:_STREAM_LENGTH_OCTETS], "big")
        if len(received) < end:
            return
        reply = bytes(received[_STREAM_LENGTH_OCTETS:end])
        del received[:end]
        yield reply


def _assign(reply: bytes, questions: Sequence[PendingQuestion], by_id: dict[bytes, list[PendingQuestion]]) -> bool:
    """Give a message to the question that it answers, or else to the closest one; return whether it is an answer."""
    close = [question for question in by_id.get(reply[:_ID_OCTETS], ()) if not question.reply]
    close = close or [question for question in questions if not question.reply][:1]
    objections = [objection(question.query, reply) for question in close]
    best = objections.index(None) if None in objections else 0
    return bool(close) and close[best].take(reply, objections[best])


def _ending(received: bytearray) -> str:
    octets = len(received)
    if not octets:
        return "connection closed without an answer"
    if octets < _STREAM_LENGTH_OCTETS:
        return f"connection closed after {octets} of {_STREAM_LENGTH_OCTETS} bytes of the length"
    expected = int.from_bytes(received[:_STREAM_LENGTH_OCTETS], "big")
    return f"connection closed after {octets - _STREAM_LENGTH_OCTETS} of {expected} bytes of the answer"


def _in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return (error.strerror or str(error)).lower()


def addresses(name: bytes, family: bytes) -> list[bytes]:
    """Return the addresses of one family that the C library finds for a name."""
    wanted = socket.AF_INET6 if family == b"6" else socket.AF_INET
    try:
        entries = socket.getaddrinfo(name, None, wanted, socket.SOCK_STREAM)
    except socket.gaierror:
        return []
    return sorted({str(entry[4][0]).encode() for entry in entries})


def environment() -> list[bytes]:
    """Return what the kubelet and the image gave the pod to resolve names with."""
    return [_content("/etc/resolv.conf"), _content("/etc/hosts"), socket.gethostname().encode(), _glibc().encode()]


def _content(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - importing pathlib would double the start time
        return file.read()


def _glibc() -> str:
    """Return the version of glibc; other C libraries do not have this variable (confstr(3))."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return ""


_KINDS: dict[bytes, Callable[..., list[bytes]]] = {
    b"exchange": exchange,
    b"addresses": addresses,
    b"environment": environment,
}


def serve(source: IO[bytes], sink: int) -> None:
    """Serve requests until the source ends; replies go to a file descriptor."""
    lock = threading.Lock()

    def respond(ident: bytes, kind: bytes, arguments: Sequence[bytes]) -> None:
        try:
            fields = [ident, b"ok", *_KINDS[kind](*arguments)]
        except Exception as error:  # noqa: BLE001 - a failed request must not end the others
            fields = [ident, b"error", repr(error).encode()]
        octets = message(fields)
        if len(octets) > LENGTH_OCTETS + MOST_OCTETS:
            octets = message([ident, b"error", b"the result is too long for one reply"])
        unsent = memoryview(octets)
        with lock:
            while unsent:
                unsent = unsent[os.write(sink, unsent) :]

    while (request := read(source)) is not None:
        ident, kind, *arguments = request
        threading.Thread(target=respond, args=(ident, kind, arguments), daemon=True).start()


def main() -> None:
    """Serve, or wait."""
    if sys.argv[1:] == ["wait"]:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while True:
            signal.pause()
    try:
        serve(sys.stdin.buffer, sys.stdout.fileno())
        # A normal exit would wait for requests whose replies nobody reads.
        os._exit(0)
    except (ValueError, OSError) as error:
        sys.exit(f"relay: {error}")


if __name__ == "__main__":
    main()
