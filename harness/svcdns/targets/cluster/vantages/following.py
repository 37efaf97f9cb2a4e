"""A channel to a server that may move."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from svcdns.client import Channel, Received, Transport


class Following:
    """A way to a server that is looked for again once nobody answers there."""

    def __init__(self, first: Channel, find: Callable[[], Channel]) -> None:
        """Begin with a channel.

        Args:
            first: the way to where the server is.
            find: gives the way to where it is by then; the same way, if it has not moved.
        """
        self._now = first
        self._find = find

    @property
    def server(self) -> str:
        """Where the server is, as far as is known."""
        return self._now.server

    def exchange(self, wires: Sequence[bytes], transport: Transport, timeout_seconds: float) -> list[Received]:
        """Sends messages and waits for their answers, as `svcdns.client.Channel` describes.

        Where nobody answers, the next exchange goes to where the server is by then; this one is not repeated.
        """
        received = self._now.exchange(wires, transport, timeout_seconds)
        if all(one.wire is None for one in received):
            self._now = self._find()
        return received
