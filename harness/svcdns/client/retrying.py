"""The meaning of a missing answer.

A network may lose a datagram, delay it, duplicate it, or deliver one that somebody else has sent. None of that is the
server's fault. So, in this order:

- A question over UDP that is not answered is asked again, as resolvers do (resolv.conf(5), ``attempts``), where the target's
  deadlines allow it. TCP itself repeats what was lost.
- A response with another id, another question or from elsewhere is not an answer (RFC 5452, section 9.1). It is kept as
  evidence beside the answer that comes after it.
- A question without an answer, while the server answers others, is *not conformant*. To see whether it does, the server is
  asked for the API server's Service, over every transport; a response that was discarded also shows that it is reachable.
- A server that answers nothing at all is *not determined*: it may be down, or unreachable.

Both verdicts come at the deadline of the promise, at the latest one attempt after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dns.rdatatype import A

from svcdns.client import PLAIN, Answer, Channel, Discarded, QueryForm, ask
from svcdns.message import Question, Transport, name


def insist(
    channel: Channel,
    question: Question,
    transport: Transport,
    edns: int | None,
    waits_seconds: Sequence[float],
    form: QueryForm = PLAIN,
) -> Answer:
    """Ask until an answer comes: over UDP once for each of the waits, over TCP once, for the last of them."""
    discarded: list[Discarded] = []
    for seconds in waits_seconds if transport == "udp" else waits_seconds[-1:]:
        answer = ask(channel, question, transport=transport, edns=edns, timeout_seconds=seconds, form=form)
        discarded += answer.discarded
        if answer.wire is not None:
            break
    return replace(answer, discarded=tuple(discarded))


def is_silent(answer: Answer) -> bool:
    """Return whether nothing at all came back for a question."""
    return answer.wire is None and not answer.discarded


def answers_others(
    channel: Channel, transports: Sequence[Transport], domain: str, waits_seconds: Sequence[float]
) -> bool:
    """Return whether a server answers anything, over any transport."""
    control = Question(name(f"kubernetes.default.svc.{domain}"), A)
    return any(not is_silent(insist(channel, control, transport, None, waits_seconds)) for transport in transports)
