"""What it means that no answer comes.

A network may lose a datagram, delay it, double it, or bring one that somebody else has sent; none of that is the server's
fault. So, in this order:

- A question over UDP that is not answered is asked again, as resolvers do (resolv.conf(5), ``attempts``), where the target's
  deadlines say so. TCP repeats by itself what was lost.
- A reply with another id, another question or from elsewhere is no answer (RFC 5452, section 9.1). It is kept as evidence
  beside whatever comes after it.
- A question that stays without an answer, while the server answers others, is *not conformant*. Whether it does is seen by
  asking it for the API server's Service, over every transport; a reply that was discarded shows as well that it is there.
- A server from which nothing comes at all is *not determined*: it may be down, or out of reach.

Both are said at the deadline of the promise, never later than that and one more look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dns.rdatatype import A

from svcdns.client import Answer, Channel, Discarded, ask
from svcdns.message import Question, Transport, name


def insist(
    channel: Channel, question: Question, transport: Transport, edns: int | None, waits_seconds: Sequence[float]
) -> Answer:
    """Ask until an answer comes, over UDP once for each of the waits, over TCP for the last of them alone."""
    discarded: list[Discarded] = []
    for seconds in waits_seconds if transport == "udp" else waits_seconds[-1:]:
        answer = ask(channel, question, transport=transport, edns=edns, timeout_seconds=seconds)
        discarded += answer.discarded
        if answer.wire is not None:
            break
    return replace(answer, discarded=tuple(discarded))


def is_silent(answer: Answer) -> bool:
    """Whether nothing at all came back for a question."""
    return answer.wire is None and not answer.discarded


def answers_others(
    channel: Channel, transports: Sequence[Transport], domain: str, waits_seconds: Sequence[float]
) -> bool:
    """Whether a server answers anything, over any transport."""
    control = Question(name(f"kubernetes.default.svc.{domain}"), A)
    return any(not is_silent(insist(channel, control, transport, None, waits_seconds)) for transport in transports)
