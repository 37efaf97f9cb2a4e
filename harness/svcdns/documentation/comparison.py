"""The question people come with: Deployment or StatefulSet, ClusterIP or headless: what does each name give?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from svcdns.documentation.picture import Place
from svcdns.documentation.rows import NO_NAME, Row
from svcdns.errors import FeatureError

if TYPE_CHECKING:
    from svcdns.documentation.book import Scene

PORT = "_metrics._tcp"


class Cell(NamedTuple):
    """What one combination answers to one question, in words and as it came."""

    words: str
    row: Row


class Comparison(NamedTuple):
    """A table: the combinations as columns, with their titles and tags, and the questions as rows."""

    columns: tuple[tuple[str, str], ...]
    questions: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """One combination: its Service, while all pods are ready and while none is."""

    title: str
    ready: Scene
    unready: Scene

    @property
    def service(self) -> Place:
        return self.ready.picture.services[0]

    @property
    def pods(self) -> list[Place]:
        return [place for one in self.service.below for place in one.below]

    def ask(self, name: str, type_: str, *, unready: bool = False) -> Row:
        """The row that a scenario has asked for."""
        for row in (self.unready if unready else self.ready).rows:
            if row.name == name and type_ in row.types:
                return row
        raise FeatureError(f"no scenario of {self.title} asks for {name} {type_}, which the comparison shows")


def compare(combinations: Iterable[tuple[str, str, Sequence[Scene]]]) -> Comparison:
    """The comparison of some combinations, each with its title, its tag and its scenes.

    Raises:
        FeatureError: if their scenarios do not ask what is compared.
    """
    found = [(title, tag, _column(title, scenes)) for title, tag, scenes in combinations]
    return Comparison(
        columns=tuple((title, tag) for title, tag, _ in found),
        questions=tuple(
            (question, tuple(_cell(column, ask(column)) for _, _, column in found))
            for question, ask in _QUESTIONS.items()
        ),
    )


def _column(title: str, scenes: Sequence[Scene]) -> _Column:
    ready = next((one for one in scenes if not one.given), None)
    unready = next((one for one in scenes if not one.ready), None)
    if ready is None or unready is None:
        raise FeatureError(f"{title}: the comparison needs scenarios with all pods ready, and with none")
    return _Column(title, ready, unready)


def _name_of(pod: Place) -> str:
    return pod.name if pod.name.startswith("web-") else f"<name of {pod.name}>"


def _leads_back(column: _Column) -> Row:
    owner = column.pods[0] if column.service.facts[0].startswith("headless") else column.service
    return column.ask(f"reverse name of {owner.facts[0]}", "PTR")


_QUESTIONS: dict[str, Callable[[_Column], Row]] = {
    "The Service's name": lambda column: column.ask(column.service.name, "A"),
    "The same, while no pod is ready": lambda column: column.ask(column.service.name, "A", unready=True),
    "A pod's name, below the Service": lambda column: column.ask(
        f"{_name_of(column.pods[0])}.{column.service.name}", "A"
    ),
    "A named port": lambda column: column.ask(f"{PORT}.{column.service.name}", "SRV"),
    "An address, in reverse": _leads_back,
}


def _cell(column: _Column, row: Row) -> Cell:
    return Cell(_words(column, row), row)


def _words(column: _Column, row: Row) -> str:
    service, ready = column.service, {pod.facts[0] for pod in column.pods}
    answers = set(row.answers)
    if row.denial:
        return "no such name" if row.denial == NO_NAME else "no data"
    if answers == {service.facts[0]}:
        return "the one virtual IP"
    if answers == ready:
        return "the address of every ready pod"
    if answers < ready:
        return "the address of that pod"
    if answers == {service.name}:
        return "the Service's name"
    if "SRV" in row.types:
        at_service = all(answer.endswith(f" {service.name}") for answer in answers)
        where = "under an identifier" if "dashed" in row.said else "at its name"
        return "the Service's port, at its name" if at_service else f"a record for every ready pod, {where}"
    return "an identifier that the server assigns" if "dashed" in row.said else "that pod's name"
