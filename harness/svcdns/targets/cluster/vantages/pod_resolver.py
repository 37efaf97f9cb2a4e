"""The resolver of a pod, used from inside that pod."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import dns.name
from dns.rdatatype import AAAA, A

from svcdns.client import Transport, ask
from svcdns.client.resolver import POD_SUBDOMAIN, Lookup, PodIdentity, ResolverConfiguration
from svcdns.errors import TargetError, UndeterminedError
from svcdns.message import Question
from svcdns.state import Family
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages.probe import probe_pod
from svcdns.targets.cluster.vantages.probe.relaying import Relay, Relayed
from svcdns.targets.cluster.vantages.search import Libc, configuration, search

#: What a C library waits for an answer (resolv.conf(5), ``timeout``), and for all of them.
_QUESTION_SECONDS = 5.0
_LOOKUP_SECONDS = 60.0

#: A name below nothing that the pod searches is forwarded to somewhere that may never answer; it says nothing of the cluster.
_OUTSIDE_SECONDS = 1.0

#: How many pods are kept in conversation; another is ended for the next, and begun again when it is needed.
_CONVERSATIONS = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What a pod was given to resolve names with.

    Attributes:
        resolv_conf: the content of ``/etc/resolv.conf``.
        hosts: the content of ``/etc/hosts``.
        hostname: what the pod calls itself.
        libc: the C library of its image.
    """

    resolv_conf: str
    hosts: str
    hostname: str
    libc: Libc


class PodResolver:
    """The stub resolver of a pod: its configuration, its C library, its place in the network.

    Attributes:
        relay: the relay in the pod.
    """

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    @cached_property
    def facts(self) -> Facts:
        """What the pod was given to resolve names with."""
        said = self.relay.ask(b"facts", timeout_seconds=_QUESTION_SECONDS)
        try:
            resolv_conf, hosts, hostname, glibc = [field.decode(errors="replace") for field in said]
        except ValueError as error:
            raise UndeterminedError(f"what the relay in {self.relay.place} says makes no sense: {error}") from error
        return Facts(resolv_conf, hosts, hostname, "glibc" if glibc else "musl")

    @cached_property
    def configuration(self) -> ResolverConfiguration:
        """What the kubelet wrote for the pod."""
        return configuration(self.facts.resolv_conf)

    @cached_property
    def identity(self) -> PodIdentity:
        """What the pod knows of itself; its addresses are what its C library finds for its host name."""
        hostname = self.facts.hostname.encode()
        found = [
            address.decode()
            for family in (b"4", b"6")
            for address in self.relay.ask(b"addresses", hostname, family, timeout_seconds=_LOOKUP_SECONDS)
        ]
        return PodIdentity(self.facts.hostname, POD_SUBDOMAIN, tuple(found), self.facts.hosts)

    def lookup(self, name: str, family: Family, transport: Transport) -> Lookup:
        """Ask the pod's first nameserver what its C library would ask; the addresses are what that itself finds.

        Raises:
            UndeterminedError: if the pod is out of reach or has no nameserver.
        """
        if not self.configuration.nameservers:
            raise UndeterminedError("the pod's /etc/resolv.conf names no nameserver")
        channel = Relayed(self.relay, self.configuration.nameservers[0])
        type_ = A if family == "IPv4" else AAAA
        asked = search(
            name,
            self.configuration,
            self.facts.libc,
            lambda candidate: ask(
                channel, Question(candidate, type_), transport=transport, timeout_seconds=self._patience(candidate)
            ),
        )
        found = self.relay.ask(
            b"addresses", name.encode(), family.removeprefix("IPv").encode(), timeout_seconds=_LOOKUP_SECONDS
        )
        return Lookup(asked, tuple(address.decode() for address in found))

    def _patience(self, candidate: dns.name.Name) -> float:
        searched = any(candidate.is_subdomain(suffix) for suffix in self.configuration.search)
        return _QUESTION_SECONDS if searched else _OUTSIDE_SECONDS


class PodResolvers:
    """Resolvers by Namespace, each in a probe pod that is created when it is first wanted and goes with its Namespace."""

    def __init__(self, own: Ownership, image: str) -> None:
        self._own = own
        self._image = image
        self._lock = Lock()
        self._resolvers: dict[str, PodResolver] = {}
        self._recent: OrderedDict[str, Relay] = OrderedDict()

    def of(self, namespace: str) -> PodResolver:
        """The resolver of a Namespace; its pod is waited for when it is first asked.

        Raises:
            UndeterminedError: if its pod is refused.
        """
        with self._lock:
            if namespace not in self._resolvers:
                try:
                    probe_pod.create(self._own, namespace, self._image)
                except TargetError as error:
                    raise UndeterminedError(f"no probe pod in the Namespace {namespace}: {error}") from error
                relay = probe_pod.relay_in(self._own.api, namespace, self._image)
                self._resolvers[namespace] = PodResolver(relay)
            resolver = self._resolvers[namespace]
            self._recent[namespace] = resolver.relay
            self._recent.move_to_end(namespace)
            if len(self._recent) > _CONVERSATIONS:
                self._recent.popitem(last=False)[1].close()
            return resolver

    def close(self) -> None:
        """End all conversations."""
        for relay in self._recent.values():
            relay.close()
        self._recent.clear()
