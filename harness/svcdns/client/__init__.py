"""A DNS client that shows everything: question in, `Answer` out.

It has a receive loop of its own because `dns.query` silently drops messages that are not answers, and accepts an answer
that repeats the question in another case.
"""

from __future__ import annotations

from svcdns.client.answer import Answer, Opt, read
from svcdns.client.asking import ask, ask_all, dig, encode, send
from svcdns.client.channel import Channel, Discarded, Received, objection
from svcdns.client.direct import Direct
from svcdns.client.forms import PLAIN, QueryForm
from svcdns.client.waiting import Watched, eventually
from svcdns.message import Transport

__all__ = [
    "PLAIN",
    "Answer",
    "Channel",
    "Direct",
    "Discarded",
    "Opt",
    "QueryForm",
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
