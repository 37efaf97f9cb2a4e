"""One observation of a DNS server: whom to ask, over what, and the state to read the answers against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import dns.exception
import dns.name
import dns.rdatatype
from dns.rdatatype import AAAA, A, RdataType

from svcdns import message
from svcdns.client import Answer, Transport
from svcdns.client.resolver import Resolver
from svcdns.errors import FeatureError, UndeterminedError
from svcdns.message import Question
from svcdns.state import CLUSTER_DOMAIN, ClusterState, Family, Key, Pod, Service

TYPE_OF: dict[Family, RdataType] = {"IPv4": A, "IPv6": AAAA}
OTHER: dict[Family, Family] = {"IPv4": "IPv6", "IPv6": "IPv4"}

#: What full names in features say for namespaces whose names are not known before the run.
_PLACEHOLDERS = ("my-namespace", "neighbour")


class Ask(Protocol):
    """Asks one question.

    ``edns`` is the payload size to offer, or None for no OPT record; ``forwarded`` says that the server may have to ask
    an upstream resolver, and gets the time for it.
    """

    def __call__(self, question: Question, *, edns: int | None = None, forwarded: bool = False) -> Answer:
        """Return what the server answers."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One DNS server, asked over one transport, beside the state of one moment.

    Attributes:
        namespace: the scenario's namespace.
        neighbour: the second namespace of a scenario that has one.
        ask: asks a question about the cluster.
        ask_outside: asks one that the cluster need not answer, so that it may be forwarded out.
        send: sends a message as it is, on behalf of a question that it is about.
        ask_together: asks several questions, over TCP on one connection.
        resolver: the resolver of a pod in the namespace.
    """

    state: ClusterState
    namespace: str
    neighbour: str
    transport: Transport
    ask: Ask
    ask_outside: Callable[[Question], Answer]
    send: Callable[[bytes, Question], Answer]
    ask_together: Callable[[list[Question]], list[Answer]]
    resolver: Callable[[], Resolver]

    def full_name(self, name: str) -> dns.name.Name:
        """Return the full name of one that is written as a client in the namespace writes it.

        In a name that ends in ``cluster.local``, that stands for the cluster domain, ``my-namespace`` for the scenario's
        namespace and ``neighbour`` for the one beside it. A name that ends in a dot is taken as it is.

        Raises:
            FeatureError: if it is no DNS name.
        """
        try:
            return message.name(self._completed(name))
        except dns.exception.DNSException as error:
            raise FeatureError(f'"{name}" is not a DNS name: {error}') from error

    def below(self, labels: str, service: str) -> dns.name.Name:
        """Return the full name of labels below a Service's name.

        Raises:
            FeatureError: if it is no DNS name.
        """
        namespace, slash, own = service.rpartition("/")
        return self.full_name(f"{namespace}{slash}{labels}.{own}")

    def service(self, name: str) -> Service:
        """Return the Service of that name in the namespace, or elsewhere: ``<namespace>/<name>`` or ``neighbour/<name>``.

        Raises:
            UndeterminedError: if there is none, so that nothing can be said about its answers.
        """
        namespace, _, own = name.rpartition("/")
        key = Key(self._namespace(namespace), own)
        if key not in self.state.services:
            raise UndeterminedError(f"there is no Service {key}")
        return self.state.services[key]

    def service_with_virtual_ip(self, name: str) -> Service:
        """Return a Service as `service` does, which has a virtual IP.

        Raises:
            UndeterminedError: if there is no Service of that name, or it has no virtual IP.
        """
        service = self.service(name)
        if not service.cluster_ips:
            raise UndeterminedError(f"the Service {service.key} has no virtual IP")
        return service

    def pod(self, name: str) -> Pod:
        """Return the pod of that name in the namespace.

        Raises:
            UndeterminedError: if there is none, or it has no address.
        """
        pod = self.state.pods.get(Key(self.namespace, name))
        if pod is None or not pod.addresses:
            raise UndeterminedError(f"there is no pod {self.namespace}/{name} with an address")
        return pod

    def _completed(self, name: str) -> str:
        if name.endswith("."):
            return name
        if not f".{name}".lower().endswith(f".{CLUSTER_DOMAIN}"):
            namespace, _, own = name.rpartition("/")
            return f"{own}.{self._namespace(namespace)}.svc.{self.state.domain}"
        front = name[: -len(CLUSTER_DOMAIN)].split(".")
        labels = [self._namespace(label) if label in _PLACEHOLDERS else label for label in front]
        return ".".join(labels) + self.state.domain

    def _namespace(self, name: str) -> str:
        return {"": self.namespace, "my-namespace": self.namespace, "neighbour": self.neighbour}.get(name, name)


def record_type(text: str) -> RdataType:
    """Return the record type that a sentence names.

    Raises:
        FeatureError: if there is no such type.
    """
    try:
        return dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError) as error:
        raise FeatureError(f'"{text}" is not a record type: name one, such as A, AAAA, SRV or PTR') from error
