"""Symbols for what differs from run to run: addresses that a cluster hands out, and names that it makes up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.reversename

from svcdns.message import name as named
from svcdns.records import COREDNS
from svcdns.records.rules import endpoint_label
from svcdns.state import ClusterState, Endpoint, Key, Pod

#: Owners that give their pods random names.
_RANDOM = ("ReplicaSet/", "DaemonSet/", "ReplicationController/", "Job/")


@dataclass(frozen=True, slots=True)
class Symbols:
    """How addresses and names are written.

    What a manifest states is written as it stands. Pods with random names are numbered in the order of those names,
    which is how scenarios choose among them.

    Attributes:
        addresses: symbols by address.
        labels: symbols by the labels, in lower case, that stand for them in names.
        places: what namespaces are called, by their names in lower case.
        pods: what pods are called.
        domain: the cluster domain.
    """

    addresses: Mapping[str, str]
    labels: Mapping[str, str]
    places: Mapping[str, str]
    pods: Mapping[Key, str]
    domain: str

    def address(self, address: str) -> str:
        """An address, or its symbol."""
        return self.addresses.get(address, address)

    def name(self, name: dns.name.Name) -> str:
        """A name as a client in the scenario's namespace writes it, a name elsewhere in full; a reverse name in words."""
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

    def _label(self, label: str) -> str:
        if label.lower() in self.places:
            place = self.places[label.lower()]
            return place.upper() if label.isupper() else place
        return self.labels.get(label.lower(), label)


def symbols(state: ClusterState, before: ClusterState, namespace: str, neighbour: str) -> Symbols:
    """The symbols for a state.

    Args:
        state: the state.
        before: the state that a scenario began with; what has another address since then is new.
        namespace: the scenario's namespace.
        neighbour: the one beside it.
    """
    pods = dict(_called(state, before, (namespace, neighbour)))
    places = {namespace: "my-namespace", neighbour: "neighbour"}
    addresses: dict[str, str] = {}
    labels: dict[str, str] = {}
    for key, called in pods.items():
        for address, symbol in _of_pod(state.pods[key], called, before.pods.get(key)):
            addresses[address] = symbol
            labels[dashed(address)] = symbol.replace("address of", "dashed address of")
        if called != key.name:
            labels[key.name] = f"<name of {called}>"
    for key, service in sorted(state.services.items()):
        own = key.name if key.namespace == namespace else f"{key.name}.{places.get(key.namespace, key.namespace)}"
        old = before.services.get(key)
        for address in service.cluster_ips:
            family = f"{'IPv6' if ':' in address else 'IPv4'} " if len(service.cluster_ips) > 1 else ""
            new = "new " if old is not None and address not in old.cluster_ips else ""
            addresses[address] = f"<{new}{family}virtual IP of {own}>"
    return Symbols(addresses, labels, places, pods, state.domain)


def dashed(address: str) -> str:
    """The label that CoreDNS assigns to an endpoint without a hostname: its address with dashes."""
    return endpoint_label(Endpoint((address,)), address, Key("", ""), COREDNS)


def _called(state: ClusterState, before: ClusterState, namespaces: tuple[str, ...]) -> Iterator[tuple[Key, str]]:
    numbers = {"pod": 0, "new pod": 0}
    for key, pod in sorted(state.pods.items()):
        if key.namespace not in namespaces:
            continue
        if not pod.owner.startswith(_RANDOM):
            yield key, key.name
            continue
        kind = "pod" if key in before.pods else "new pod"
        numbers[kind] += 1
        yield key, f"{kind} {numbers[kind]}"


def _of_pod(pod: Pod, called: str, old: Pod | None) -> Iterator[tuple[str, str]]:
    for number, address in enumerate(pod.addresses):
        family = "" if number == 0 else f"{'IPv6' if ':' in address else 'IPv4'} "
        new = "new " if old is not None and address not in old.addresses else ""
        yield address, f"<{new}{family}address of {called}>"
