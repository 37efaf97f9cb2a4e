"""One look at a DNS server, and the comparison of one answer with what was promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
from dns.rdata import Rdata
from dns.rdatatype import AAAA, A, RdataType

from svcdns.client import Answer, Transport, dig
from svcdns.client.resolver import Resolver
from svcdns.errors import HarnessError, UndeterminedError
from svcdns.message import Question, name, port, target
from svcdns.results import Finding
from svcdns.state import CLUSTER_DOMAIN, ClusterState, Family, Key, Pod, Service, family_of

TYPE_OF: dict[Family, RdataType] = {"IPv4": A, "IPv6": AAAA}
OTHER: dict[Family, Family] = {"IPv4": "IPv6", "IPv6": "IPv4"}

#: What stands in full names for namespaces whose names nobody knows before the run.
_STAND_INS = ("my-namespace", "neighbour")


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read against what was promised; `results.Finding` says what each part means.

    Attributes:
        promise: the sentence of the feature that the answer was read for.
        asked: the name that a client asked for, as a sentence writes it, where nothing is promised of the answer.
    """

    answer: Answer
    expected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    problem: str = ""
    observed: str = ""
    promise: str = ""
    asked: str = ""

    @property
    def kept(self) -> bool:
        """Whether the answer keeps the promise."""
        return not self.problem

    def finding(self) -> Finding:
        """The reading as plain data."""
        return Finding(
            promise=self.promise,
            question=str(self.answer.question),
            command=dig(self.answer.question, self.answer.transport, self.answer.server, self.answer.edns),
            server=self.answer.server,
            transport=self.answer.transport,
            answer=said(self.answer),
            expected=self.expected,
            missing=self.missing,
            unexpected=self.unexpected,
            problem=self.problem,
            discarded=tuple(discarded.reason for discarded in self.answer.discarded),
            observed=self.observed,
            seconds=self.answer.seconds,
        )


class NotConformantError(HarnessError):
    """An answer breaks a promise.

    Attributes:
        readings: every answer of the look, the breaking one last.
        choices: the legal choices that the promise leaves; the answer is none of them.
    """

    def __init__(self, readings: Iterable[Reading], choices: tuple[str, ...] = ()) -> None:
        self.readings = tuple(readings)
        self.choices = choices
        super().__init__(self.readings[-1].problem)


class Ask(Protocol):
    """Asks one question.

    ``edns`` is the payload size to offer, or None for no OPT record; ``forwarded`` says that the server may have to ask
    others outside of the cluster, and gets the time for it.
    """

    def __call__(self, question: Question, *, edns: int | None = None, forwarded: bool = False) -> Answer:
        """What the server answers."""


@dataclass(frozen=True, slots=True)
class Look:
    """One DNS server, asked over one transport, beside the state of one moment.

    Attributes:
        namespace: the scenario's namespace.
        neighbour: the second namespace of a scenario that has one.
        ask: asks a question about the cluster.
        ask_outside: asks one that the cluster is to have no answer to, so that it may be forwarded out.
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

    def name(self, written: str) -> dns.name.Name:
        """The full name of one that is written as a client in the namespace writes it.

        In a name that ends in ``cluster.local``, that stands for the cluster domain, ``my-namespace`` for the scenario's
        namespace and ``neighbour`` for the one beside it. A name that ends in a dot is taken as it is.
        """
        if written.endswith("."):
            return name(written)
        if not f".{written}".lower().endswith(f".{CLUSTER_DOMAIN}"):
            namespace, _, own = written.rpartition("/")
            return name(f"{own}.{self._place(namespace)}.svc.{self.state.domain}")
        front = written[: -len(CLUSTER_DOMAIN)].split(".")
        return name(
            ".".join(self._place(label) if label in _STAND_INS else label for label in front) + self.state.domain
        )

    def below(self, labels: str, service: str) -> dns.name.Name:
        """The full name of labels below a Service's name."""
        namespace, slash, own = service.rpartition("/")
        return self.name(f"{namespace}{slash}{labels}.{own}")

    def _place(self, namespace: str) -> str:
        return {"": self.namespace, "my-namespace": self.namespace, "neighbour": self.neighbour}.get(
            namespace, namespace
        )

    def service(self, name: str) -> Service:
        """The Service of that name in the namespace; ``<namespace>/<name>``, or ``neighbour/<name>``, names one elsewhere.

        Raises:
            UndeterminedError: if there is none, so that nothing can be said about its answers.
        """
        namespace, _, own = name.rpartition("/")
        key = Key(self._place(namespace), own)
        if key not in self.state.services:
            raise UndeterminedError(f"there is no Service {key}")
        return self.state.services[key]

    def pod(self, name: str) -> Pod:
        """The pod of that name in the namespace.

        Raises:
            UndeterminedError: if there is none, or it has no address.
        """
        pod = self.state.pods.get(Key(self.namespace, name))
        if pod is None or not pod.addresses:
            raise UndeterminedError(f"there is no pod {self.namespace}/{name} with an address")
        return pod


@dataclass(frozen=True, slots=True)
class Promise:
    """What one sentence of a feature promises about a server's answers.

    Attributes:
        judge: asks what the sentence needs, and reads each answer.
        choices: the legal choices, where the sentence leaves one.
        of_resolver: whether it is about a pod's resolver, which is the same whichever server we would ask ourselves.
        reverse_names: whether it queries PTR records of addresses.
    """

    judge: Callable[[Look], Iterable[Reading]]
    choices: tuple[str, ...] = ()
    of_resolver: bool = False
    reverse_names: bool = False


@dataclass(frozen=True, slots=True)
class PromiseOfState:
    """What one sentence of a feature says about the cluster itself; what breaks it is no fault of DNS."""

    problem: Callable[[ClusterState, str], str]


def ready_pods(look: Look, service: Service) -> tuple[Pod, ...]:
    """The pods that the Service selects and that are ready, read from the Pods themselves, in the order of their names.

    With ``publishNotReadyAddresses`` every pod that runs counts as ready (J03).
    """
    wanted = (service.selector or {}).items()
    return tuple(
        pod
        for key, pod in sorted(look.state.pods.items())
        if key.namespace == service.key.namespace
        and wanted <= pod.labels.items()
        and pod.addresses
        and pod.phase not in ("Succeeded", "Failed")
        and (service.publish_not_ready or (pod.ready and not pod.terminating))
    )


class Backend(NamedTuple):
    """A ready endpoint of a Service as a sentence means it; ``hostname`` is empty where it has none below the Service."""

    hostname: str
    addresses: tuple[str, ...]


def backends(look: Look, service: Service) -> tuple[Backend, ...]:
    """The ready endpoints of a Service, read from Pods, or from EndpointSlices where those are written by hand.

    A condition that a hand-written EndpointSlice leaves open counts as ready (C16); what it says twice counts once (C15).
    """
    served = families(look, service)
    if service.selector:
        own = service.key.name
        found = [(pod.hostname * (pod.subdomain == own), pod.addresses) for pod in ready_pods(look, service)]
    else:
        found = [
            (endpoint.hostname, endpoint.addresses)
            for one in look.state.slices_by_service.get(service.key, ())
            if one.address_type in served
            for endpoint in one.endpoints
            if endpoint.ready is not False
        ]
    return tuple(
        dict.fromkeys(
            Backend(hostname, tuple(address for address in addresses if family_of(address) in served))
            for hostname, addresses in found
        )
    )


def families(look: Look, service: Service) -> tuple[Family, ...]:
    """The IP families in which a Service has addresses.

    A headless Service without a selector may have both on any cluster; then its EndpointSlices say which it has.
    """
    if not service.headless or service.selector:
        return service.families
    written = {one.address_type for one in look.state.slices_by_service.get(service.key, ())}
    return tuple(family for family in service.families if family in written) or service.families


def addresses(found: Iterable[Backend], family: Family) -> tuple[str, ...]:
    """The endpoints' addresses of one family, each once."""
    every = (address for backend in found for address in backend.addresses)
    return tuple(dict.fromkeys(address for address in every if family_of(address) == family))


def in_other_cases(found: dns.name.Name) -> Iterator[dns.name.Name]:
    """The name in capitals, and with every other letter in them: as a client may ask that mixes case against forgery."""
    lower = str(found).lower()
    mixed = "".join(letter.upper() if index % 2 else letter for index, letter in enumerate(lower))
    yield from map(name, (lower.upper(), mixed, mixed.swapcase()))


def address_row(address: str) -> str:
    """What `row` says of the address record of an address."""
    return f"{TYPE_OF[family_of(address)].name} {address}"


def row(rdata: Rdata) -> str:
    """What a promise compares of a record: its type and data, names without regard to case, priority and weight left out."""
    if rdata.rdclass != dns.rdataclass.IN:
        return f"{dns.rdataclass.to_text(rdata.rdclass)} {dns.rdatatype.to_text(rdata.rdtype)} {rdata}"
    match rdata.rdtype:
        case dns.rdatatype.SRV:
            return f"SRV port {port(rdata)} {target(rdata).canonicalize()}"
        case dns.rdatatype.CNAME | dns.rdatatype.PTR | dns.rdatatype.NS:
            return f"{dns.rdatatype.to_text(rdata.rdtype)} {target(rdata).canonicalize()}"
        case _:
            return f"{dns.rdatatype.to_text(rdata.rdtype)} {rdata}"


def expect_rows(answer: Answer, expected: Iterable[str]) -> Reading:
    """The answer section holds exactly the rows promised, each once, all owned by the name asked for.

    A truncated answer over UDP may lack some of them; the same question over TCP may not.
    """
    got = [
        row(record.rdata) if record.owner == answer.question.name else f"{row(record.rdata)} owned by {record.owner}"
        for record in answer.answer
    ]
    return expect_followed(answer, expected, got)


def expect_followed(answer: Answer, expected: Iterable[str], rows: Iterable[str]) -> Reading:
    """As `expect_rows`, with the answer's rows as the caller reads them: an alias is followed by what others own."""
    expected = tuple(sorted(set(expected)))
    if problem := unanswered(answer) or _wrong_rcode(answer, dns.rcode.NOERROR):
        return reading(answer, expected, problem=problem)
    got = Counter(rows)
    missing = tuple(one for one in expected if one not in got)
    unexpected = tuple(one for one in got if one not in expected) + tuple(
        f"{one}, {times} times" for one, times in got.items() if times > 1 and one in expected
    )
    problem = ""
    if unexpected:
        problem = f"{answer.question} answers {', '.join(unexpected)}, which nothing promises"
    elif missing and not (answer.truncated and answer.transport == "udp"):
        problem = f"{answer.question} does not answer {', '.join(missing)}"
    return reading(answer, expected, missing=missing, unexpected=unexpected, problem=problem)


def expect_no_data(answer: Answer) -> Reading:
    """The name exists and has no record of the type asked: NOERROR with an empty answer section (RFC 2308)."""
    return _expect_empty(answer, dns.rcode.NOERROR, "NODATA (NOERROR, no records)")


def expect_no_name(answer: Answer) -> Reading:
    """The name does not exist: NXDOMAIN with an empty answer section."""
    return _expect_empty(answer, dns.rcode.NXDOMAIN, "NXDOMAIN")


def _expect_empty(answer: Answer, rcode: dns.rcode.Rcode, promised: str) -> Reading:
    unexpected = tuple(row(record.rdata) for record in answer.answer)
    problem = unanswered(answer) or _wrong_rcode(answer, rcode)
    if not problem and unexpected:
        problem = f"{answer.question} answers {', '.join(unexpected)}, where nothing is promised"
    return reading(answer, (promised,), unexpected=unexpected, problem=problem)


def unanswered(answer: Answer) -> str:
    """Why there is no answer to be judged, with what came instead; or nothing."""
    if not answer.failure:
        return ""
    instead = "; ".join(dict.fromkeys(discarded.reason for discarded in answer.discarded))
    came = f"; what came was {instead}" if instead else ""
    return f"{answer.question} is not answered: {answer.failure}{came}"


def _wrong_rcode(answer: Answer, promised: dns.rcode.Rcode) -> str:
    rcode = answer.rcode
    if rcode is None or rcode == promised:
        return ""
    return f"{answer.question} answers {dns.rcode.to_text(rcode)}, not {dns.rcode.to_text(promised)}"


def reading(
    answer: Answer,
    expected: tuple[str, ...],
    *,
    missing: tuple[str, ...] = (),
    unexpected: tuple[str, ...] = (),
    problem: str = "",
    observed: str = "",
) -> Reading:
    """An answer with what was made of it."""
    return Reading(answer, expected, missing, unexpected, problem, observed)


def said(answer: Answer) -> tuple[str, ...]:
    """The answer as lines of text: rcode and flags, then the records of each section."""
    if answer.failure or answer.rcode is None:
        return (answer.failure or "no answer",)
    lines = [f"{dns.rcode.to_text(answer.rcode)}, flags {' '.join(answer.flags)}"]
    for section in ("answer", "authority", "additional"):
        lines += [f"{section}: {record}" for record in getattr(answer, section)]
    return tuple(lines)
