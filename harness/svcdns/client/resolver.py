"""A pod's stub resolver: its configuration, and how it resolves a short name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import dns.name

from svcdns.client import Answer
from svcdns.message import Transport
from svcdns.state import Family


class ResolverConfiguration(NamedTuple):
    """The content of ``/etc/resolv.conf``: DNS servers, search list, and the number of dots from which a name is absolute."""

    nameservers: tuple[str, ...]
    search: tuple[dns.name.Name, ...]
    ndots: int


class Lookup(NamedTuple):
    """The answers to a lookup's questions, in their order, and the addresses that it found."""

    asked: tuple[Answer, ...]
    addresses: tuple[str, ...]


#: The hostname and subdomain of the pods that ask; a Service named as the subdomain need not exist.
POD_HOSTNAME, POD_SUBDOMAIN = "asker", "askers"


class PodIdentity(NamedTuple):
    """The names and addresses of a pod with a hostname and a subdomain, as seen from inside.

    Attributes:
        hostname: its hostname.
        subdomain: the subdomain that it was created with.
        addresses: its own addresses.
        hosts: the text of its ``/etc/hosts``.
    """

    hostname: str
    subdomain: str
    addresses: tuple[str, ...]
    hosts: str


class Resolver(Protocol):
    """The stub resolver of a pod."""

    @property
    def configuration(self) -> ResolverConfiguration:
        """The configuration that the kubelet wrote for the pod."""

    @property
    def identity(self) -> PodIdentity:
        """The pod's own names and addresses."""

    def lookup(self, name: str, family: Family, transport: Transport) -> Lookup:
        """Look up a name's addresses as an application does."""


def candidates(name: str, configuration: ResolverConfiguration) -> Iterator[dns.name.Name]:
    """Return the full names that a resolver tries for a name, in their order (resolv.conf(5), ``search`` and ``ndots``).

    A name with a final dot is tried alone. A name with at least ``ndots`` dots is tried as it is first, any other last.
    """
    absolute = dns.name.from_text(name)
    searched = [dns.name.from_text(name, origin=suffix) for suffix in configuration.search]
    if name.endswith("."):
        yield absolute
    elif name.count(".") >= configuration.ndots:
        yield from (absolute, *searched)
    else:
        yield from (*searched, absolute)
