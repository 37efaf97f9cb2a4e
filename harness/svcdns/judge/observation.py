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
from svcdns.client import PLAIN, Answer, QueryForm, Transport
from svcdns.client.resolver import Resolver
from svcdns.errors import FeatureError, UndeterminedError, did_you_mean
from svcdns.message import Question
from svcdns.state import CLUSTER_DOMAIN, ClusterState, Family, Key, Pod, Service

TYPE_OF: dict[Family, RdataType] = {"IPv4": A, "IPv6": AAAA}
OTHER: dict[Family, Family] = {"IPv4": "IPv6", "IPv6": "IPv4"}

#: What full names in features say for namespaces whose names are not known before the run.
PLACEHOLDERS = ("my-namespace", "neighbour")


class Ask(Protocol):
    """Asks one question.

    ``edns`` is the payload size to offer, or None for no OPT record; ``forwarded`` says that the server may have to ask
    an upstream resolver, and gets the time for it; ``form`` has the query's flags and options.
    """

    def __call__(
        self, question: Question, *, edns: int | None = None, forwarded: bool = False, form: QueryForm = PLAIN
    ) -> Answer:
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

        In a name that ends in ``cluster.local``, with or without a final dot, that stands for the cluster domain,
        ``my-namespace`` for the scenario's namespace and ``neighbour`` for the one beside it. Any other name that ends in
        a dot is taken as it is.

        Raises:
            FeatureError: if it is no DNS name.
        """
        return domain_name(name, self._completed(name))

    def below(self, labels: str, service: str) -> dns.name.Name:
        """Return the full name of labels below a Service's name.

        Raises:
            FeatureError: if it is no DNS name.
        """
        namespace, slash, own = service.rpartition("/")
        return self.full_name(f"{namespace}{slash}{labels}.{own}")

    def looked_up(self, name: str) -> str:
        """Return a name as a pod looks it up: as it is written, with the namespaces that are known only now."""
        if _front(name, CLUSTER_DOMAIN) is not None:
            return self._completed(name).removesuffix("." * (not name.endswith(".")))
        first, *labels = name.split(".")
        return ".".join([first, *(self._namespace(label) if label in PLACEHOLDERS else label for label in labels)])

    def key(self, service: str) -> Key:
        """Return the key of a Service that is written as `service_written` reads it."""
        return service_key(service, self.namespace, self.neighbour)

    def service(self, name: str) -> Service:
        """Return the Service of that name in the namespace, or elsewhere, written as `service_written` reads it.

        Raises:
            UndeterminedError: if there is none, so that nothing can be said about its answers.
        """
        key = self.key(name)
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
        for domain in (CLUSTER_DOMAIN, self.state.domain):
            if (front := _front(name, domain)) is not None:
                labels = [self._namespace(label) if label in PLACEHOLDERS else label for label in front.split(".")]
                return f"{'.'.join(labels)}{self.state.domain}."
        if name.endswith("."):
            return name
        namespace, _, own = name.rpartition("/")
        return f"{own}.{self._namespace(namespace)}.svc.{self.state.domain}."

    def _namespace(self, name: str) -> str:
        return _namespace(name, self.namespace, self.neighbour)


def _front(name: str, domain: str) -> str | None:
    """Return what stands before a domain that a name ends in, with its dot; None where it does not end in it."""
    bare = name.removesuffix(".")
    return bare[: -len(domain)] if f".{bare}".lower().endswith(f".{domain.lower()}") else None


def domain_name(written: str, completed: str) -> dns.name.Name:
    """Return a name from its text.

    Args:
        written: how a sentence writes it.
        completed: its full text.

    Raises:
        FeatureError: if it is no DNS name.
    """
    try:
        return message.name(completed)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise FeatureError(f'"{written}" is not a DNS name: {error}') from error


def service_written(text: str) -> tuple[str, str]:
    """Return the namespace and the name of a Service as a sentence writes it, the namespace empty if it is the scenario's.

    It is written as ``<name>``, as ``<namespace>/<name>``, or by its full DNS name, with or without a final dot.
    """
    if front := _front(text, f"svc.{CLUSTER_DOMAIN}"):
        own, _, namespace = front.removesuffix(".").rpartition(".")
        return namespace, own
    namespace, _, own = text.rpartition("/")
    return namespace, own


def service_key(text: str, namespace: str, neighbour: str) -> Key:
    """Return the key of a Service that is written as `service_written` reads it, in a scenario's Namespaces."""
    written, name = service_written(text)
    return Key(_namespace(written, namespace, neighbour), name)


def _namespace(written: str, namespace: str, neighbour: str) -> str:
    return {"": namespace, "my-namespace": namespace, "neighbour": neighbour}.get(written, written)


def service_above(name: str) -> str:
    """Return the Service, as a sentence writes one, that a name below a Service's belongs to."""
    namespace, own = service_written(name)
    return f"{namespace}/{own.rpartition('.')[2]}"


def record_type(text: str) -> RdataType:
    """Return the record type that a sentence names.

    Raises:
        FeatureError: if there is no such type, or none that a query can ask for.
    """
    try:
        type_ = dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError) as error:
        raise FeatureError(
            f'"{text}" is not a record type: name one, such as A, AAAA, SRV or PTR{did_you_mean(text.upper(), _TYPES)}'
        ) from error
    if type_ in _NO_QUESTIONS:
        raise FeatureError(
            f'"{text}" is not a record type that a query asks for: name one, such as A, AAAA, SRV or PTR'
        )
    return type_


#: The record types that have names.
_TYPES = tuple(RdataType.__members__)

#: Types that no ordinary query asks for: they are parts of messages, reserved, or zone transfers, which TCP alone carries.
_NO_QUESTIONS = frozenset(
    {
        RdataType.TYPE0,
        RdataType.OPT,
        RdataType.TKEY,
        RdataType.TSIG,
        RdataType.IXFR,
        RdataType.AXFR,
    }
)
