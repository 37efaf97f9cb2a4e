"""The stub resolver of a pod, used from inside that pod."""

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
from svcdns.targets.cluster.apiserver.api import Api
from svcdns.targets.cluster.ownership import Ownership
from svcdns.targets.cluster.vantages.probe import probe_pod
from svcdns.targets.cluster.vantages.probe.relaying import Relay, Relayed
from svcdns.targets.cluster.vantages.search import Libc, configuration, search

#: How long a C library waits for one answer (resolv.conf(5), ``timeout``), and the longest wait for a whole lookup.
_QUESTION_SECONDS = 5.0
_LOOKUP_SECONDS = 60.0

#: The wait for a name outside the search domains: it is forwarded upstream, may never be answered, and shows nothing
#: about the cluster.
_OUTSIDE_SECONDS = 1.0

#: How many relays are kept running; the one that was not used for longest is ended, and started again when it is
#: needed.
_RUNNING = 4


@dataclass(frozen=True, slots=True)
class PodEnvironment:
    """What a pod resolves names with.

    Attributes:
        resolv_conf: the content of ``/etc/resolv.conf``.
        hosts: the content of ``/etc/hosts``.
        hostname: the pod's host name.
        libc: the C library of its image.
    """

    resolv_conf: str
    hosts: str
    hostname: str
    libc: Libc


class PodResolver:
    """The stub resolver of a pod, with its configuration and its C library.

    Attributes:
        relay: the relay in the pod.
    """

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    @cached_property
    def environment(self) -> PodEnvironment:
        """What the pod resolves names with."""
        fields = self.relay.ask(b"environment", timeout_seconds=_QUESTION_SECONDS)
        try:
            resolv_conf, hosts, hostname, glibc = [field.decode(errors="replace") for field in fields]
        except ValueError as error:
            raise self.relay.unreadable(error) from error
        return PodEnvironment(resolv_conf, hosts, hostname, "glibc" if glibc else "musl")

    @cached_property
    def configuration(self) -> ResolverConfiguration:
        """The resolver configuration that the kubelet wrote for the pod."""
        return configuration(self.environment.resolv_conf)

    @cached_property
    def identity(self) -> PodIdentity:
        """The pod's own name and addresses; the addresses are those that its C library finds for its host name."""
        hostname = self.environment.hostname.encode()
        addresses = [
            address.decode()
            for family in (b"4", b"6")
            for address in self.relay.ask(b"addresses", hostname, family, timeout_seconds=_LOOKUP_SECONDS)
        ]
        return PodIdentity(self.environment.hostname, POD_SUBDOMAIN, tuple(addresses), self.environment.hosts)

    def lookup(self, name: str, family: Family, transport: Transport) -> Lookup:
        """Send the pod's first nameserver the queries of its C library; the addresses are those that the C library itself finds.

        Raises:
            UndeterminedError: if the pod cannot be reached or has no nameserver.
        """
        if not self.configuration.nameservers:
            raise UndeterminedError("the pod's /etc/resolv.conf names no nameserver")
        channel = Relayed(self.relay, self.configuration.nameservers[0])
        type_ = A if family == "IPv4" else AAAA
        answers = search(
            name,
            self.configuration,
            self.environment.libc,
            lambda candidate: ask(
                channel, Question(candidate, type_), transport=transport, timeout_seconds=self._patience(candidate)
            ),
        )
        addresses = self.relay.ask(
            b"addresses", name.encode(), family.removeprefix("IPv").encode(), timeout_seconds=_LOOKUP_SECONDS
        )
        return Lookup(answers, tuple(address.decode() for address in addresses))

    def _patience(self, candidate: dns.name.Name) -> float:
        searched = any(candidate.is_subdomain(suffix) for suffix in self.configuration.search)
        return _QUESTION_SECONDS if searched else _OUTSIDE_SECONDS


def cluster_domain(api: Api, namespace: str, image: str) -> str:
    """Return the cluster domain that the kubelet wrote into the ``/etc/resolv.conf`` of a probe pod, or empty."""
    relay = probe_pod.relay_in(api, namespace, image)
    try:
        suffixes = PodResolver(relay).configuration.search
    finally:
        relay.close()
    of_services = (suffix for suffix in suffixes if suffix.labels[0].lower() == b"svc")
    return next((suffix.parent().to_text(omit_final_dot=True).lower() for suffix in of_services), "")


class PodResolvers:
    """The resolvers by Namespace, each in a probe pod that is created at the first use and deleted with its Namespace."""

    def __init__(self, own: Ownership, image: str) -> None:
        self._own = own
        self._image = image
        self._lock = Lock()
        self._resolvers: dict[str, PodResolver] = {}
        self._recent: OrderedDict[str, Relay] = OrderedDict()

    def of(self, namespace: str) -> PodResolver:
        """Return the resolver of a Namespace; its first lookup waits for its pod.

        Raises:
            UndeterminedError: if the pod cannot be created.
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
            if len(self._recent) > _RUNNING:
                self._recent.popitem(last=False)[1].close()
            return resolver

    def close(self) -> None:
        """End all relays."""
        for relay in self._recent.values():
            relay.close()
        self._recent.clear()
