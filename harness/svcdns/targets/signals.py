"""Signals while a live target is open: after Ctrl-C and SIGTERM, everything that the run made is removed."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from svcdns.safety import printable

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

#: The signal by which a run's deadline interrupts its main thread. Nobody else sends it: pytest-timeout uses SIGALRM.
DEADLINE = signal.SIGVTALRM

#: An interrupted call ends within this; further signals in that time would only disturb its cleanup.
_ENDING_SECONDS = 5.0

#: After this, Python has left the callback in which an interrupt was raised.
_AGAIN_SECONDS = 0.05


def end_orderly() -> None:
    """Let SIGTERM end this process as Ctrl-C does, from now on. Outside of the main thread this does nothing.

    Of several signals within seconds, only the first counts. An interrupt in a finalizer or in the callback of a weak
    reference is raised again, since Python drops exceptions there.
    """
    if not _in_main_thread():
        return
    times: list[float] = []

    def interrupt(*_: object) -> None:
        if times and time.monotonic() - times[-1] < _ENDING_SECONDS:
            return
        times.append(time.monotonic())
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, interrupt)

    before = sys.unraisablehook

    def dropped(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            before(unraisable)
            return
        times.clear()
        # Raised here it would be dropped again, so another thread sends the signal in a moment.
        again = threading.Timer(_AGAIN_SECONDS, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
        again.daemon = True
        again.start()

    sys.unraisablehook = dropped


def insisting(run: str, remedy: str, hurry: Callable[[], None] | None) -> ExitStack:
    """While the context lasts, let the first signal print what would be left behind, and the second end the process.

    Args:
        run: the id of the run that cleans up.
        remedy: the command that removes later what was left behind.
        hurry: called by the first signal, so that the cleanup does not wait for responses that never come.
    """
    stack = ExitStack()
    if not _in_main_thread():
        return stack

    def impatient(*_: object) -> None:
        print(f"\nsvcdns: still removing what the run {run} made; interrupt again to leave it behind", file=sys.stderr)  # noqa: T201 - a signal
        print(f"svcdns: `{printable.line(remedy)}` removes it later", file=sys.stderr)  # noqa: T201 - as above
        for number in _SIGNALS:
            signal.signal(number, signal.default_int_handler)
        if hurry is not None:
            hurry()

    for number in _SIGNALS:
        stack.callback(signal.signal, number, signal.signal(number, impatient))
    return stack


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
