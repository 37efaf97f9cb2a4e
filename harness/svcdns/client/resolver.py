"""A pod's stub resolver: what the kubelet tells it, and what it does with a short name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import dns.name

from svcdns.client import Answer
from svcdns.message import Transport
from svcdns.state import Family


class ResolverConfiguration(NamedTuple):
    """What ``/etc/resolv.conf`` says: the DNS servers, the search list, and from how many dots on a name is tried as it is."""

    nameservers: tuple[str, ...]
    search: tuple[dns.name.Name, ...]
    ndots: int


class Lookup(NamedTuple):
    """The questions that a lookup asked, in their order, and the addresses that it found."""

    asked: tuple[Answer, ...]
    addresses: tuple[str, ...]


#: What the pods that ask are called; a Service of the subdomain's name need not exist.
POD_HOSTNAME, POD_SUBDOMAIN = "asker", "askers"


class PodIdentity(NamedTuple):
    """What a pod with a hostname and a subdomain knows of itself.

    Attributes:
        hostname: what it calls itself.
        subdomain: the subdomain that it was created with.
        addresses: its own addresses, as it knows them.
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
        """What the kubelet wrote for the pod."""

    @property
    def identity(self) -> PodIdentity:
        """What the pod knows of itself."""

    def lookup(self, name: str, family: Family, transport: Transport) -> Lookup:
        """Look up a name's addresses as an application would."""


def candidates(name: str, configuration: ResolverConfiguration) -> Iterator[dns.name.Name]:
    """The full names that a resolver tries for a name, in their order (resolv.conf(5), ``search`` and ``ndots``).

    A name with a final dot is tried alone; one with at least ``ndots`` dots first as it is, any other as it is in the end.
    """
    absolute = dns.name.from_text(name)
    searched = [dns.name.from_text(name, origin=suffix) for suffix in configuration.search]
    if name.endswith("."):
        yield absolute
    elif name.count(".") >= configuration.ndots:
        yield from (absolute, *searched)
    else:
        yield from (*searched, absolute)
