"""Scripted answers, read by the judge: what a DNS server says to each question, and what is to be made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from svcdns.client import PLAIN, Answer, QueryForm, Received, Transport, read
from svcdns.client.channel import Discarded
from svcdns.client.resolver import Lookup, PodIdentity, ResolverConfiguration
from svcdns.errors import UndeterminedError
from svcdns.judge import Observation, Promise, Reading
from svcdns.message import Question, name, reverse_name
from svcdns.state import ClusterState, Family

NAMESPACE, NEIGHBOUR = "shop", "shop-next"


@dataclass(frozen=True)
class Reply:
    """What a server says to a question.

    Attributes:
        records: the answer section, each ``TYPE DATA`` or ``@OWNER TTL TYPE DATA``; without an owner, the name asked for.
        failure: why no message comes; then nothing else counts but what was discarded.
    """

    records: Sequence[str] = ()
    rcode: str = "NOERROR"
    flags: str = "QR AA RD"
    authority: Sequence[str] = ()
    additional: Sequence[str] = ()
    failure: str | None = None
    discarded: Sequence[str] = ()
    edns_version: int | None = None
    edns_flags: int = 0
    options: Sequence[tuple[int, bytes]] = ()
    question: str = ""

    def received(self, question: Question) -> Received:
        discarded = tuple(Discarded(b"", reason) for reason in self.discarded)
        if self.failure:
            return Received(None, discarded, self.failure)
        query = dns.message.make_query(question.name, question.type)
        message = dns.message.make_response(query)
        message.flags = dns.flags.from_text(self.flags)
        options = [dns.edns.GenericOption(dns.edns.OptionType.make(code), data) for code, data in self.options]
        version = -1 if self.edns_version is None else self.edns_version
        message.use_edns(version, self.edns_flags, options=options)
        message.set_rcode(dns.rcode.from_text(self.rcode))
        message.answer = [_rrset(text, question) for text in self.records]
        message.authority = [_rrset(text, question) for text in self.authority]
        message.additional = [_rrset(text, question) for text in self.additional]
        if self.question:
            echo = asked(self.question)
            message.question = [dns.rrset.RRset(echo.name, dns.rdataclass.IN, echo.type)]
        wire = message.to_wire(max_size=65_535, want_shuffle=False)
        return Received(wire, discarded)


def _rrset(text: str, question: Question) -> dns.rrset.RRset:
    owner, ttl, rdclass = question.name, 30, "IN"
    if text.startswith("@"):
        written, seconds, text = text[1:].split(" ", 2)
        owner, ttl = full(written), int(seconds)
    type_, _, data = text.partition(" ")
    if type_ == "CH":
        rdclass, (type_, _, data) = "CH", data.partition(" ")
    return dns.rrset.from_text(owner, ttl, rdclass, type_, data)


def says(*records: str, **other: Any) -> Reply:
    return Reply(records, **other)


NXDOMAIN = Reply(rcode="NXDOMAIN")
NODATA = Reply()
SERVFAIL = Reply(rcode="SERVFAIL")
SILENCE = Reply(failure="no answer within 5 s")


def full(written: str) -> dns.name.Name:
    """A name in full: of the Namespace unless it ends in a dot."""
    return name(written if written.endswith(".") else f"{written}.{NAMESPACE}.svc.cluster.local")


def asked(written: str) -> Question:
    """A question as ``NAME TYPE``; for ``ADDRESS PTR`` the name is the address's reverse name."""
    owner, _, type_ = written.rpartition(" ")
    try:
        return Question(reverse_name(str(ip_address(owner))), dns.rdatatype.from_text(type_))
    except ValueError:
        return Question(full(owner), dns.rdatatype.from_text(type_))


#: The replies to a question: always the same, or one after the other, the last one for ever.
Script = Mapping[str, "Reply | Sequence[Reply]"]


@dataclass
class Server:
    """A DNS server that says what is scripted, and that nothing else exists."""

    script: Script
    transport: Transport = "udp"
    #: Each question with how it was asked: "ask", "ask forwarded", "ask outside", "send", "together".
    log: list[tuple[str, str]] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    edns: list[int | None] = field(default_factory=list)
    forms: list[QueryForm] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.replies: dict[Question, list[Reply]] = {}
        for written, reply in self.script.items():
            question = asked(written)
            assert question not in self.replies, f"{written} is scripted twice"
            self.replies[question] = [reply] if isinstance(reply, Reply) else list(reply)

    def answer(self, how: str, question: Question, edns: int | None = None, form: QueryForm = PLAIN) -> Answer:
        self.log.append((how, str(question)))
        self.edns.append(edns)
        self.forms.append(form)
        replies = self.replies.get(question, [NXDOMAIN])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return read(
            reply.received(question),
            question,
            transport=self.transport,
            server="192.0.2.53:53",
            edns=edns,
            seconds=0.0,
            form=form,
        )

    def ask(
        self, question: Question, *, edns: int | None = None, forwarded: bool = False, form: QueryForm = PLAIN
    ) -> Answer:
        return self.answer("ask forwarded" if forwarded else "ask", question, edns, form)

    def send(self, wire: bytes, about: Question) -> Answer:
        self.sent.append(wire)
        return self.answer("send", about)

    def ask_together(self, questions: list[Question]) -> list[Answer]:
        return [self.answer("together", question) for question in questions]


UNCONFIGURED, UNNAMED = ResolverConfiguration((), (), 0), PodIdentity("", "", (), "")


@dataclass(frozen=True)
class PodResolver:
    """A pod's resolver that asks what is scripted for a name and a family, and finds the addresses given."""

    server: Server
    asks: Mapping[tuple[str, Family], Sequence[str]] = field(default_factory=dict)
    finds: Sequence[str] = ()
    configuration: ResolverConfiguration = UNCONFIGURED
    identity: PodIdentity = UNNAMED

    def lookup(self, name: str, family: Family, transport: Transport) -> Lookup:
        assert transport == self.server.transport
        answers = tuple(self.server.answer("lookup", asked(written)) for written in self.asks[name, family])
        return Lookup(answers, tuple(self.finds))


def observation(state: ClusterState, server: Server, resolver: PodResolver | None = None) -> Observation:
    return Observation(
        state=state,
        namespace=NAMESPACE,
        neighbour=NEIGHBOUR,
        transport=server.transport,
        ask=server.ask,
        ask_outside=lambda question: server.answer("ask outside", question),
        send=server.send,
        ask_together=server.ask_together,
        resolver=lambda: resolver or PodResolver(server),
    )


def readings(promise: Promise, looked: Observation) -> list[Reading]:
    """Every reading up to the first broken one, as an observer takes them."""
    found = []
    for reading in promise.judge(looked):
        found.append(reading)
        if not reading.kept:
            break
    return found


@dataclass(frozen=True)
class Verdict:
    """What is made of the answers: of the last one that was read, or why nothing is."""

    problem: str = ""
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    observed: str = ""
    undetermined: str = ""


KEPT = Verdict()


def broken(problem: str, *, missing: Iterable[str] = (), unexpected: Iterable[str] = ()) -> Verdict:
    return Verdict(problem, tuple(missing), tuple(unexpected))


def observed(choice: str) -> Verdict:
    return Verdict(observed=choice)


def undetermined(reason: str) -> Verdict:
    return Verdict(undetermined=reason)


def lacks(*rows: str, at: str) -> Verdict:
    return broken(f"missing record{'s' * (len(rows) > 1)} {', '.join(rows)} at {full(at)}", missing=rows)


def has(*rows: str, at: str, missing: Iterable[str] = ()) -> Verdict:
    problem = f"unexpected record{'s' * (len(rows) > 1)} {', '.join(rows)} at {full(at)}"
    return broken(problem, missing=missing, unexpected=rows)


def answers(question: str, rcode: str, instead_of: str, *, unexpected: Iterable[str] = ()) -> Verdict:
    return broken(f"{asked(question)} answers {rcode}, not {instead_of}", unexpected=unexpected)


def silent(question: str) -> Verdict:
    return broken(f"{asked(question)} is not answered: no answer within 5 s")


def verdict(promise: Promise, state: ClusterState, server: Server, resolver: PodResolver | None = None) -> Verdict:
    try:
        last = readings(promise, observation(state, server, resolver))[-1]
    except UndeterminedError as error:
        return undetermined(str(error))
    return Verdict(last.problem, last.missing, last.unexpected, last.observed)


@dataclass(frozen=True)
class Row:
    """A row of a table: a sentence's promise, what the server says, and the verdict."""

    promise: Promise
    script: Script
    verdict: Verdict
    transport: Transport = "udp"

    def judged(self, state: ClusterState) -> Verdict:
        return verdict(self.promise, state, Server(self.script, self.transport))


def row(id_: str, promise: Promise, script: Script, verdict: Verdict, transport: Transport = "udp") -> Any:
    """A row of a table, as a parameter of a test."""
    return pytest.param(Row(promise, script, verdict, transport), id=id_)
