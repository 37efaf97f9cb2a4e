"""What the C library of a pod does with a name and a search list.

Observed with a server that records what it is asked, with glibc 2.36 and musl 1.2.3, and as their sources have it
(glibc: resolv/res_query.c, ``__res_context_search``; musl: src/network/lookup_name.c, ``name_from_dns_search``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import dns.name
from dns.rcode import Rcode

from svcdns.client import Answer
from svcdns.client.resolver import ResolverConfiguration, candidates

Libc = Literal["glibc", "musl"]

#: resolv.conf(5): what holds where the file does not say, and what glibc makes of more.
_DEFAULT_NDOTS, _MOST_NDOTS = 1, 15


def configuration(resolv_conf: str) -> ResolverConfiguration:
    """What a ``/etc/resolv.conf`` says; of several search lists the last counts (resolv.conf(5))."""
    nameservers: list[str] = []
    search: tuple[dns.name.Name, ...] = ()
    ndots = _DEFAULT_NDOTS
    for line in resolv_conf.splitlines():
        match line.split():
            case ["nameserver", address, *_]:
                nameservers.append(address)
            case ["search" | "domain", *suffixes]:
                search = tuple(dns.name.from_text(suffix) for suffix in suffixes)
            case ["options", *options]:
                for option in options:
                    key, _, value = option.partition(":")
                    if key == "ndots" and value.isdecimal():
                        ndots = min(int(value), _MOST_NDOTS)
    return ResolverConfiguration(tuple(nameservers), search, ndots)


def search(
    name: str, configuration: ResolverConfiguration, libc: Libc, ask: Callable[[dns.name.Name], Answer]
) -> tuple[Answer, ...]:
    """The answers that the C library gets, in the order of its questions.

    Both end with the first answer that has records. musl tries a name with ``ndots`` dots as it is and no other, and
    goes on from NXDOMAIN alone. glibc goes on from NXDOMAIN, NODATA and SERVFAIL; anything else ends its way through the
    search list, but not before the name was tried as it is.
    """
    as_is = dns.name.from_text(name)
    waiting = list(candidates(name, configuration))
    if libc == "musl" and waiting[0] == as_is:
        waiting = [as_is]
    asked = []
    while waiting:
        candidate = waiting.pop(0)
        answer = ask(candidate)
        asked.append(answer)
        if answer.answer or (libc == "musl" and answer.rcode != Rcode.NXDOMAIN):
            break
        if candidate != as_is and answer.rcode not in {Rcode.NXDOMAIN, Rcode.NOERROR, Rcode.SERVFAIL}:
            waiting = [other for other in waiting if other == as_is]
    return tuple(asked)
