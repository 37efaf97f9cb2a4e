"""A DNS client that shows everything: question in, `Answer` out.

It keeps a receive loop of its own because `dns.query` drops what is no answer without a trace, and takes a question whose
case has changed for the one that was asked.
"""

from __future__ import annotations

from svcdns.client.answer import Answer, Opt, read
from svcdns.client.asking import ask, ask_all, dig, encode, send
from svcdns.client.channel import Channel, Discarded, Received, objection
from svcdns.client.direct import Direct
from svcdns.client.waiting import Watched, eventually
from svcdns.message import Transport

__all__ = [
    "Answer",
    "Channel",
    "Direct",
    "Discarded",
    "Opt",
    "Received",
    "Transport",
    "Watched",
    "ask",
    "ask_all",
    "dig",
    "encode",
    "eventually",
    "objection",
    "read",
    "send",
]
