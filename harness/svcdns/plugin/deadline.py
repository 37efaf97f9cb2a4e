"""The deadline of a run: when it is over, what is left is not determined."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from svcdns.errors import UndeterminedError
from svcdns.targets import signals


class DeadlineError(UndeterminedError):
    """The run's deadline is over, so that what is left is not determined."""


class _Interrupt(KeyboardInterrupt):
    """Ends whatever the main thread waits for, as Ctrl-C would."""


class Deadline:
    """The moment at which a run ends, whatever it does by then.

    Attributes:
        at: the moment, in seconds since the epoch; infinite without a deadline.
        is_over: whether it has come.
    """

    def __init__(self, seconds: float | None, shown: str, *, at: float | None = None) -> None:
        """Set the deadline.

        Args:
            seconds: how long the run may take from now on; None for as long as it likes.
            shown: the same as the user wrote it.
            at: the moment, where another process of the run has set it.
        """
        self.at = at or (math.inf if seconds is None else time.time() + seconds)
        self.is_over = False
        self._shown = shown
        self._ended = threading.Event()
        self._inside = False
        self._then: Callable[[], object] = lambda: None

    @property
    def reason(self) -> str:
        """Why what is left is not determined."""
        return f"the deadline of the run, --deadline {self._shown}, was over"

    def begin(self, then: Callable[[], object]) -> None:
        """Wait for the moment in a thread, and then call a function there."""
        if self.at == math.inf:
            return
        self._then = then
        if threading.current_thread() is threading.main_thread():
            signal.signal(signals.DEADLINE, self._interrupt)
        threading.Thread(target=self._wait, args=(threading.get_ident(),), name="svcdns-deadline", daemon=True).start()

    def end(self) -> None:
        """Wait for the moment no longer."""
        self._ended.set()

    def require(self) -> None:
        """Check that there is time left.

        Raises:
            DeadlineError: if not.
        """
        if self.is_over:
            raise DeadlineError(self.reason)

    @contextmanager
    def bounding(self) -> Iterator[None]:
        """End what is done in the context at the deadline, if the main thread does it.

        Raises:
            DeadlineError: at the deadline.
        """
        self.require()
        self._inside = threading.current_thread() is threading.main_thread()
        try:
            yield
        except KeyboardInterrupt as interrupt:
            # Whoever cleans up after an interrupt may have raised another in its place.
            if self.is_over and _is_ours(interrupt):
                raise DeadlineError(self.reason) from None
            raise
        finally:
            self._inside = False

    def _wait(self, thread: int) -> None:
        while (left := self.at - time.time()) > 0:
            if self._ended.wait(min(left, threading.TIMEOUT_MAX)):
                return
        self.is_over = True
        self._then()
        if self._inside:
            signal.pthread_kill(thread, signals.DEADLINE)

    def _interrupt(self, *_: object) -> None:
        if self._inside:
            # What follows is removal, which has its own time.
            self._inside = False
            raise _Interrupt


def _is_ours(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, _Interrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
