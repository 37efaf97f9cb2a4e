"""The documentation as Markdown, to be read in the repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from svcdns.documentation.book import Book, Chapter, ClauseSection, ScenarioAnswers
from svcdns.documentation.comparison import Cell, Comparison
from svcdns.documentation.drawing import outline
from svcdns.documentation.rows import NODATA, NXDOMAIN, AnswerRow
from svcdns.documentation.states import StateAnswers

_DENIALS = {NXDOMAIN: f"no such name (`{NXDOMAIN}`)", NODATA: f"no record of this type (`{NODATA}`)"}
_LEFT_OPEN = " *(CoreDNS)*"


def markdown(book: Book) -> str:
    """Return the book as Markdown."""
    return "\n".join(_lines(book)) + "\n"


def _lines(book: Book) -> Iterator[str]:
    yield "# What each name answers"
    yield ""
    yield "Deployment or StatefulSet, behind a ClusterIP or a headless Service: what does each DNS name answer? These are the"
    yield "answers of svcdns's reference target over UDP and TCP, judged by its features."
    yield ""
    yield from _comparison(book.comparison)
    yield ""
    yield "Names are written as a client in the same namespace writes them: `web-0.test-headless-svc` is short for"
    yield "`web-0.test-headless-svc.my-namespace.svc.cluster.local`. Symbols such as `<address of web-0>` replace what differs"
    yield "from cluster to cluster. An SRV answer is priority, weight, port and target. *(CoreDNS)* marks an answer that the"
    yield "specification leaves to the server; CoreDNS gives this one."
    yield ""
    yield "The same with diagrams, for a browser: [expected-results.html](expected-results.html)."
    for section in book.combinations:
        yield ""
        yield f"## {_capitalized(section.combination.title)}"
        yield ""
        yield from section.chapter.feature.description.split("\n\n")[0].splitlines()
        yield from _chapter(section.chapter, additional=False)
    yield ""
    yield "## The specification, clause by clause"
    for clause in book.clauses:
        yield from _clause(clause)
    yield ""
    yield "---"
    yield ""
    yield "Written by `svcdns docs` from the features and a run on the reference target. Do not edit it: change a feature and run `svcdns docs`."


def _comparison(comparison: Comparison) -> Iterator[str]:
    heads = (f"{combination.workload} + {combination.service}" for combination, _ in comparison.columns)
    yield _row(["", *heads])
    yield _row(["---"] * (1 + len(comparison.columns)))
    for question, cells in comparison.questions:
        yield _row([f"**{question}**", *map(_cell, cells)])


def _cell(cell: Cell) -> str:
    row = cell.row
    more = f" and {len(row.answers) - 1} more" if len(row.answers) > 1 else ""
    type_ = "A" if "A" in row.types else row.types[0]
    mark = _LEFT_OPEN if row.left_open and not row.denial else ""
    return f"{cell.words}{mark}<br>{_code(row.name)} {type_}<br>→ {_code(row.answers[0] if row.answers else row.denial)}{more}"


def _clause(section: ClauseSection) -> Iterator[str]:
    yield ""
    yield f"### {section.clause.id}"
    yield ""
    yield f"**{section.clause.sentence}** ({section.clause.level})"
    for chapter in section.chapters:
        yield ""
        yield f"From [{chapter.path}](../{chapter.path}):"
        yield from _chapter(chapter, additional=True)
    if section.combinations:
        yield ""
        links = (_link(each.combination.title) for each in section.combinations)
        yield f"Also covered by {', '.join(links)}."


def _chapter(chapter: Chapter, *, additional: bool) -> Iterator[str]:
    for state in chapter.states:
        yield from _state(state, additional=additional)
    yield ""
    yield from _folded("Scenarios with their answers", "gherkin", _scenarios(chapter))


def _state(state: StateAnswers, *, additional: bool) -> Iterator[str]:
    if state.given:
        yield ""
        yield f"While {', and '.join(state.given)}:"
    if drawn := list(outline(state.diagram)):
        yield ""
        yield from _fenced("text", drawn)
    yield ""
    yield _row(["Name", "Type", "Answer"])
    yield _row(["---", "---", "---"])
    for row in state.rows:
        mark = _LEFT_OPEN if row.left_open else ""
        yield _row([f"{_code(row.name)}{mark}", ", ".join(row.types), _answer(row, additional=additional)])
    for excerpt in state.manifests:
        yield ""
        yield from _folded(f"Manifest <code>{excerpt.manifest}</code>", "yaml", excerpt.text.splitlines())


def _answer(row: AnswerRow, *, additional: bool) -> str:
    if row.denial:
        return _DENIALS.get(row.denial, row.denial)
    extra = [f"additional: {_code(record)}" for record in row.additional] if additional else []
    return "<br>".join([*map(_code, row.answers), *extra])


def _scenarios(chapter: Chapter) -> Iterator[str]:
    for rule, scenarios in chapter.rules:
        if rule:
            yield f"Rule: {rule}"
            yield ""
        for scenario in scenarios:
            yield from _scenario(scenario)
            yield ""


def _scenario(scenario: ScenarioAnswers) -> Iterator[str]:
    yield f"  @{scenario.level.lower()}"
    yield f"  Scenario: {scenario.name}"
    for step in scenario.steps:
        yield f"    {step.step.keyword} {step.step.text}"
        yield from (f"      | {' | '.join(cells)} |" for cells in step.step.table)
        yield from (f"      # {row.name} {', '.join(row.types)} → {row.text}" for row in step.rows)


def _folded(summary: str, language: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{summary}</summary>"
    yield ""
    yield from _fenced(language, lines)
    yield ""
    yield "</details>"


def _fenced(language: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"```{language}"
    yield from "\n".join(lines).rstrip().splitlines()
    yield "```"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{text}`"


def _capitalized(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _link(title: str) -> str:
    """Return a link to a heading, as GitHub names its anchor."""
    return f"[{title}](#{title.lower().replace(' ', '-')})"
