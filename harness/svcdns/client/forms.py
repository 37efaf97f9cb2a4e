"""The forms of a query: flags and EDNS options, as stub resolvers and caches send them."""

from __future__ import annotations

from typing import NamedTuple

import dns.flags


class QueryForm(NamedTuple):
    """How a query is sent, beside its question and the payload size that it offers.

    Attributes:
        flags: the flags of its header.
        edns_flags: the flags of its OPT record, DO among them (RFC 6891, section 6.1.4).
        options: the options of its OPT record, each by its code and its data.
    """

    flags: int = int(dns.flags.RD)
    edns_flags: int = 0
    options: tuple[tuple[int, bytes], ...] = ()


#: A query with the RD flag and no option.
PLAIN = QueryForm()
