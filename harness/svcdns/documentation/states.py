"""The answers in one declared state of the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from svcdns.documentation import rows
from svcdns.documentation.diagram import Diagram, diagram
from svcdns.documentation.excerpt import Excerpt, excerpts
from svcdns.documentation.play import DocumentedScenario, DocumentedStep
from svcdns.documentation.rows import AnswerRow


@dataclass(frozen=True, slots=True)
class StateAnswers:
    """A declared state of the cluster, and the answers in it.

    Attributes:
        given: what is declared beside manifests, as the Given steps say it.
        ready: whether pods become ready.
        diagram: the Services that the answers are about.
        rows: the answers.
        manifests: the declared objects that the answers are about.
    """

    given: tuple[str, ...]
    ready: bool
    diagram: Diagram
    rows: tuple[AnswerRow, ...]
    manifests: tuple[Excerpt, ...]


def state_answers(played: Sequence[DocumentedScenario]) -> StateAnswers:
    """Return the answers of scenarios that declare the same state and change nothing in it."""
    first = played[0]
    steps = [(scenario, step) for scenario in played for step in scenario.steps]
    answers = (reading.answer for _, step in steps for reading in step.readings)
    drawn = diagram(answers, first.state, first.steps[-1].symbols)
    return StateAnswers(
        given=tuple(step.step.text for step in first.steps if step.step.type == "given" and not step.is_manifest),
        ready=first.declaration.ready,
        diagram=drawn,
        rows=rows.merged(row for scenario, step in steps for row in step_rows(scenario, step)),
        manifests=tuple(excerpts(first.declaration, (service.object_name for service in drawn.services))),
    )


def step_rows(scenario: DocumentedScenario, step: DocumentedStep) -> Iterable[AnswerRow]:
    """Return the answers that a step judged; only those of core scenarios are not left to the server."""
    left_open = "core" not in scenario.scenario.tags
    return (rows.row(reading.answer, step.symbols, left_open=left_open) for reading in step.readings)
