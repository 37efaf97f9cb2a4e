"""Signals while a real cluster is in use: whichever comes, what was made there is removed."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from harness import printable

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


#: What was interrupted ends within this; until then, more signals say nothing new, and would only disturb the ending.
_ENDING_SECONDS = 5.0


def end_orderly() -> None:
    """Let SIGTERM end this process as Ctrl-C does, from now on; a thread other than the main one cannot ask for that.

    Of several signals that come within seconds, the first counts.
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
