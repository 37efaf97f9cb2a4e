"""Queries sent to a target's DNS server, until each has an answer that no cache kept from before."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from svcdns.client import Answer, Channel, ask_all
from svcdns.coredns import Options
from svcdns.errors import UndeterminedError
from svcdns.recordings import files
from svcdns.recordings.files import RecordedAnswer
from svcdns.recordings.questions import PlannedQuery
from svcdns.targets.target import Target

#: The number of times a query is sent that gets no answer, since datagrams get lost, or an old one.
MOST_TRIES = 4

#: The number of queries sent at a time: a server need not read more from one connection at once.
AT_A_TIME = 64

AnswersByQuery = dict[PlannedQuery, RecordedAnswer]


def answers(target: Target, wanted: Iterable[PlannedQuery], options: Options, since: float) -> AnswersByQuery:
    """Send queries to the first DNS server of a target, over the transports that the vantage has.

    An answer that a cache has kept since before ``since`` is waited out. A younger answer of a cache gets the TTL from which
    the cache counts down.

    Args:
        target: the target, open.
        wanted: the queries.
        options: the server's configuration.
        since: a moment, as `time.monotonic` returns it.

    Raises:
        UndeterminedError: if a query is not answered.
    """
    vantage = target.vantages[0]
    queries = tuple(query for query in wanted if query.transport in vantage.transports)
    missing, found = list(queries), dict[PlannedQuery, RecordedAnswer]()
    for _ in range(MOST_TRIES):
        wait_seconds = 0
        for query, answer in _ask(vantage.channels[0], missing, target.deadlines.question_seconds):
            began, left = _counted_down(query, answer, options) or (None, 0)
            if began is not None and began - left > time.monotonic() - since:
                wait_seconds = max(wait_seconds, left + 1)
            elif answer.failure is None:
                found[query] = files.of(answer, ttl_seconds=began)
        missing = [query for query in missing if query not in found]
        if not missing:
            return {query: found[query] for query in queries}
        time.sleep(wait_seconds)
    first = missing[0]
    raise UndeterminedError(
        f"{vantage.channels[0].server} does not answer {first.question} over {first.transport.upper()}: "
        "nothing is recorded; run it again, or set another --vantage"
    )


def _ask(
    channel: Channel, wanted: Sequence[PlannedQuery], timeout_seconds: float
) -> Iterator[tuple[PlannedQuery, Answer]]:
    for transport, edns in dict.fromkeys((query.transport, query.edns) for query in wanted):
        alike = [query for query in wanted if (query.transport, query.edns) == (transport, edns)]
        for start in range(0, len(alike), AT_A_TIME):
            some = alike[start : start + AT_A_TIME]
            questions = [query.question for query in some]
            answers = ask_all(channel, questions, transport=transport, edns=edns, timeout_seconds=timeout_seconds)
            yield from zip(some, answers, strict=True)


def _counted_down(query: PlannedQuery, answer: Answer, options: Options) -> tuple[int, int] | None:
    """Return the TTL from which a cache counts an answer down, and what is left of it; None if no cache keeps it."""
    ttls = [record.ttl for record in (*answer.answer, *answer.authority, *answer.additional)]
    if not ttls or options.cache is None or not options.cache.remembers(query.question.name):
        return None
    began = options.cache.begins_with(options.ttl_seconds, denial=not answer.answer)
    return (began, min(ttls)) if min(ttls) <= began else None
