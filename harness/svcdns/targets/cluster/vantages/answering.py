"""Waiting until every DNS server answers, before the first scenario starts."""

from __future__ import annotations

import time

from dns.rcode import Rcode

from svcdns.client import Answer, Channel, Transport, ask
from svcdns.errors import TargetError
from svcdns.message import Question, question
from svcdns.targets.target import Vantage

_QUESTION_SECONDS = 2.0
_PAUSE_SECONDS = 0.25


def wait_for_answers(vantage: Vantage, domain: str, deadline_seconds: float) -> None:
    """Query every server over every transport until each has answered; any answer but SERVFAIL counts.

    CoreDNS answers SERVFAIL until it has read the API server (``plugin/kubernetes``, behaviour G10).

    Raises:
        TargetError: if a server has not answered at the deadline.
    """
    query = question(f"kubernetes.default.svc.{domain}", "A")
    deadline = time.monotonic() + deadline_seconds
    for channel in vantage.channels:
        for transport in vantage.transports:
            while (answer := _ask(channel, query, transport)).rcode in {None, Rcode.SERVFAIL}:
                if time.monotonic() > deadline:
                    reason = answer.failure or "it answers SERVFAIL"
                    raise TargetError(f"no answer from {channel.server} over {transport.upper()}: {reason}")
                time.sleep(_PAUSE_SECONDS)


def _ask(channel: Channel, query: Question, transport: Transport) -> Answer:
    return ask(channel, query, transport=transport, timeout_seconds=_QUESTION_SECONDS)
