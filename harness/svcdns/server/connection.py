"""One TCP connection: messages in, answers out, in order, each after its length (RFC 7766)."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable

_LENGTH_OCTETS = 2
_CHUNK_OCTETS = 65_536

AnswerWire = Callable[[bytes], bytes | None]


class TcpConnection:
    """A client's connection, which never blocks and answers one question per turn, so other connections get their turn.

    Nothing more is read while a whole question waits, and none is answered while more than ``most_unsent`` octets wait to
    be sent. So a client that floods or does not read costs a bounded amount of memory.
    """

    def __init__(self, sock: socket.socket, answer: AnswerWire, most_unsent: int) -> None:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self._answer_wire = answer
        self._most_unsent = most_unsent
        self._received = bytearray()
        self._unsent = bytearray()
        self._ended = False

    @property
    def busy(self) -> bool:
        """Whether a question can be answered without waiting for the network."""
        return self._has_message and len(self._unsent) < self._most_unsent

    @property
    def finished(self) -> bool:
        """Whether the client has closed its side, which is read only when no question waits, and has every answer."""
        return self._ended and not self._unsent

    @property
    def events(self) -> int:
        """The `selectors` events to wait for; there is always one."""
        writing = selectors.EVENT_WRITE if self._unsent else 0
        reading = 0 if self._ended or self._has_message else selectors.EVENT_READ
        return writing | reading or selectors.EVENT_READ

    def turn(self) -> bool:
        """Read what came, answer one question and send what can be sent.

        Returns:
            whether a question was answered or octets were sent.

        Raises:
            OSError: if the connection is broken.
        """
        if not self._ended and not self._has_message:
            self._receive()
        answered = self.busy
        if answered:
            self._answer()
        return self._send() or answered

    @property
    def _has_message(self) -> bool:
        return len(self._received) >= _LENGTH_OCTETS and len(self._received) >= _LENGTH_OCTETS + self._length

    @property
    def _length(self) -> int:
        return int.from_bytes(self._received[:_LENGTH_OCTETS])

    def _receive(self) -> None:
        try:
            chunk = self.socket.recv(_CHUNK_OCTETS)
        except BlockingIOError:
            return
        self._received += chunk
        self._ended = not chunk

    def _answer(self) -> None:
        end = _LENGTH_OCTETS + self._length
        message = bytes(self._received[_LENGTH_OCTETS:end])
        del self._received[:end]
        if not message:
            # No message is empty, so what follows cannot be trusted to be framed.
            self._ended = True
            self._received.clear()
            return
        answer = self._answer_wire(message)
        if answer is not None:
            self._unsent += len(answer).to_bytes(_LENGTH_OCTETS) + answer

    def _send(self) -> bool:
        if not self._unsent:
            return False
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            return False
        del self._unsent[:sent]
        return sent > 0
