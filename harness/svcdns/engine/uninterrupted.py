"""Promises that were found broken while the target's state was out of reach are asked for again."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from svcdns.engine.declaring import Declaring
from svcdns.errors import UndeterminedError
from svcdns.judge import NotConformantError, Promise

#: How often a promise is asked for, each time for as long as it may be broken.
TIMES = 3

_Scenario = TypeVar("_Scenario", bound=Declaring)


def uninterrupted(holds: Callable[[_Scenario, Promise], None]) -> Callable[[_Scenario, Promise], None]:
    """Let a method that judges a promise begin again if the state was out of reach before the promise was found broken."""

    @wraps(holds)
    def again(scenario: _Scenario, promise: Promise) -> None:
        target = scenario.target
        for _ in range(TIMES):
            outages, read = target.outages(), len(scenario.readings)
            try:
                return holds(scenario, promise)
            except NotConformantError:
                # After this, the state that answers are judged by is up to date.
                target.settle(scenario.environment.namespace)
                if target.outages() == outages:
                    raise
            # DNS servers too have to catch up.
            scenario.environment.settled = time.monotonic()
            del scenario.readings[read:]
        raise UndeterminedError(f"the API server was lost each of the {TIMES} times that the promise was asked for")

    return again
