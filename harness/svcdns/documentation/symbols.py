"""Symbols for what differs from run to run: addresses that a cluster allocates, and names that it generates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import dns.exception
import dns.name
import dns.reversename

from svcdns.message import name as named
from svcdns.records import COREDNS
from svcdns.records.rules import endpoint_label
from svcdns.state import ClusterState, Endpoint, Key, Pod

#: Owners that give their pods generated names.
_GENERATING = ("ReplicaSet/", "DaemonSet/", "ReplicationController/", "Job/")


class PodSymbol(NamedTuple):
    """How a pod is written.

    Attributes:
        name: in a sentence, such as ``web-0`` or ``pod 1``.
        title: as a heading, such as ``Pod web-0`` or ``Pod 1``.
        label: its name as a label of a DNS name, such as ``web-0`` or ``<name of pod 1>``.
    """

    name: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Symbols:
    """How addresses and names are written.

    What a manifest states is written as it is there. Pods with generated names are numbered in the order of those names,
    which is also the order in which scenarios choose among them.

    Attributes:
        addresses: symbols by address.
        labels: symbols by the labels, in lower case, that they replace in names.
        namespaces: symbols of namespaces, by their names in lower case.
        pods: symbols of pods.
        assigned: the labels, in lower case, that a server assigns to endpoints without a hostname.
        domain: the cluster domain.
    """

    addresses: Mapping[str, str]
    labels: Mapping[str, str]
    namespaces: Mapping[str, str]
    pods: Mapping[Key, PodSymbol]
    assigned: frozenset[str]
    domain: str

    def address(self, address: str) -> str:
        """Return the symbol of an address, or the address if it has none."""
        return self.addresses.get(address, address)

    def name(self, name: dns.name.Name) -> str:
        """Return a name as a client in the scenario's namespace writes it; a reverse name in words, any other in full."""
        if name.is_subdomain(dns.reversename.ipv4_reverse_domain) or name.is_subdomain(
            dns.reversename.ipv6_reverse_domain
        ):
            try:
                return f"reverse name of {self.address(dns.reversename.to_address(name))}"
            except dns.exception.SyntaxError:
                return name.to_text()
        labels = [self._label(label.decode()) for label in name.labels[:-1]]
        written = ".".join(labels)
        if not name.is_subdomain(named(self.domain)):
            return f"{written}."
        return written.removesuffix(f".my-namespace.svc.{self.domain}")

    def is_assigned(self, name: dns.name.Name) -> bool:
        """Return whether the first label of a name is one that a server assigns."""
        return name.labels[0].decode().lower() in self.assigned

    def _label(self, label: str) -> str:
        if label.lower() in self.namespaces:
            namespace = self.namespaces[label.lower()]
            return namespace.upper() if label.isupper() else namespace
        return self.labels.get(label.lower(), label)


def symbols(state: ClusterState, before: ClusterState, namespace: str, neighbour: str) -> Symbols:
    """Return the symbols for a state.

    Args:
        state: the state.
        before: the state at the beginning of the scenario; an address that has changed since is called new.
        namespace: the scenario's namespace.
        neighbour: the neighbouring namespace.
    """
    pods = dict(_pod_symbols(state, before, (namespace, neighbour)))
    namespaces = {namespace: "my-namespace", neighbour: "neighbour"}
    addresses: dict[str, str] = {}
    labels: dict[str, str] = {}
    for key, pod in pods.items():
        for address, kind in _addresses_of(state.pods[key], before.pods.get(key)):
            addresses[address] = f"<{kind}address of {pod.name}>"
            labels[assigned_label(address)] = f"<{kind}dashed address of {pod.name}>"
        if pod.label != key.name:
            labels[key.name] = pod.label
    for key, service in sorted(state.services.items()):
        own = key.name if key.namespace == namespace else f"{key.name}.{namespaces.get(key.namespace, key.namespace)}"
        old = before.services.get(key)
        for address in service.cluster_ips:
            family = f"{'IPv6' if ':' in address else 'IPv4'} " if len(service.cluster_ips) > 1 else ""
            new = "new " if old is not None and address not in old.cluster_ips else ""
            addresses[address] = f"<{new}{family}virtual IP of {own}>"
    return Symbols(addresses, labels, namespaces, pods, frozenset(_assigned_labels(state)), state.domain)


def assigned_label(address: str) -> str:
    """Return the label that CoreDNS assigns to an endpoint without a hostname: its address with dashes."""
    return endpoint_label(Endpoint((address,)), address, Key("", ""), COREDNS)


def _assigned_labels(state: ClusterState) -> Iterator[str]:
    for endpoint_slice in state.slices.values():
        for endpoint in endpoint_slice.endpoints:
            if not endpoint.hostname:
                yield from map(assigned_label, endpoint.addresses)


def _pod_symbols(
    state: ClusterState, before: ClusterState, namespaces: tuple[str, ...]
) -> Iterator[tuple[Key, PodSymbol]]:
    numbers = {"pod": 0, "new pod": 0}
    for key, pod in sorted(state.pods.items()):
        if key.namespace not in namespaces:
            continue
        if not pod.owner.startswith(_GENERATING):
            yield key, PodSymbol(key.name, f"Pod {key.name}", key.name)
            continue
        kind = "pod" if key in before.pods else "new pod"
        numbers[kind] += 1
        numbered = f"{kind} {numbers[kind]}"
        yield key, PodSymbol(numbered, numbered.capitalize(), f"<name of {numbered}>")


def _addresses_of(pod: Pod, old: Pod | None) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a pod, each with what tells it from the others."""
    for number, address in enumerate(pod.addresses):
        family = "" if number == 0 else f"{'IPv6' if ':' in address else 'IPv4'} "
        new = "new " if old is not None and address not in old.addresses else ""
        yield address, f"{new}{family}"
