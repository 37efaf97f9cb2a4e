"""Several questions over one TCP connection, sent at once and answered in any order (RFC 7766)."""

from __future__ import annotations

import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from svcdns.client.channel import MOST_DISCARDED, Discarded, Received, in_words, objection

_LENGTH_OCTETS = 2
_ID_OCTETS = 2
_CHUNK_OCTETS = 65_536


def converse(
    family: socket.AddressFamily, server: tuple[Any, ...], wires: Sequence[bytes], timeout_seconds: float
) -> list[Received]:
    """Send messages over one connection and return their answers, as `Channel` describes."""
    conversation = _Conversation(wires)
    try:
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout_seconds)
            sock.connect(server)
            failure = conversation.hold(sock, timeout_seconds)
    except TimeoutError:
        failure = f"no connection within {timeout_seconds} s"
    except OSError as error:
        failure = in_words(error)
    return conversation.outcome(failure)


class _Conversation:
    """The questions sent over a connection, and the answers so far."""

    def __init__(self, wires: Sequence[bytes]) -> None:
        self._wires = wires
        self._unsent = memoryview(b"".join(len(wire).to_bytes(_LENGTH_OCTETS) + wire for wire in wires))
        self._received = bytearray()
        self._answers: dict[int, bytes] = {}
        self._discarded: dict[int, list[Discarded]] = defaultdict(list)
        self._by_id: dict[bytes, list[int]] = defaultdict(list)
        for index, wire in enumerate(wires):
            self._by_id[wire[:_ID_OCTETS]].append(index)

    def hold(self, sock: socket.socket, timeout_seconds: float) -> str:
        """Write and read until every answer is there; return what ended it otherwise, in words.

        Both happen at once: a server that waits for us to read its answers stops reading our questions.
        """
        sock.settimeout(0)
        deadline = time.monotonic() + timeout_seconds
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while len(self._answers) < len(self._wires):
                # The deadline is checked first: a server that never stops sending always has something ready.
                remaining = deadline - time.monotonic()
                ready = selector.select(remaining) if remaining > 0 else []
                if not ready:
                    return f"no answer within {timeout_seconds} s"
                events = ready[0][1]
                if events & selectors.EVENT_WRITE:
                    self._unsent = self._unsent[sock.send(self._unsent) :]
                    if not self._unsent:
                        selector.modify(sock, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    chunk = sock.recv(_CHUNK_OCTETS)
                    if not chunk:
                        return self._ending()
                    self._received += chunk
                    if sum(self._place(message) for message in self._messages()):
                        deadline = time.monotonic() + timeout_seconds
        return ""

    def outcome(self, failure: str) -> list[Received]:
        """Return what came back for each message; ``failure`` is the reason for those without an answer."""
        return [
            Received(self._answers[index], tuple(self._discarded[index]))
            if index in self._answers
            else Received(None, tuple(self._discarded[index]), failure)
            for index in range(len(self._wires))
        ]

    def _messages(self) -> Iterator[bytes]:
        """Take the complete messages out of what was received."""
        while len(self._received) >= _LENGTH_OCTETS:
            end = _LENGTH_OCTETS + int.from_bytes(self._received[:_LENGTH_OCTETS])
            if len(self._received) < end:
                return
            message = bytes(self._received[_LENGTH_OCTETS:end])
            del self._received[:end]
            yield message

    def _place(self, message: bytes) -> bool:
        """Assign a message to the question that it answers, else to the closest one; return whether it is an answer."""
        waiting = (index for index in range(len(self._wires)) if index not in self._answers)
        same_id = [index for index in self._by_id.get(message[:_ID_OCTETS], ()) if index not in self._answers]
        closest = None
        for index in same_id or islice(waiting, 1):
            reason = objection(self._wires[index], message)
            if reason is None:
                self._answers[index] = message
                return True
            closest = closest or (index, reason)
        if closest:
            index, reason = closest
            if len(self._discarded[index]) < MOST_DISCARDED:
                self._discarded[index].append(Discarded(message, reason))
        return False

    def _ending(self) -> str:
        got = len(self._received)
        if not got:
            return "connection closed without an answer"
        if got < _LENGTH_OCTETS:
            return f"connection closed after {got} of {_LENGTH_OCTETS} bytes of the length"
        expected = int.from_bytes(self._received[:_LENGTH_OCTETS])
        return f"connection closed after {got - _LENGTH_OCTETS} of {expected} bytes of the answer"
