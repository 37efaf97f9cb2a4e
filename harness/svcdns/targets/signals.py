"""Signals while a run is under way: after Ctrl-C and SIGTERM, everything that the run made is removed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

from svcdns.safety import printable

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

#: The signal by which a run's deadline interrupts its main thread. Nobody else sends it: pytest-timeout uses SIGALRM.
DEADLINE = signal.SIGVTALRM

#: An interrupted call ends within this; further signals in that time would only disturb its cleanup.
_ENDING_SECONDS = 5.0

#: Signals within this are one interruption: `timeout`, for one, sends its signal to the process and to its group.
_ECHO_SECONDS = 1.0

#: After this, Python has left the callback in which an interrupt was raised.
_AGAIN_SECONDS = 0.05


class _Last:
    """When this process was interrupted last, by the monotonic clock; whether that is held back, and its signal."""

    time = float("-inf")
    held = False
    signal = ""


def end_orderly() -> None:
    """Let SIGTERM end this process as Ctrl-C does, from now on: a `KeyboardInterrupt` that has the signal's name.

    Outside of the main thread this does nothing. Of several signals within seconds, only the first counts. An interrupt in
    a finalizer or in the callback of a weak reference is raised again, since Python drops exceptions there.
    """
    if not _in_main_thread():
        return

    def interrupt(number: int, _: object) -> None:
        if time.monotonic() - _Last.time < _ENDING_SECONDS:
            return
        _Last.time = time.monotonic()
        if _Last.held:
            _Last.signal = signal.Signals(number).name
            return
        raise KeyboardInterrupt(signal.Signals(number).name)

    for number in _SIGNALS:
        signal.signal(number, interrupt)

    before = sys.unraisablehook

    def dropped(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            before(unraisable)
            return
        _Last.time = float("-inf")
        # Raised here it would be dropped again, so another thread sends the signal in a moment.
        named = str(unraisable.exc_value)
        number = signal.Signals[named] if named in signal.Signals.__members__ else signal.SIGINT
        if unraisable.exc_type is not KeyboardInterrupt:
            number = DEADLINE
        again = threading.Timer(_AGAIN_SECONDS, signal.pthread_kill, (threading.get_ident(), number))
        again.daemon = True
        again.start()

    sys.unraisablehook = dropped


def hold() -> None:
    """Hold an interruption back until `release`."""
    _Last.held = _in_main_thread()


def release() -> None:
    """Raise an interruption that was held back, and hold none back any more.

    Raises:
        KeyboardInterrupt: if there was one.
    """
    if not (_Last.held and _in_main_thread()):
        return
    _Last.held = False
    if _Last.signal:
        name, _Last.signal = _Last.signal, ""
        raise KeyboardInterrupt(name)


class Insistence:
    """While the context lasts, a run is cleaned up: the first signal makes it hurry, a later one ends it.

    Attributes:
        signal: the name of the first signal, or empty.
    """

    def __init__(self, message: str, hurry: Callable[[], None] | None, *, leaves: bool = True) -> None:
        """Prepare to get signals.

        Args:
            message: what the first signal prints, in one line; empty for nothing.
            hurry: called by the first signal, so that the cleanup does not wait for responses that never come.
            leaves: whether a later signal ends the cleanup, with a `KeyboardInterrupt`.
        """
        self.signal = ""
        self._message = message
        self._hurry = hurry
        self._leaves = leaves
        self._before = ExitStack()

    def __enter__(self) -> Self:
        if _in_main_thread():
            for number in _SIGNALS:
                self._before.callback(signal.signal, number, signal.signal(number, self._signalled))
        return self

    def __exit__(self, *_: object) -> None:
        self._before.close()

    def _signalled(self, number: int, _: object) -> None:
        is_echo = time.monotonic() - _Last.time < _ECHO_SECONDS
        _Last.time = time.monotonic()
        if is_echo:
            return
        if self.signal:
            if self._leaves:
                raise KeyboardInterrupt(signal.Signals(number).name)
            return
        self.signal = signal.Signals(number).name
        if self._message:
            # Not by a stream of Python's, in which this very thread may be writing.
            os.write(2, f"\nsvcdns: {printable.line(self._message)}\n".encode(errors="replace"))
        if self._hurry is not None:
            self._hurry()


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
