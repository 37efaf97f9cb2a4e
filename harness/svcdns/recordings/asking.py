"""Questions put to a target's DNS server, with answers that are no older than they may be."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from svcdns.client import Answer, Channel, ask_all
from svcdns.coredns import Options
from svcdns.errors import UndeterminedError
from svcdns.recordings import files
from svcdns.recordings.files import Recorded
from svcdns.recordings.questions import Asked
from svcdns.targets.target import Target

#: How often a question is asked that nobody answers, since datagrams get lost, or that an old answer comes for.
MOST_TRIES = 4

#: So many questions are sent at a time: a server need not read more from one connection at once.
AT_A_TIME = 64

Said = dict[Asked, Recorded]


def said(target: Target, wanted: Iterable[Asked], options: Options, since: float) -> Said:
    """What the first DNS server of a target says to each question, as far as the vantage has the transport.

    An answer that a cache has kept since before a moment is waited out; the TTLs of a younger one are those from which
    the cache counts down.

    Args:
        target: the target, open.
        wanted: the questions.
        options: how the server is configured.
        since: the moment, of `time.monotonic`.

    Raises:
        UndeterminedError: if a question is not answered.
    """
    vantage = target.vantages[0]
    ways = tuple(asked for asked in wanted if asked.transport in vantage.transports)
    missing, found = list(ways), dict[Asked, Recorded]()
    for _ in range(MOST_TRIES):
        wait_seconds = 0
        for asked, answer in _answers(vantage.channels[0], missing, target.deadlines.question_seconds):
            began, left = _counted_down(asked, answer, options) or (None, 0)
            if began is not None and began - left > time.monotonic() - since:
                wait_seconds = max(wait_seconds, left + 1)
            elif answer.failure is None:
                found[asked] = files.of(answer, ttl_seconds=began)
        missing = [asked for asked in missing if asked not in found]
        if not missing:
            return {asked: found[asked] for asked in ways}
        time.sleep(wait_seconds)
    first = missing[0]
    raise UndeterminedError(
        f"{first.question} over {first.transport.upper()} was not answered by {vantage.channels[0].server}: "
        "nothing is recorded; try again, or choose another --vantage"
    )


def _answers(channel: Channel, wanted: Sequence[Asked], timeout_seconds: float) -> Iterator[tuple[Asked, Answer]]:
    for transport, edns in dict.fromkeys((asked.transport, asked.edns) for asked in wanted):
        alike = [asked for asked in wanted if (asked.transport, asked.edns) == (transport, edns)]
        for start in range(0, len(alike), AT_A_TIME):
            some = alike[start : start + AT_A_TIME]
            questions = [asked.question for asked in some]
            answers = ask_all(channel, questions, transport=transport, edns=edns, timeout_seconds=timeout_seconds)
            yield from zip(some, answers, strict=True)


def _counted_down(asked: Asked, answer: Answer, options: Options) -> tuple[int, int] | None:
    """The TTL from which a cache counts an answer down, and what is left of it; None where no cache keeps it."""
    ttls = [record.ttl for record in (*answer.answer, *answer.authority, *answer.additional)]
    if not ttls or options.cache is None or not options.cache.remembers(asked.question.name):
        return None
    began = options.cache.begins_with(options.ttl_seconds, denial=not answer.answer)
    return (began, min(ttls)) if min(ttls) <= began else None
