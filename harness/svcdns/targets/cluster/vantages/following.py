"""A channel to a server whose address may change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from svcdns.client import Channel, Received, Transport


class Following:
    """A channel to a server that is located again after it did not answer."""

    def __init__(self, first: Channel, find: Callable[[], Channel]) -> None:
        """Start with a channel.

        Args:
            first: the channel to the server's present address.
            find: returns the channel to its address at that time, which may be the same.
        """
        self._current = first
        self._find = find

    @property
    def server(self) -> str:
        """The server's last known address."""
        return self._current.server

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Send messages and wait for their answers, as `svcdns.client.Channel` describes.

        Without any answer, the next exchange goes to the server's new address; this one is not repeated.
        """
        received = self._current.exchange(wires, transport, timeout_seconds)
        if all(answer.wire is None for answer in received):
            self._current = self._find()
        return received
