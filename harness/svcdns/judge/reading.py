"""An answer read against a sentence of a feature, and what a sentence promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dns.rcode
import dns.rdatatype

from svcdns.client import Answer, dig
from svcdns.errors import HarnessError
from svcdns.judge.observation import Observation
from svcdns.results import Finding, Promised
from svcdns.state import ClusterState


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read against what was promised; `results.Finding` says what each part means.

    Attributes:
        promise: the sentence of the feature that the answer was read for.
        asked: the name that a client asked for, as a sentence writes it, where nothing is promised of the answer.
        promised: the kind of the promise.
        intermittent: how many of how many responses were wrong, where others were right and nothing had changed.
    """

    answer: Answer
    expected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    problem: str = ""
    observed: str = ""
    promise: str = ""
    asked: str = ""
    promised: Promised = "property"
    intermittent: str = ""

    @property
    def kept(self) -> bool:
        """Whether the answer keeps the promise."""
        return not self.problem

    def finding(self) -> Finding:
        """Return the reading as plain data."""
        answer = self.answer
        return Finding(
            promise=self.promise,
            question=str(self.answer.question),
            command=dig(answer.question, answer.transport, answer.server, answer.edns, answer.form),
            server=self.answer.server,
            transport=self.answer.transport,
            answer=answer_lines(self.answer),
            expected=self.expected,
            missing=self.missing,
            unexpected=self.unexpected,
            problem=self.problem,
            discarded=tuple(discarded.reason for discarded in self.answer.discarded),
            observed=self.observed,
            seconds=self.answer.seconds,
            type=dns.rdatatype.to_text(self.answer.question.type),
            rcode="" if self.answer.rcode is None else dns.rcode.to_text(self.answer.rcode),
            records=len(self.answer.answer),
            promised=self.promised,
            intermittent=self.intermittent,
        )


class NotConformantError(HarnessError):
    """An answer breaks a promise.

    Attributes:
        readings: every answer that was read for the promise, the breaking one last.
        choices: the legal choices that the promise leaves; the answer is none of them.
    """

    def __init__(self, readings: Iterable[Reading], choices: tuple[str, ...] = ()) -> None:
        self.readings = tuple(readings)
        self.choices = choices
        super().__init__(self.readings[-1].problem)


@dataclass(frozen=True, slots=True)
class Promise:
    """What one sentence of a feature promises about a server's answers.

    Attributes:
        judge: asks what the sentence needs, and reads each answer.
        choices: the legal choices, where the sentence leaves one.
        of_resolver: whether it is about a pod's resolver, which is the same whichever server we would ask ourselves.
        reverse_names: whether it may query PTR records of addresses.
    """

    judge: Callable[[Observation], Iterable[Reading]]
    choices: tuple[str, ...] = ()
    of_resolver: bool = False
    reverse_names: bool = False


@dataclass(frozen=True, slots=True)
class PromiseOfState:
    """What one sentence of a feature says about the cluster itself; what breaks it is no fault of DNS.

    Attributes:
        problem: says of a state, the scenario's namespace and the neighbouring one what is not as the sentence says, or
            nothing.
    """

    problem: Callable[[ClusterState, str, str], str]


def answer_lines(answer: Answer) -> tuple[str, ...]:
    """Return an answer as lines of text: rcode and flags, then the records of each section."""
    if answer.rcode is None:
        return (answer.failure or "no answer",)
    lines = [f"{dns.rcode.to_text(answer.rcode)}, flags {' '.join(answer.flags)}"]
    for section in ("answer", "authority", "additional"):
        lines += [f"{section}: {record}" for record in getattr(answer, section)]
    return tuple(lines)
