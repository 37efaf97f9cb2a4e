"""Signals while a real cluster is in use: whichever comes, what was made there is removed."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from svcdns.safety import printable

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


#: What was interrupted ends within this; until then, more signals say nothing new, and would only disturb the ending.
_ENDING_SECONDS = 5.0

#: By then Python has left the callback that an interrupt fell into.
_AGAIN_SECONDS = 0.05


def end_orderly() -> None:
    """Let SIGTERM end this process as Ctrl-C does, from now on; a thread other than the main one cannot ask for that.

    Of several signals that come within seconds, the first counts. An interrupt that falls into a finalizer or into the
    callback of a weak reference is raised again, since Python drops what is raised there.
    """
    if not _in_main_thread():
        return
    heard: list[float] = []

    def interrupt(*_: object) -> None:
        if heard and time.monotonic() - heard[-1] < _ENDING_SECONDS:
            return
        heard.append(time.monotonic())
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, interrupt)

    before = sys.unraisablehook

    def dropped(what: sys.UnraisableHookArgs) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            before(what)
            return
        heard.clear()
        # Raised here and now it would be dropped once more, so another thread sends it in a moment.
        again = threading.Timer(_AGAIN_SECONDS, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
        again.daemon = True
        again.start()

    sys.unraisablehook = dropped


def insisting(run: str, remedy: str, hurry: Callable[[], None] | None) -> ExitStack:
    """Answer a signal by saying what would be left, as long as the context lasts, and give up on the second.

    Args:
        run: the id of the run that cleans up.
        remedy: the command that removes later what was left behind.
        hurry: what the first signal calls, so that nobody waits for answers that do not come.
    """
    stack = ExitStack()
    if not _in_main_thread():
        return stack

    def impatient(*_: object) -> None:
        print(f"\nsvcdns: still removing what the run {run} made; once more leaves it behind", file=sys.stderr)  # noqa: T201 - a signal
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
