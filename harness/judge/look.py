"""One look at a DNS server, and the comparison of one answer with what was promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdata import Rdata
from dns.rdatatype import AAAA, A, RdataType

from harness.client import Answer, dig
from harness.errors import HarnessError, UndeterminedError
from harness.message import Question, port, target
from harness.resolver import Lookup
from harness.results import Finding
from harness.state import ClusterState, Family, Key, Pod, Service

TYPE_OF: dict[Family, RdataType] = {"IPv4": A, "IPv6": AAAA}
OTHER: dict[Family, Family] = {"IPv4": "IPv6", "IPv6": "IPv4"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read against what was promised; `results.Finding` says what each part means."""

    answer: Answer
    words: str
    expected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    problem: str = ""
    observed: str = ""

    @property
    def kept(self) -> bool:
        """Whether the answer keeps the promise."""
        return not self.problem

    def finding(self) -> Finding:
        """The reading as plain data."""
        return Finding(
            promise=self.words,
            question=str(self.answer.question),
            command=dig(self.answer.question, self.answer.transport, self.answer.server, self.answer.edns),
            server=self.answer.server,
            transport=self.answer.transport,
            said=said(self.answer),
            expected=self.expected,
            missing=self.missing,
            unexpected=self.unexpected,
            problem=self.problem,
            discarded=tuple(discarded.reason for discarded in self.answer.discarded),
            observed=self.observed,
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


@dataclass(frozen=True, slots=True)
class Look:
    """One DNS server, asked over one transport, beside the state of one moment.

    Attributes:
        ask: asks a question about the cluster.
        ask_outside: asks one that the cluster is to have no answer to, so that it may be forwarded out.
        lookup: looks up a name's addresses as an application in a pod of the namespace would.
    """

    state: ClusterState
    namespace: str
    ask: Callable[[Question], Answer]
    ask_outside: Callable[[Question], Answer]
    lookup: Callable[[str, Family], Lookup]

    def name(self, relative: str) -> dns.name.Name:
        """The full name of one that is written as a client in the namespace writes it."""
        return dns.name.from_text(f"{relative}.{self.namespace}.svc.{self.state.domain}")

    def service(self, name: str) -> Service:
        """The Service of that name in the namespace; ``<namespace>/<name>`` names one elsewhere.

        Raises:
            UndeterminedError: if there is none, so that nothing can be said about its answers.
        """
        namespace, _, own = name.rpartition("/")
        key = Key(namespace or self.namespace, own)
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
        words: the sentence.
        judge: asks what the sentence needs, and reads each answer.
        choices: the legal choices, where the sentence leaves one.
        of_resolver: whether it is about a pod's resolver, which is the same whichever server we would ask ourselves.
    """

    words: str
    judge: Callable[[Look], Iterable[Reading]]
    choices: tuple[str, ...] = ()
    of_resolver: bool = False


@dataclass(frozen=True, slots=True)
class PromiseOfState:
    """What one sentence of a feature says about the cluster itself; what breaks it is no fault of DNS."""

    words: str
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


def addresses(pods: Iterable[Pod], family: Family) -> tuple[str, ...]:
    """The pods' addresses of one family."""
    return tuple(address for pod in pods if (address := pod.address(family)))


def row(rdata: Rdata) -> str:
    """What a promise compares of a record: its type and data, names without regard to case, priority and weight left out."""
    match rdata.rdtype:
        case dns.rdatatype.SRV:
            return f"SRV port {port(rdata)} {target(rdata).canonicalize()}"
        case dns.rdatatype.CNAME | dns.rdatatype.PTR | dns.rdatatype.NS:
            return f"{dns.rdatatype.to_text(rdata.rdtype)} {target(rdata).canonicalize()}"
        case _:
            return f"{dns.rdatatype.to_text(rdata.rdtype)} {rdata}"


def expect_rows(answer: Answer, words: str, expected: Iterable[str]) -> Reading:
    """The answer section holds exactly the rows promised, each once, all owned by the name asked for.

    A truncated answer over UDP may lack some of them; the same question over TCP may not.
    """
    expected = tuple(sorted(set(expected)))
    if problem := _no_reply(answer) or _wrong_rcode(answer, dns.rcode.NOERROR):
        return reading(answer, words, expected, problem=problem)
    got = Counter(
        row(record.rdata) if record.owner == answer.question.name else f"{row(record.rdata)} owned by {record.owner}"
        for record in answer.answer
    )
    missing = tuple(one for one in expected if one not in got)
    unexpected = tuple(one for one in got if one not in expected) + tuple(
        f"{one}, {times} times" for one, times in got.items() if times > 1 and one in expected
    )
    problem = ""
    if unexpected:
        problem = f"{answer.question} answers {', '.join(unexpected)}, which nothing promises"
    elif missing and not (answer.truncated and answer.transport == "udp"):
        problem = f"{answer.question} does not answer {', '.join(missing)}"
    return reading(answer, words, expected, missing=missing, unexpected=unexpected, problem=problem)


def expect_no_data(answer: Answer, words: str) -> Reading:
    """The name exists and has no record of the type asked: NOERROR with an empty answer section (RFC 2308)."""
    return _expect_empty(answer, words, dns.rcode.NOERROR, "NODATA (NOERROR, no records)")


def expect_no_name(answer: Answer, words: str) -> Reading:
    """The name does not exist: NXDOMAIN with an empty answer section."""
    return _expect_empty(answer, words, dns.rcode.NXDOMAIN, "NXDOMAIN")


def _expect_empty(answer: Answer, words: str, rcode: dns.rcode.Rcode, promised: str) -> Reading:
    unexpected = tuple(row(record.rdata) for record in answer.answer)
    problem = _no_reply(answer) or _wrong_rcode(answer, rcode)
    if not problem and unexpected:
        problem = f"{answer.question} answers {', '.join(unexpected)}, where nothing is promised"
    return reading(answer, words, (promised,), unexpected=unexpected, problem=problem)


def _no_reply(answer: Answer) -> str:
    return f"{answer.question} is not answered: {answer.failure}" if answer.failure else ""


def _wrong_rcode(answer: Answer, promised: dns.rcode.Rcode) -> str:
    rcode = answer.rcode
    if rcode is None or rcode == promised:
        return ""
    return f"{answer.question} answers {dns.rcode.to_text(rcode)}, not {dns.rcode.to_text(promised)}"


def reading(
    answer: Answer,
    words: str,
    expected: tuple[str, ...],
    *,
    missing: tuple[str, ...] = (),
    unexpected: tuple[str, ...] = (),
    problem: str = "",
    observed: str = "",
) -> Reading:
    """An answer with what was made of it."""
    return Reading(answer, words, expected, missing, unexpected, problem, observed)


def said(answer: Answer) -> tuple[str, ...]:
    """The answer as lines of text: rcode and flags, then the records of each section."""
    if answer.failure or answer.rcode is None:
        return (answer.failure or "no answer",)
    lines = [f"{dns.rcode.to_text(answer.rcode)}, flags {' '.join(answer.flags)}"]
    for section in ("answer", "authority", "additional"):
        lines += [f"{section}: {record}" for record in getattr(answer, section)]
    return tuple(lines)
