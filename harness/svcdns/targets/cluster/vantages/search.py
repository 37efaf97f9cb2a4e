"""How the C library of a pod applies its search list to a name.

Observed for glibc 2.36 and musl 1.2.3 with a server that records queries, and checked against their sources (glibc:
resolv/res_query.c, ``__res_context_search``; musl: src/network/lookup_name.c, ``name_from_dns_search``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import dns.name
from dns.rcode import Rcode

from svcdns.client import Answer
from svcdns.client.resolver import ResolverConfiguration, candidates

Libc = Literal["glibc", "musl"]

#: The default of ``ndots``, and the most that glibc accepts (resolv.conf(5)).
_DEFAULT_NDOTS, _MOST_NDOTS = 1, 15


def configuration(resolv_conf: str) -> ResolverConfiguration:
    """Return the configuration in a ``/etc/resolv.conf``; of several search lists the last counts (resolv.conf(5))."""
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
    """Return the answers that the C library gets, in the order of its queries.

    Both libraries stop at the first answer with records. musl tries a name with ``ndots`` dots only as it is, and
    continues after NXDOMAIN only. glibc continues after NXDOMAIN, NODATA and SERVFAIL. After any other answer it skips
    the rest of the search list, and still tries the name as it is.
    """
    as_is = dns.name.from_text(name)
    waiting = list(candidates(name, configuration))
    if libc == "musl" and waiting[0] == as_is:
        waiting = [as_is]
    answers = []
    while waiting:
        candidate = waiting.pop(0)
        answer = ask(candidate)
        answers.append(answer)
        if answer.answer or (libc == "musl" and answer.rcode != Rcode.NXDOMAIN):
            break
        if candidate != as_is and answer.rcode not in {Rcode.NXDOMAIN, Rcode.NOERROR, Rcode.SERVFAIL}:
            waiting = [other for other in waiting if other == as_is]
    return tuple(answers)
