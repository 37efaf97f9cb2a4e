"""How long a broken promise is given: a deadline is waited out once for each kind of miss, not once for each scenario."""

from __future__ import annotations

import threading
from typing import NamedTuple

from dns.rcode import NOERROR, NXDOMAIN
from dns.rdatatype import ANY, PTR, RdataType

from svcdns.judge import Promise, Reading
from svcdns.targets.target import Deadlines

#: A miss that is known to last is waited for so many times as long as the slowest change of the run took to show.
TIMES_THE_SLOWEST = 5.0

#: It is waited for at least this part of what is waited where nothing has changed for long.
LEAST_PART = 1 / 3

#: Shipped Corefiles keep reverse names for 30 s, which is this part of the time until a change has to show.
REVERSE_PART = 2 / 3


#: What a server answers that knows the cluster as it was; it answers nothing else because it is late.
_OF_ANY_STATE = (NOERROR, NXDOMAIN)


class MissKind(NamedTuple):
    """What misses have in common that last for the same reason.

    Attributes:
        promise: the function that judges; empty where responses are wrong now and then, whatever is asked.
        type: the record type queried.
        rcode: that of the response, or None where none came.
        changed: whether the scenario had changed anything.
    """

    promise: str
    type: RdataType
    rcode: int | None
    changed: bool


def miss(promise: Promise, reading: Reading, *, changed: bool) -> MissKind:
    """What kind of miss a broken promise is."""
    return MissKind(promise.judge.__qualname__, reading.answer.question.type, reading.answer.rcode, changed)


def intermittent(wrong: Reading) -> MissKind:
    """What kind of miss a response is that is wrong now and then."""
    return MissKind("", ANY, wrong.answer.rcode, changed=False)


class LastingMisses:
    """What a run has learnt about how fast its DNS servers follow changes, and which misses last."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._lasting: set[MissKind] = set()
        self._slowest = 0.0
        self._lock = threading.Lock()

    def converged(self, seconds: float, rcode: int | None) -> None:
        """Learn that a promise was kept after some seconds in which it was broken, at last by a response of an rcode."""
        if rcode in _OF_ANY_STATE:
            with self._lock:
                self._slowest = max(self._slowest, seconds)

    def lasted(self, kind: MissKind) -> None:
        """Learn that a miss was still there when all of its time was over."""
        with self._lock:
            self._lasting.add(kind)

    def seconds(self, kind: MissKind, whole: float) -> float:
        """How long a miss is waited for, of the whole time that it may take.

        A server that fails now and then does not do so because a change shows late.

        A kind of miss that has lasted for the whole time elsewhere is given less: several times as long as anything took in
        this run that came right in the end.
        """
        with self._lock:
            least = self._deadlines.insists_seconds * LEAST_PART
            if kind.promise == "" and kind.rcode not in _OF_ANY_STATE:
                return min(whole, least)
            if kind not in self._lasting:
                return whole
            if kind.type == PTR:
                least = max(least, self._deadlines.becomes_seconds * REVERSE_PART)
            return min(whole, max(least, self._slowest * TIMES_THE_SLOWEST))
