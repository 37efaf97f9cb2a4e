"""Whether a server that was right once is right every time.

A wrong response between right ones is *intermittent* where nothing has changed: the cluster settled longer ago than a change
may take to show. Before that it may come from the change: one of several servers behind an address is later than another, or
a cache holds what was right before. So the queries are repeated until wrong responses have stopped for good, or cannot come
from the change any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from svcdns.engine.looking import Repetition
from svcdns.judge import Reading

#: How often the queries of every promise that is kept are repeated. In a run of the core that is more than a thousand
#: responses, so that one wrong response in forty is seen with a probability of more than 99.9 %.
TIMES = 2

#: So many right responses in a row end the doubt: of one wrong response in forty, none is among them with a probability of
#: 0.05 %.
ENOUGH_RIGHT = 300

#: The change counts as the reason once wrong responses have stayed away until so many times the time at which the last came.
TIMES_AS_LONG = 2.0

#: Responses that are asked for at a time where there is doubt: few while wrong ones come, more with each time without any.
FEW, MANY = 15, 120

#: So many responses, or so many wrong ones, are enough evidence.
ENOUGH_RESPONSES, ENOUGH_WRONG = 120, 10

#: After so many repetitions in a row without any response nothing is to be learnt any more.
MOST_SILENT = 3

#: The pause between repetitions, as a part of the time between the change and the last wrong response.
PAUSE_FACTOR = 0.6


@dataclass(frozen=True, slots=True)
class Unsteady:
    """What was seen of a server that had been right once.

    Attributes:
        wrong: the wrong responses.
        responses: how many responses there were, wrong ones included.
        is_intermittent: whether the wrong ones cannot come from a change.
        seconds: how long after the last change the last wrong response came.
    """

    wrong: tuple[Reading, ...] = ()
    responses: int = 0
    is_intermittent: bool = False
    seconds: float = 0.0


def watch(
    repeat: Callable[[int], Repetition],
    late: Sequence[Reading],
    *,
    queries: int,
    age: Callable[[], float],
    window: Callable[[Reading], float],
    wait: Callable[[float], object],
) -> Unsteady:
    """Repeat queries until it is clear whether wrong responses come from a change.

    Args:
        repeat: sends all queries so many times.
        late: wrong responses that came before the first right one, when nothing had changed for long.
        queries: how many queries are sent each time; 0 if they cannot be repeated.
        age: for how many seconds nothing has changed.
        window: for how many seconds after a change such a wrong response may come from it.
        wait: waits for some seconds.
    """
    wrong = list(late)
    responses = right_in_a_row = silent = 0
    is_intermittent = bool(late)
    last = age() if late else 0.0
    asked = FEW
    while queries and silent < MOST_SILENT:
        before = age()
        repetition = repeat(-(-asked // queries) if wrong else TIMES)
        responses += repetition.responses
        right_in_a_row += repetition.responses
        silent = 0 if repetition.responses else silent + 1
        asked = min(asked * 2, MANY)
        if repetition.wrong:
            last, right_in_a_row, asked = before, 0, FEW
            if not is_intermittent:
                # What came before may come from the change, and proves nothing.
                wrong, responses = [], repetition.responses
                is_intermittent = before >= window(repetition.wrong[0])
            wrong += repetition.wrong
        if not wrong:
            break
        if is_intermittent:
            if responses >= ENOUGH_RESPONSES or len(wrong) >= ENOUGH_WRONG:
                break
        elif right_in_a_row >= ENOUGH_RIGHT and age() >= min(last * TIMES_AS_LONG, window(wrong[-1])):
            break
        else:
            wait(min(last * PAUSE_FACTOR, max(0.0, window(wrong[-1]) - age())))
    return Unsteady(tuple(wrong), max(responses, len(wrong)), is_intermittent, last)
