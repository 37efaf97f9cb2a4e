"""What the other DNS servers and transports answer to a query whose answer breaks a promise."""

from __future__ import annotations

from svcdns.client import Answer, ask
from svcdns.engine.looking import ways
from svcdns.judge import Reading
from svcdns.targets.target import Vantage

#: One query each, for evidence alone: nobody waits longer for it.
SECONDS = 1.0


def elsewhere(vantage: Vantage, reading: Reading) -> tuple[Answer, ...]:
    """Ask on every other way once; nothing is asked for a query that was not sent on one of them."""
    every = ways(vantage.channels, vantage.transports)
    asked = (reading.answer.server, reading.answer.transport)
    others = [(channel, transport) for channel, transport in every if (channel.server, transport) != asked]
    # The answers on a property, such as a flag or a size, are about messages that differ by transport.
    if len(others) == len(every) or reading.promised == "property":
        return ()
    question, edns, form = reading.answer.question, reading.answer.edns, reading.answer.form
    return tuple(
        ask(channel, question, transport=transport, edns=edns, timeout_seconds=SECONDS, form=form)
        for channel, transport in others
    )
