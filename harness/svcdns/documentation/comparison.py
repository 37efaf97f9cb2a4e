"""The comparison of the four combinations: Deployment or StatefulSet, behind a ClusterIP or a headless Service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from svcdns.catalogue.tags import Combination
from svcdns.documentation.diagram import DiagramObject
from svcdns.documentation.rows import NXDOMAIN, AnswerRow
from svcdns.documentation.states import StateAnswers
from svcdns.errors import FeatureError

#: The port that is compared; every combination's Service has it.
PORT = "_metrics._tcp"


class Cell(NamedTuple):
    """The answer of one combination to one question, in words and as a row."""

    words: str
    row: AnswerRow


class Column(NamedTuple):
    """The head of a column: a combination and its tag."""

    combination: Combination
    tag: str


class Comparison(NamedTuple):
    """A table: the combinations as columns, the questions as rows."""

    columns: tuple[Column, ...]
    questions: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers of one combination, while all pods are ready and while none is."""

    title: str
    ready: StateAnswers
    unready: StateAnswers

    @property
    def service(self) -> DiagramObject:
        return self.ready.diagram.services[0]

    @property
    def pods(self) -> list[DiagramObject]:
        return [pod for endpoint_slice in self.service.below for pod in endpoint_slice.below]

    def row(self, name: str, type_: str, *, unready: bool = False) -> AnswerRow:
        for row in (self.unready if unready else self.ready).rows:
            if row.name == name and type_ in row.types:
                return row
        raise FeatureError(
            f"no scenario of {self.title} queries {name} {type_}, which the comparison shows; add one to its feature"
        )


def compare(combinations: Iterable[tuple[Column, Sequence[StateAnswers]]]) -> Comparison:
    """Compare some combinations.

    Raises:
        FeatureError: if their scenarios do not query what is compared.
    """
    found = [(column, _answers(column.combination.title, states)) for column, states in combinations]
    return Comparison(
        columns=tuple(column for column, _ in found),
        questions=tuple(
            (question, tuple(_cell(answers, row_of(answers)) for _, answers in found))
            for question, row_of in _QUESTIONS.items()
        ),
    )


def _answers(title: str, states: Sequence[StateAnswers]) -> _Answers:
    ready = next((state for state in states if not state.given), None)
    unready = next((state for state in states if not state.ready), None)
    if ready is None or unready is None:
        raise FeatureError(
            f"{title}: the comparison needs scenarios with all pods ready and with no pod ready; add them"
        )
    return _Answers(title, ready, unready)


def _reverse(answers: _Answers) -> AnswerRow:
    owner = answers.pods[0] if answers.service.headless else answers.service
    return answers.row(f"reverse name of {owner.addresses[0]}", "PTR")


_QUESTIONS: dict[str, Callable[[_Answers], AnswerRow]] = {
    "The Service's name": lambda answers: answers.row(answers.service.dns_name, "A"),
    "The same, while no pod is ready": lambda answers: answers.row(answers.service.dns_name, "A", unready=True),
    "A pod's name, below the Service": lambda answers: answers.row(
        f"{answers.pods[0].dns_name}.{answers.service.dns_name}", "A"
    ),
    "A named port": lambda answers: answers.row(f"{PORT}.{answers.service.dns_name}", "SRV"),
    "The PTR record of an address": _reverse,
}


def _cell(answers: _Answers, row: AnswerRow) -> Cell:
    return Cell(_words(answers, row), row)


def _words(answers: _Answers, row: AnswerRow) -> str:
    service = answers.service
    if row.denial:
        return "no such name" if row.denial == NXDOMAIN else "no data"
    if "SRV" in row.types:
        if set(row.targets) == {service.dns_name}:
            return "the Service's port, at the Service's name"
        where = "at an identifier that the server assigns" if row.assigned else "at its pod's name"
        return f"one record per ready pod, {where}"
    if row.targets:
        if set(row.targets) == {service.dns_name}:
            return "the Service's name"
        return "an identifier that the server assigns" if row.assigned else "the pod's name"
    if set(row.answers) == set(service.addresses):
        return "the virtual IP"
    ready = {address for pod in answers.pods for address in pod.addresses}
    return "the address of every ready pod" if set(row.answers) == ready else "the address of that pod"
